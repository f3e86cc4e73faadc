"""A tutorial on domain adaptation by soft labels: CIFAR-10, 256-128 → 128 units."""

from kdcore.recipes.recipe import Claim, Comparison, Recipe, Side, Trial

SHIFTED = {"rotated": "rotated by 30°", "coloured": "in random colours"}
"""Target data, by trial."""

ADAPTATION256 = Recipe(
    title="Domain adaptation by soft labels: CIFAR-10, 256-128 → 128",
    claim=(
        "A student with 128 units that learns the target by a teacher's soft labels reaches "
        "52.59% on CIFAR-10."
    ),
    source="A tutorial text on domain adaptation by distillation: 256-128-10 → 128-10, CIFAR-10",
    settings={
        "dataset": "cifar10",
        "teacher": "mlp:256,128",
        "teacher_epochs": 20,
        "student": "mlp:128",
        "temperature": 2.0,
        "weight": 1.0,
        "optimizer": "adam",
        "lr": 0.001,
        "batch_size": 64,
        "epochs": 20,
    },
    quick={"teacher_epochs": 6, "epochs": 5, "transfer_size": 12_000},
    trials={
        "as_printed": Trial(
            title="As printed: 10,000 labelled images, no soft label in training",
            settings={"students": "plain", "transfer_size": 10_000},
            measures=("training_accuracy",),
        ),
        "unlabelled": Trial(
            title="As meant, without a shift: the same images without their labels",
            settings={"target": "rotated:degrees=0"},
        ),
        "rotated": Trial(
            title="As meant, target rotated by 30°", settings={"target": "rotated:degrees=30"}
        ),
        "coloured": Trial(
            title="As meant, target in random colours", settings={"target": "coloured:strength=0.5"}
        ),
        "rotated_both": Trial(
            title="Target rotated by 30°, and the labels of the source",
            settings={"target": "rotated:degrees=30", "weight": 0.5, "students": "distilled"},
        ),
    },
    claims={
        "as_printed": Claim(
            title="As printed: the student on the data whose labels it learned",
            trial="as_printed",
            learner="plain",
            score="training_accuracy",
            claimed=0.5259,
            place="text",
        ),
        "as_printed_test": Claim(
            title="As printed: the same student on new images",
            trial="as_printed",
            learner="plain",
            score="test_accuracy",
            place="text",
        ),
        "unlabelled": Claim(
            title="As meant: the student of soft labels alone",
            trial="unlabelled",
            learner="distilled",
            score="target_accuracy",
            claimed=0.5259,
            place="text",
        ),
        "unlabelled_teacher": Claim(
            title="Its teacher",
            trial="unlabelled",
            learner="teacher",
            score="target_accuracy",
            place="text",
        ),
        **{
            f"{trial}_{learner}": Claim(
                title=f"Target {shift}: {learner}",
                trial=trial,
                learner=learner,
                score="target_accuracy",
                place="text",
            )
            for trial, shift in SHIFTED.items()
            for learner in ("teacher", "plain", "distilled")
        },
    },
    comparisons={
        "unlabelled": Comparison(
            title="No shift: soft labels alone against labels",
            first=Side(trial="unlabelled"),
            second=Side(trial="unlabelled", learner="plain"),
            score="target_accuracy",
        ),
        **{
            f"{trial}_{score}": Comparison(
                title=f"Target {shift}: distilled against plain",
                first=Side(trial=trial),
                second=Side(trial=trial, learner="plain"),
                score=score,
            )
            for trial, shift in SHIFTED.items()
            for score in ("target_accuracy", "test_accuracy")
        },
        "both": Comparison(
            title="Rotated: with the labels of the source against soft labels alone",
            first=Side(trial="rotated_both"),
            second=Side(trial="rotated"),
            score="target_accuracy",
        ),
    },
    deviations=(
        "The printed code trains the student on the labels of the test set; its soft labels serve "
        "for validation alone. No learner here ever sees a test label: in the first trial it "
        "learns from 10,000 training images, as many as the test set has, and the claim is "
        "compared with the accuracy on these very images.",
        "In the printed code source and target are both CIFAR-10, so that there is no shift; the "
        "second trial keeps that, two others have one.",
        "As meant, the student learns the teacher's soft labels of the unlabelled target alone "
        "(λ = 1); the plain student learns the labels of the source.",
        "The text leaves T, epochs, optimiser and batch size to its framework; they are chosen "
        "here.",
        "Where CIFAR-10 itself is not in the folder of the data but its JPEG archive is, the "
        "archive is read; its figures are a little lower, and each is marked.",
    ),
)
