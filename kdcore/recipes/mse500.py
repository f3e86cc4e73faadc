"""A tutorial on distillation by the squared error of logits: MNIST, 500 → 250 units."""

from kdcore.recipes.recipe import Claim, Comparison, Recipe, Side, Trial

MSE500 = Recipe(
    title="MNIST 500 → 250, cross-entropy + 0.5 · MSE",
    claim="After one epoch the distilled student reaches 98.0% on the training set.",
    source="A tutorial text: 784-500-10 → 784-250-10, Adam 1e-3, batches of 64, CE + 0.5 · MSE",
    settings={
        "dataset": "mnist",
        "teacher": "mlp:500",
        "student": "mlp:250",
        "method": "logit_mse",
        "mixing": "additive",
        "weight": 0.5,
        "optimizer": "adam",
        "lr": 0.001,
        "batch_size": 64,
        "epochs": 1,
    },
    quick={"transfer_size": 12_000},
    seeds=5,
    trials={
        "as_printed": Trial(
            title="As printed: the teacher is never trained",
            settings={"teacher_epochs": 0},
            measures=("training_accuracy",),
        ),
        "as_meant": Trial(
            title="As meant: the teacher learns for one epoch first",
            settings={"teacher_epochs": 1},
            measures=("training_accuracy",),
        ),
        "longer": Trial(
            title="Teacher and student learn for ten epochs",
            settings={"teacher_epochs": 10, "epochs": 10},
            quick={"teacher_epochs": 3, "epochs": 3},
            measures=("training_accuracy",),
        ),
    },
    claims={
        "as_printed": Claim(
            title="Distilled, as printed",
            trial="as_printed",
            learner="distilled",
            score="training_accuracy",
            claimed=0.98,
            place="text",
        ),
        "as_meant": Claim(
            title="Distilled, as meant",
            trial="as_meant",
            learner="distilled",
            score="training_accuracy",
            claimed=0.98,
            place="text",
        ),
        "plain": Claim(
            title="The same student without the teacher",
            trial="as_meant",
            learner="plain",
            score="training_accuracy",
            place="text",
        ),
        "longer": Claim(
            title="Distilled, ten epochs",
            trial="longer",
            learner="distilled",
            score="training_accuracy",
            place="text",
        ),
    },
    comparisons={
        "as_printed": Comparison(
            title="As printed: distilled against plain",
            first=Side(trial="as_printed"),
            second=Side(trial="as_printed", learner="plain"),
        ),
        "as_meant": Comparison(
            title="As meant: distilled against plain",
            first=Side(trial="as_meant"),
            second=Side(trial="as_meant", learner="plain"),
        ),
        "longer": Comparison(
            title="Ten epochs: distilled against plain",
            first=Side(trial="longer"),
            second=Side(trial="longer", learner="plain"),
        ),
    },
    deviations=(
        "The printed code never trains the teacher, so that the student is drawn towards random "
        "logits; the first trial repeats that.",
        "The printed code does not detach the teacher's output. As only the student's weights are "
        "given to the optimiser, this costs time and changes no number.",
        "The text measures on the training set and names no test figure: both are measured here.",
        "The teacher learns in batches of 128, as all teachers here.",
    ),
)
