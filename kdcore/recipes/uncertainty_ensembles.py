"""An ensemble, and students that learn its mean or its distribution: what do they not know?"""

from kdcore.recipes.recipe import Claim, Comparison, Recipe, Side, Trial

STUDENTS = {
    "mean": "Student of the mean answer",
    "distribution": "Student of the distribution (EnD²)",
    "proxy": "Student of the distribution, proxy targets",
}
"""By trial."""
LEARNERS = {
    "ensemble": ("mean", "teacher", "Ensemble of five networks"),
    **{trial: (trial, "distilled", title) for trial, title in STUDENTS.items()},
    "plain": ("mean", "plain", "Plain student"),
}
"""By name: trial, learner and title."""
KNOWLEDGE = ("entropy_auroc", "knowledge_auroc", "unfamiliar_knowledge", "familiar_knowledge")
"""Scores of whose answers are distributed."""
OF_ONE = ("test_accuracy", "ece", "entropy_auroc")
"""Scores of a network that answers alone."""

UNCERTAINTY_ENSEMBLES = Recipe(
    title="Uncertainty: an ensemble and the students of its distribution",
    claim=(
        "A single network that learns the distribution of an ensemble's answers keeps its "
        "knowledge uncertainty and notices unfamiliar inputs nearly as well; one that learns the "
        "mean answer cannot tell the two kinds of doubt apart."
    ),
    source=(
        "Malinin, Mlodozeniec, Gales: Ensemble Distribution Distillation, 2020; Ryabinin, Malinin, "
        "Gales: Scaling Ensemble Distribution Distillation to Many Classes with Proxy Targets, 2021"
    ),
    settings={
        "dataset": "mnist5k",
        "teacher": " + ".join(["mlp:128,64"] * 5),
        "teacher_mixing": "probabilities",
        "teacher_epochs": 20,
        "student": "mlp:128,64",
        "epochs": 40,
        "weight": 1.0,
    },
    quick={"epochs": 10, "teacher_epochs": 5},
    seeds=5,
    quick_seeds=5,
    trials={
        "mean": Trial(
            title="Soft targets: the mean answer at T = 1",
            settings={"temperature": 1.0},
            measures=("uncertainty",),
        ),
        "distribution": Trial(
            title="The likelihood of all answers, T from 10 to 1",
            settings={
                "method": "ensemble_distribution",
                "temperature": 10.0,
                "temperature_schedule": "linear:1",
                "students": "distilled",
            },
            measures=("uncertainty",),
        ),
        "proxy": Trial(
            title="Proxy targets",
            settings={"method": "ensemble_distribution_proxy", "students": "distilled"},
            measures=("uncertainty",),
        ),
    },
    claims={
        f"{name}_{score}": Claim(title=title, trial=trial, learner=learner, score=score)
        for name, (trial, learner, title) in LEARNERS.items()
        for score in (
            *OF_ONE,
            *(one for one in KNOWLEDGE if one not in OF_ONE and name not in ("mean", "plain")),
        )
    },
    comparisons={
        **{
            f"{trial}_over_mean_{score}": Comparison(
                title=f"{STUDENTS[trial]} against that of the mean",
                first=Side(trial=trial),
                second=Side(trial="mean"),
                score=score,
            )
            for trial in ("distribution", "proxy")
            for score in OF_ONE
        },
        **{
            f"{trial}_to_ensemble": Comparison(
                title=f"{STUDENTS[trial]} against the ensemble",
                first=Side(trial=trial),
                second=Side(trial=trial, learner="teacher"),
                score="knowledge_auroc",
            )
            for trial in ("distribution", "proxy")
        },
        "mean_over_plain": Comparison(
            title="Student of the mean answer against plain",
            first=Side(trial="mean"),
            second=Side(trial="mean", learner="plain"),
            score="entropy_auroc",
        ),
    },
    deviations=(
        "The papers train convolutional networks on CIFAR-10, CIFAR-100 and ImageNet, with "
        "ensembles of 10 to 100; here it is 5,000 digits and an ensemble of five.",
        "Unfamiliar are up to 500 inputs of four kinds: scikit-learn's digits, squares of "
        "photographs, the test images after a quarter turn, and normal noise. Figures are means "
        "over the four; the digits are the same classes in another hand and turned digits may be "
        "digits still, so that no learner can tell them all.",
        "Entropy and mutual information are in nats; familiar are test images that are answered "
        "rightly. A network that answers alone has no mutual information.",
    ),
)
