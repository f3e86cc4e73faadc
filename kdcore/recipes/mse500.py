"""A tutorial on distillation by the squared error of logits: MNIST, 500 → 250 units."""

from kdcore.recipes.recipe import Claim, Comparison, Curve, Recipe, Side, Trial

MEASURES = ("training_accuracy", "robustness")
LEARNERS = ("teacher", "plain", "distilled")
SEVERITIES = 6
"""From 0, the images as they are, to 5."""


def _curve(title: str, trial: str, score: str) -> Curve:
    """A score of a trial's learners over the severity."""
    return Curve(
        title=title,
        x="severity",
        score=score,
        lines={
            learner: tuple(
                (at, Side(trial=trial, learner=learner, part=str(at))) for at in range(SEVERITIES)
            )
            for learner in LEARNERS
        },
    )


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
            measures=MEASURES,
        ),
        "as_meant": Trial(
            title="As meant: the teacher learns for one epoch first",
            settings={"teacher_epochs": 1},
            measures=MEASURES,
        ),
        "longer": Trial(
            title="Teacher and student learn for ten epochs",
            settings={"teacher_epochs": 10, "epochs": 10},
            quick={"teacher_epochs": 3, "epochs": 3},
            measures=MEASURES,
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
        **{
            f"{score}_{trial}_{learner}": Claim(
                title=f"{title}: {learner}", trial=trial, learner=learner, score=score
            )
            for trial, title in (
                ("as_meant", "Robustness, as meant"),
                ("longer", "Robustness, ten epochs"),
            )
            for score in ("corrupted_accuracy", "attacked_accuracy")
            for learner in LEARNERS
        },
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
        **{
            f"{trial}_{score}": Comparison(
                title=f"{title}: distilled against plain",
                first=Side(trial=trial),
                second=Side(trial=trial, learner="plain"),
                score=score,
            )
            for trial, title in (
                ("as_printed", "Robustness, as printed"),
                ("as_meant", "Robustness, as meant"),
                ("longer", "Robustness, ten epochs"),
            )
            for score in ("corrupted_accuracy", "attacked_accuracy")
        },
    },
    curves={
        "corrupted": _curve(
            "Accuracy on corrupted images, as meant", "as_meant", "corrupted_accuracy"
        ),
        "attacked": _curve("Accuracy under attack, as meant", "as_meant", "attacked_accuracy"),
        "corrupted_longer": _curve(
            "Accuracy on corrupted images, ten epochs", "longer", "corrupted_accuracy"
        ),
        "attacked_longer": _curve(
            "Accuracy under attack, ten epochs", "longer", "attacked_accuracy"
        ),
    },
    deviations=(
        "The printed code never trains the teacher, so that the student is drawn towards random "
        "logits; the first trial repeats that.",
        "The printed code does not detach the teacher's output, so that a gradient flows into the "
        "teacher. No optimiser holds the teacher's weights and nothing reads their gradient: the "
        "teacher stays as it was drawn, the student's gradient is the same, and so is every "
        "number. It costs a backward pass through the teacher; there is no row for it.",
        "The text measures on the training set and names no test figure: both are measured here.",
        "The teacher learns in batches of 128, as all teachers here.",
        "Robustness is in the text's title, and it measures none. Here it is the mean over seven "
        "corruptions and over two attacks (FGSM, PGD), five severities each, on 1,000 test images "
        "that are the same for all; severity 0 are these images as they are. An attack is against "
        "each network by its own gradient.",
    ),
)
