"""Does a higher temperature in training move the student's calibration?"""

from kdcore.recipes.recipe import Comparison, Curve, Recipe, Side, Trial

TEMPERATURES = (1, 2, 4, 8, 16)

TEMPERATURE_ECE = Recipe(
    title="Temperature and calibration of the student",
    claim="A higher T in the distillation makes the student's answers less sure.",
    source="A question about Guo et al.: On Calibration of Modern Neural Networks, 2017",
    settings={
        "dataset": "mnist5k",
        "teacher": "mlp:256,128",
        "teacher_epochs": 15,
        "student": "mlp:32",
        "weight": 0.9,
        "epochs": 20,
    },
    quick={"epochs": 5, "teacher_epochs": 5},
    seeds=5,
    quick_seeds=5,
    trials={
        f"at_{temperature}": Trial(
            title=f"T = {temperature}", settings={"temperature": float(temperature)}
        )
        for temperature in TEMPERATURES
    },
    comparisons={
        "high_low": Comparison(
            title="ECE: T = 16 against T = 1",
            first=Side(trial="at_16"),
            second=Side(trial="at_1"),
            score="ece",
        ),
        "middle_low": Comparison(
            title="ECE: T = 4 against T = 1",
            first=Side(trial="at_4"),
            second=Side(trial="at_1"),
            score="ece",
        ),
        "plain": Comparison(
            title="ECE: T = 4 against the plain student",
            first=Side(trial="at_4"),
            second=Side(trial="at_4", learner="plain"),
            score="ece",
        ),
    },
    curves={
        score: Curve(
            title=title,
            x="T",
            score=score,
            log_x=True,
            lines={
                "distilled": tuple((at, Side(trial=f"at_{at}")) for at in TEMPERATURES),
                "plain": tuple(
                    (at, Side(trial=f"at_{at}", learner="plain")) for at in TEMPERATURES
                ),
            },
        )
        for score, title in (
            ("ece", "ECE against the temperature of the distillation"),
            ("temperature_fitted", "Calibration temperature against that of the distillation"),
        )
    },
    deviations=("The test set has 600 digits, so that an ECE of 0.01 is within its noise.",),
)
