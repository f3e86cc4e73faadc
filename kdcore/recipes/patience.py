"""Accuracy against the logarithm of the epochs: is distillation only slower to pay off?"""

from kdcore.recipes.recipe import Comparison, Curve, Recipe, Side, Trial

EPOCHS = (5, 20, 80, 320)

PATIENCE = Recipe(
    title="Patience: accuracy against the logarithm of the epochs",
    claim=(
        "Distillation as function matching on augmented and mixed images goes on improving for "
        "very many epochs, where plain training has stopped to improve."
    ),
    source=(
        "Beyer et al.: Knowledge distillation: A good teacher is patient and consistent, 2022 "
        "(arXiv:2106.05237)"
    ),
    settings={
        "dataset": "mnist5k",
        "teacher": "convnet:16,32,64",
        "teacher_augment": "shift",
        "teacher_epochs": 30,
        "student": "mlp:32",
        "temperature": 1.0,
        "weight": 1.0,
        "mixup": 1.0,
        "augment": "shift",
        "lr_schedule": "cosine:0.00001",
    },
    quick={"teacher_epochs": 5},
    seeds=5,
    trials={
        f"epochs_{count}": Trial(
            title=f"{count} epochs",
            settings={"epochs": count},
            quick={"epochs": max(1, count // 10)},
        )
        for count in EPOCHS
    },
    comparisons={
        "distilled": Comparison(
            title="Distilled: 320 epochs against 20",
            first=Side(trial="epochs_320"),
            second=Side(trial="epochs_20"),
            score="test_accuracy",
        ),
        "plain": Comparison(
            title="Plain: 320 epochs against 20",
            first=Side(trial="epochs_320", learner="plain"),
            second=Side(trial="epochs_20", learner="plain"),
            score="test_accuracy",
        ),
        "longest": Comparison(
            title="320 epochs: distilled against plain",
            first=Side(trial="epochs_320"),
            second=Side(trial="epochs_320", learner="plain"),
            score="test_accuracy",
        ),
    },
    curves={
        "epochs": Curve(
            title="Test accuracy against the number of epochs",
            x="epochs (quick: a tenth)",
            score="test_accuracy",
            log_x=True,
            lines={
                "distilled": tuple((count, Side(trial=f"epochs_{count}")) for count in EPOCHS),
                "plain": tuple(
                    (count, Side(trial=f"epochs_{count}", learner="plain")) for count in EPOCHS
                ),
            },
        )
    },
    deviations=(
        "The paper trains ResNets on ImageNet for up to 9,600 epochs; here it is 5,000 digits.",
        "Plain and distilled students see the same shifted and mixed images.",
    ),
)
