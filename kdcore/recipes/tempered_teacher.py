"""Does a calibrated teacher teach better? Temper it first and see."""

from itertools import product

from kdcore.recipes.recipe import Claim, Comparison, Curve, Recipe, Side, Trial

EPOCHS = (5, 20, 80)
"""Of the teacher: the longer it learns, the surer it is."""
HOW = {"none": "as it answers", "temperature": "tempered first"}


def _trial(epochs: int, how: str) -> str:
    return f"{'plainly' if how == 'none' else 'tempered'}_{epochs}"


TEMPERED_TEACHER = Recipe(
    title="Temper the teacher first, and see",
    claim=(
        "A student's accuracy follows the calibration error of its teacher more than the teacher's "
        "accuracy, so that a teacher should be calibrated before it teaches."
    ),
    source="The Role of Teacher Calibration in Knowledge Distillation, 2025 (arXiv:2508.20224)",
    settings={
        "dataset": "mnist5k",
        "teacher": "mlp:256,128",
        "student": "mlp:32",
        "temperature": 4.0,
        "weight": 0.9,
        "epochs": 20,
    },
    quick={"epochs": 5},
    seeds=5,
    quick_seeds=5,
    trials={
        _trial(epochs, how): Trial(
            title=f"Teacher of {epochs} epochs, {title}",
            settings={
                "teacher_epochs": epochs,
                "teacher_calibration": how,
                "students": "both" if (epochs, how) == (EPOCHS[0], "none") else "distilled",
            },
            quick={"teacher_epochs": max(1, epochs // 4)},
        )
        for epochs, (how, title) in product(EPOCHS, HOW.items())
    },
    claims={
        f"{_trial(epochs, how)}_{learner}_{score}": Claim(
            title=f"{who} of {epochs} epochs, {title}",
            trial=_trial(epochs, how),
            learner=learner,
            score=score,
        )
        for epochs, (how, title) in product(EPOCHS, HOW.items())
        for learner, who in (("teacher", "Teacher"), ("distilled", "Student of the teacher"))
        for score in ("test_accuracy", "ece")
    },
    comparisons={
        **{
            f"tempered_{epochs}_{score}": Comparison(
                title=f"Teacher of {epochs} epochs: tempered first against as it answers",
                first=Side(trial=_trial(epochs, "temperature")),
                second=Side(trial=_trial(epochs, "none")),
                score=score,
            )
            for epochs in EPOCHS
            for score in ("test_accuracy", "ece")
        },
        "plain": Comparison(
            title="Teacher of 5 epochs, as it answers: distilled against plain",
            first=Side(trial=_trial(EPOCHS[0], "none")),
            second=Side(trial=_trial(EPOCHS[0], "none"), learner="plain"),
            score="test_accuracy",
        ),
    },
    curves={
        score: Curve(
            title=title,
            x="epochs of the teacher (quick: a quarter)",
            score=score,
            log_x=True,
            lines={
                f"{who}, {how_title}": tuple(
                    (epochs, Side(trial=_trial(epochs, how), learner=learner)) for epochs in EPOCHS
                )
                for learner, who in (("teacher", "teacher"), ("distilled", "student"))
                for how, how_title in HOW.items()
            },
        )
        for score, title in (
            ("ece", "ECE against the teacher's training"),
            ("test_accuracy", "Test accuracy against the teacher's training"),
        )
    },
    deviations=(
        "The paper compares 17 kinds of teachers; here it is 5,000 digits and one network that "
        "learns for 5, 20 or 80 epochs.",
        "The teacher's logits are divided by its calibration temperature, fitted on validation "
        "data; T of the distillation acts on top of it. The answers stay the same, so that the "
        "tempered teacher is exactly as accurate.",
        "The test set has 600 digits: an ECE of 0.01 is within its noise. The paper's measure is "
        "the adaptive calibration error; here it is ECE with 15 bins.",
    ),
)
