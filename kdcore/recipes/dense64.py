"""A tutorial with two small dense nets, in which α changes after ten epochs."""

from kdcore.recipes.recipe import Claim, Comparison, Recipe, Side, Trial

DENSE64 = Recipe(
    title="MNIST: Dense 64 → Dense 32, α 0.5, then 0.6",
    claim="The student is distilled with α = 0.5 for 10 epochs and then with 0.6 for 20 more.",
    source="A tutorial text: Dense 64 → Dense 32, loss α · hard + (1 − α) · soft, evaluated twice",
    settings={
        "dataset": "mnist",
        "teacher": "mlp:64",
        "teacher_epochs": 10,
        "student": "mlp:32",
        "temperature": 3.0,
        "optimizer": "adam",
        "lr": 0.001,
        "batch_size": 64,
        "weight": 0.5,
    },
    quick={"transfer_size": 6_000, "teacher_epochs": 3},
    seeds=5,
    trials={
        "first": Trial(title="After 10 epochs, α = 0.5", settings={"epochs": 10}),
        "second": Trial(
            title="After 20 more, α = 0.6", settings={"epochs": 30, "weight_schedule": "at:10=0.4"}
        ),
        "constant": Trial(title="After 30 epochs, α = 0.5 all the time", settings={"epochs": 30}),
    },
    claims={
        "first": Claim(
            title="Distilled, first evaluation",
            trial="first",
            learner="distilled",
            score="test_accuracy",
            place="code",
        ),
        "second": Claim(
            title="Distilled, second evaluation",
            trial="second",
            learner="distilled",
            score="test_accuracy",
            place="code",
        ),
        "plain": Claim(
            title="Plain student, second evaluation",
            trial="second",
            learner="plain",
            score="test_accuracy",
            place="code",
        ),
    },
    comparisons={
        "distilled": Comparison(
            title="After 30 epochs: distilled against plain",
            first=Side(trial="second"),
            second=Side(trial="second", learner="plain"),
            score="test_accuracy",
        ),
        "change": Comparison(
            title="α changed to 0.6 against α = 0.5 all the time",
            first=Side(trial="second"),
            second=Side(trial="constant"),
            score="test_accuracy",
        ),
        "longer": Comparison(
            title="Second against first evaluation: what more epochs alone can bring",
            first=Side(trial="second", learner="plain"),
            second=Side(trial="first", learner="plain"),
            score="test_accuracy",
        ),
    },
    deviations=(
        "α weighs the labels, so that λ here is 1 − α: 0.5, then 0.4.",
        "A second evaluation after more training compares two things at once, the other α and the "
        "longer training: the third trial and the plain student keep them apart.",
        "The temperature is taken as 3; optimiser, learning rate and batch size are the usual ones "
        "of this text's framework.",
    ),
)
