"""A small recipe and what one reports, for the tests of what is read off it."""

from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.recipe.events import (
    Machine,
    RecipeFinished,
    RecipeProgress,
    RecipeStarted,
    TrialMeasured,
    TrialsPrepared,
)
from kdcore.recipes import Claim, Comparison, Curve, Recipe, Side, Trial
from kdcore.store import recorded

TINY = Recipe(
    title="Tiny",
    claim="A tiny student learns.",
    source="Nobody: Nothing, 2026",
    settings={
        "dataset": "digits",
        "teacher": "mlp:8",
        "teacher_epochs": 1,
        "student": "mlp:4",
        "epochs": 2,
        "transfer_size": 100,
        "precision": "float32",
    },
    quick={"epochs": 1},
    seeds=2,
    trials={
        "warm": Trial(
            title="T = 4", measures=("training_accuracy", "fidelity", "robustness", "uncertainty")
        ),
        "without": Trial(
            title="Without class 3", settings={"drop_classes": "3", "students": "distilled"}
        ),
        "patient": Trial(title="Stops early", settings={"patience": 5}),
    },
    claims={
        "warm": Claim(
            title="Distilled",
            trial="warm",
            learner="distilled",
            score="test_errors",
            claimed=100,
            place="table 1",
        )
    },
    comparisons={
        "warm": Comparison(
            title="Distilled against plain",
            first=Side(trial="warm"),
            second=Side(trial="warm", learner="plain"),
        )
    },
    curves={
        "epochs": Curve(
            title="Errors",
            x="T",
            score="test_errors",
            lines={"distilled": ((4.0, Side(trial="warm")),)},
        )
    },
)


def measured(cell, trial, seed, **values):
    """``plain=74`` is a plain student with 74 test errors."""
    return TrialMeasured(
        cell=cell,
        trial=trial,
        seed=seed,
        run=f"recipe-test.{cell:04d}",
        values={learner: {"test_errors": float(errors)} for learner, errors in values.items()},
    )


def began(config, name="recipe-test"):
    """The first event of a job."""
    return RecipeStarted(
        job=name,
        config=config.to_dict(),
        trials=[
            {"trial": cell.trial, "seed": cell.seed, "run": f"{name}.{number:04d}"}
            for number, cell in enumerate(config.cells)
        ],
        machine=Machine(processor="Test CPU", cores=2, device="cpu", software="kdcore test"),
        test_sizes={"mnist": 10_000},
        date="2026-01-31",
        command="python -m kdcore recipe hinton2015 --seeds 0,1,2,3,4",
        settings_key=config.settings_key,
    )


HINTON = RecipeConfig(recipe="hinton2015")
ERRORS = {  # by trial and learner: of each seed
    ("all", "teacher"): (70, 70, 70, 70, 70),
    ("all", "plain"): (130, 128, 135, 131, 126),
    ("all", "distilled"): (80, 84, 79, 82, 85),
    ("wide_8", "distilled"): (120, 118, 125, 121, 119),
    ("wide_20", "distilled"): (121, 119, 123, 122, 118),
}


def whole_recipe(name="recipe-test", errors=None):
    """A finished job of ``hinton2015`` in which some trials have a result."""
    given = ERRORS if errors is None else errors
    events = [began(HINTON, name), TrialsPrepared(part=0, groups=[[0]], workers=0)]
    for number, cell in enumerate(HINTON.cells):
        of_cell = {
            learner: values[cell.seed]
            for (trial, learner), values in given.items()
            if trial == cell.trial and cell.seed < len(values)
        }
        if of_cell:
            events.append(measured(number, cell.trial, cell.seed, **of_cell))
    end = RecipeFinished(job=name, stopped=False, finished=20, failed=0, seconds=3600.0)
    return [*events, RecipeProgress(done=0.5, seconds=60.0, trials=["all"]), end]


def record_recipe(store, events=None):
    """The job in the store."""
    folder = store.create(HINTON)
    for _ in recorded(whole_recipe(folder.id) if events is None else events, folder):
        pass
    return folder
