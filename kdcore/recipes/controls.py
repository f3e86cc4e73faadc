"""What a sceptic asks for: is it the teacher, its first class, its doubt, or a smoother label?"""

from collections.abc import Iterator

from kdcore.recipes.recipe import Claim, Comparison, Recipe, Side, Trial

CONTROLS_OF_KD = {
    "label_smoothing": "label smoothing",
    "virtual_teacher": "the made-up teacher",
    "teacher_labels": "the teacher's hard label",
    "shuffled_classes": "shuffled dark knowledge",
    "top_classes": "the teacher's top 3 classes",
}
"""What each is called, by its trial."""
FIDELITY = ("agreement", "top3_agreement", "kl_to_teacher")
"""How closely a student follows the teacher, beside how often it is right."""


def _fidelity() -> Iterator[tuple[str, Claim]]:
    """Three rows for each student that is compared."""
    students = {"kd": "soft targets", **CONTROLS_OF_KD}
    for trial, name in students.items():
        for score in FIDELITY:
            title = f"Fidelity: {name}"
            yield (
                f"{trial}_{score}",
                Claim(title=title, trial=trial, learner="distilled", score=score),
            )
    for score in FIDELITY:
        title = "Fidelity: plain student"
        yield f"plain_{score}", Claim(title=title, trial="kd", learner="plain", score=score)


def _compared() -> Iterator[tuple[str, Comparison]]:
    """Each control with the plain student and with soft targets."""
    for trial, name in CONTROLS_OF_KD.items():
        yield (
            f"{trial}_over_plain",
            Comparison(
                title=f"{name[0].upper()}{name[1:]} against plain",
                first=Side(trial=trial),
                second=Side(trial="kd", learner="plain"),
            ),
        )
    for trial, name in CONTROLS_OF_KD.items():
        yield (
            f"kd_over_{trial}",
            Comparison(
                title=f"Soft targets against {name}",
                first=Side(trial="kd"),
                second=Side(trial=trial),
            ),
        )


CONTROLS = Recipe(
    title="Controls: what of the teacher is needed?",
    claim=(
        "Much of what distillation brings is regularisation of the labels: label smoothing and a "
        "made-up teacher come close to a trained one."
    ),
    source=(
        "Yuan et al.: Revisiting Knowledge Distillation via Label Smoothing Regularization, 2020; "
        "Touvron et al. (DeiT), 2021; Furlanello et al.: Born-Again Neural Networks, 2018; Stanton "
        "et al.: Does Knowledge Distillation Really Work?, 2021"
    ),
    settings={
        "dataset": "mnist5k",
        "teacher": "mlp:256,128",
        "teacher_augment": "shift",
        "teacher_epochs": 30,
        "student": "mlp:32",
        "epochs": 20,
        "temperature": 4.0,
        "weight": 0.9,
    },
    quick={"epochs": 5, "teacher_epochs": 5},
    seeds=5,
    quick_seeds=5,
    trials={
        "kd": Trial(title="Soft targets of the teacher", measures=("fidelity",)),
        "label_smoothing": Trial(
            title="Label smoothing, no teacher",
            settings={"method": "label_smoothing", "weight": 0.1, "students": "distilled"},
            measures=("fidelity",),
        ),
        "virtual_teacher": Trial(
            title="Made-up teacher: 0.99 for the label, the rest even",
            settings={"method": "virtual_teacher", "students": "distilled"},
            measures=("fidelity",),
        ),
        "longer": Trial(
            title="Plain student, four times the epochs",
            settings={"students": "plain", "epochs": 80},
            quick={"epochs": 20},
        ),
        "teacher_labels": Trial(
            title="The teacher's hard label: its arg max as a second label",
            settings={"method": "teacher_labels", "weight": 0.5, "students": "distilled"},
            measures=("fidelity",),
        ),
        "shuffled_classes": Trial(
            title="Soft targets whose classes are shuffled, but for the teacher's first",
            settings={"method": "shuffled_classes", "students": "distilled"},
            measures=("fidelity",),
        ),
        "top_classes": Trial(
            title="Soft targets of the teacher's three likeliest classes",
            settings={"method": "top_classes:k=3", "students": "distilled"},
            measures=("fidelity",),
        ),
    },
    claims={
        "kd": Claim(
            title="Student with the teacher's soft targets",
            trial="kd",
            learner="distilled",
            score="test_errors",
        ),
        "label_smoothing": Claim(
            title="Student with label smoothing",
            trial="label_smoothing",
            learner="distilled",
            score="test_errors",
        ),
        "virtual_teacher": Claim(
            title="Student of the made-up teacher",
            trial="virtual_teacher",
            learner="distilled",
            score="test_errors",
        ),
        "teacher_labels": Claim(
            title="Student of the teacher's hard label",
            trial="teacher_labels",
            learner="distilled",
            score="test_errors",
        ),
        "shuffled_classes": Claim(
            title="Student of shuffled dark knowledge",
            trial="shuffled_classes",
            learner="distilled",
            score="test_errors",
        ),
        "top_classes": Claim(
            title="Student of the teacher's top 3 classes",
            trial="top_classes",
            learner="distilled",
            score="test_errors",
        ),
        "longer": Claim(
            title="Plain student, four times the epochs",
            trial="longer",
            learner="plain",
            score="test_errors",
        ),
        "plain": Claim(title="Plain student", trial="kd", learner="plain", score="test_errors"),
        **dict(_fidelity()),
    },
    comparisons={
        "kd": Comparison(
            title="Soft targets against plain",
            first=Side(trial="kd"),
            second=Side(trial="kd", learner="plain"),
        ),
        **dict(_compared()),
        "kd_over_longer": Comparison(
            title="Soft targets against plain training for four times the epochs",
            first=Side(trial="kd"),
            second=Side(trial="longer", learner="plain"),
        ),
    },
    deviations=(
        "The paper trains convolutional networks on CIFAR and Tiny ImageNet: here it is 5,000 "
        "digits, and only the question is the same.",
        "The hard label of the teacher counts half, as in Touvron et al. 2021 (DeiT); the shuffled "
        "answer keeps the teacher's first class and its probability, so that what is left of it is "
        "how sure the teacher is.",
        "As many comparisons as stand here make one in twenty differ by chance alone.",
    ),
)
