"""What a sceptic asks for: is it the teacher, or would a smoother label do?"""

from kdcore.recipes.recipe import Claim, Comparison, Recipe, Side, Trial

CONTROLS = Recipe(
    title="Controls: distillation against smoother labels without a teacher",
    claim=(
        "Much of what distillation brings is regularisation of the labels: label smoothing and a "
        "made-up teacher come close to a trained one."
    ),
    source=(
        "Yuan et al.: Revisiting Knowledge Distillation via Label Smoothing Regularization, 2020"
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
        "kd": Trial(title="Soft targets of the teacher"),
        "label_smoothing": Trial(
            title="Label smoothing, no teacher",
            settings={"method": "label_smoothing", "weight": 0.1, "students": "distilled"},
        ),
        "virtual_teacher": Trial(
            title="Made-up teacher: 0.99 for the label, the rest even",
            settings={"method": "virtual_teacher", "students": "distilled"},
        ),
        "longer": Trial(
            title="Plain student, four times the epochs",
            settings={"students": "plain", "epochs": 80},
            quick={"epochs": 20},
        ),
    },
    claims={
        "kd": Claim(
            title="Student with the teacher's soft targets",
            trial="kd",
            learner="distilled",
            score="test_errors",
        ),
        "agreement": Claim(
            title="Fidelity: how often it answers like the teacher",
            trial="kd",
            learner="distilled",
            score="agreement",
        ),
        "kl": Claim(
            title="Fidelity: how far its probabilities are from the teacher's",
            trial="kd",
            learner="distilled",
            score="kl_to_teacher",
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
        "plain": Claim(title="Plain student", trial="kd", learner="plain", score="test_errors"),
    },
    comparisons={
        "kd": Comparison(
            title="Soft targets against plain",
            first=Side(trial="kd"),
            second=Side(trial="kd", learner="plain"),
        ),
        "label_smoothing": Comparison(
            title="Label smoothing against plain",
            first=Side(trial="label_smoothing"),
            second=Side(trial="kd", learner="plain"),
        ),
        "kd_over_smoothing": Comparison(
            title="Soft targets against label smoothing",
            first=Side(trial="kd"),
            second=Side(trial="label_smoothing"),
        ),
        "kd_over_virtual": Comparison(
            title="Soft targets against the made-up teacher",
            first=Side(trial="kd"),
            second=Side(trial="virtual_teacher"),
        ),
        "kd_over_longer": Comparison(
            title="Soft targets against plain training for four times the epochs",
            first=Side(trial="kd"),
            second=Side(trial="longer", learner="plain"),
        ),
    },
    deviations=(
        "The paper trains convolutional networks on CIFAR and Tiny ImageNet: here it is 5,000 "
        "digits, and only the question is the same.",
    ),
)
