"""A convolutional teacher and a small student on MNIST."""

from kdcore.recipes.recipe import Claim, Comparison, Recipe, Side, Trial

CONV_TEACHER = Recipe(
    title="MNIST: convolutional teacher → small student",
    claim="A small student comes close to a convolutional teacher by distillation.",
    source="A tutorial text: convolutional teacher, small student, MNIST",
    settings={
        "dataset": "mnist",
        "teacher": "convnet:32,64,128",
        "teacher_epochs": 5,
        "temperature": 5.0,
        "weight": 0.9,
        "optimizer": "adam",
        "lr": 0.001,
        "batch_size": 64,
        "epochs": 10,
    },
    quick={"teacher_epochs": 2, "epochs": 4, "transfer_size": 12_000},
    trials={
        "dense": Trial(title="Student with 32 dense units", settings={"student": "mlp:32"}),
        "convolutional": Trial(
            title="Student with 8, 16 and 32 channels", settings={"student": "convnet:8,16,32"}
        ),
    },
    claims={
        "teacher": Claim(
            title="Teacher with 32, 64 and 128 channels",
            trial="dense",
            learner="teacher",
            score="test_accuracy",
            place="text",
        ),
        "dense": Claim(
            title="Dense student, distilled",
            trial="dense",
            learner="distilled",
            score="test_accuracy",
            place="text",
        ),
        "convolutional": Claim(
            title="Convolutional student, distilled",
            trial="convolutional",
            learner="distilled",
            score="test_accuracy",
            place="text",
        ),
    },
    comparisons={
        "dense": Comparison(
            title="Dense student: distilled against plain",
            first=Side(trial="dense"),
            second=Side(trial="dense", learner="plain"),
        ),
        "convolutional": Comparison(
            title="Convolutional student: distilled against plain",
            first=Side(trial="convolutional"),
            second=Side(trial="convolutional", learner="plain"),
        ),
    },
    deviations=(
        "The text names no figure that could be compared; widths, T and λ are chosen here.",
    ),
)
