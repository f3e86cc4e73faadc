"""Teacher size times student size: does a larger teacher teach better?"""

from itertools import product

from kdcore.recipes.recipe import Comparison, Curve, Recipe, Side, Trial

TEACHERS = (16, 64, 256, 1024)
STUDENTS = (8, 16, 32)

CAPACITY_GAP = Recipe(
    title="Capacity gap: teacher size × student size",
    claim="A small student may learn less from a large teacher than from one of middle size.",
    source=(
        "Mirzadeh et al.: Improved Knowledge Distillation via Teacher Assistant, 2020; Cho, "
        "Hariharan: On the Efficacy of Knowledge Distillation, 2019"
    ),
    settings={
        "dataset": "mnist5k",
        "teacher_epochs": 20,
        "students": "distilled",
        "temperature": 4.0,
        "weight": 0.9,
        "epochs": 20,
    },
    quick={"epochs": 5, "teacher_epochs": 5},
    seeds=5,
    trials={
        f"from_{teacher}_to_{student}": Trial(
            title=f"{teacher} → {student} units",
            settings={"teacher": f"mlp:{teacher}", "student": f"mlp:{student}"},
        )
        for teacher, student in product(TEACHERS, STUDENTS)
    },
    comparisons={
        f"to_{student}": Comparison(
            title=f"Student of {student} units: teacher of 1024 units against 64",
            first=Side(trial=f"from_1024_to_{student}"),
            second=Side(trial=f"from_64_to_{student}"),
            score="test_accuracy",
        )
        for student in STUDENTS
    },
    curves={
        "teacher": Curve(
            title="Test accuracy against the teacher's size",
            x="units of the teacher",
            score="test_accuracy",
            log_x=True,
            lines={
                **{
                    f"student of {student} units": tuple(
                        (teacher, Side(trial=f"from_{teacher}_to_{student}"))
                        for teacher in TEACHERS
                    )
                    for student in STUDENTS
                },
                "the teacher itself": tuple(
                    (teacher, Side(trial=f"from_{teacher}_to_8", learner="teacher"))
                    for teacher in TEACHERS
                ),
            },
        )
    },
    deviations=(
        "The papers use convolutional networks on CIFAR and ImageNet; here it is 5,000 digits and "
        "networks with one hidden layer.",
    ),
)
