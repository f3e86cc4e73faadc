"""A small search and a small selection of a teacher, as their events and in the store."""

import optuna

from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import TRIALS as FILE
from kdcore.jobs.search.config import Range, SearchConfig
from kdcore.jobs.search.events import (
    SearchFinished,
    SearchPrepared,
    SearchStarted,
    TrialEnded,
    TrialScored,
    TrialStarted,
)
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.jobs.teacher_selection.events import (
    TeacherEvaluated,
    TeacherSelectionFinished,
    TeacherSelectionStarted,
)
from kdcore.store import recorded
from support import events as make

SPACE = SearchConfig(
    base=RunConfig(epochs=2),
    methods=("kd", "dkd", "hard"),
    lrs=Range(1e-3, 3e-2),
    temperatures=Range(1.0, 20.0),
    weights=(0.5,),
    trials=5,
)
TEACHERS = TeacherSelectionConfig(
    base=RunConfig(epochs=2), teachers=("mlp:64", "mlp:256,128", "mlp:8"), seeds=(0, 1)
)
# by number: state, settings, value, test accuracy
TRIALS = (
    ("complete", {"method": "kd", "lr": 0.003, "temperature": 4.0, "weight": 0.5}, 0.93, 0.92),
    ("pruned", {"method": "hard", "lr": 0.03}, 0.81, 0.80),
    ("complete", {"method": "dkd", "lr": 0.01, "temperature": 2.0, "weight": 0.5}, 0.96, 0.94),
    ("failed", {"method": "kd", "lr": 0.02, "temperature": 9.0, "weight": 0.5}, None, None),
    ("complete", {"method": "hard", "lr": 0.001}, 0.90, 0.91),
)
BEST = 2
_LINES = (  # of the complete trials, as Optuna draws them: heights and what stands there
    ((0.5, 0.5, 0.0, 1.0), ("0.93", "0.003", "kd", "4")),
    ((1.0, 0.8, 0.5, 0.5), ("0.96", "0.01", "dkd", "2")),
    ((0.0, 0.0, 1.0, 0.0), ("0.9", "0.001", "hard", "None")),
)
_AXES = ("Objective Value", "lr", "method", "temperature")
OPTUNA = {
    "history": {
        "data": [
            {"type": "scatter", "mode": "markers", "x": [0, 2, 4], "y": [0.93, 0.96, 0.9]},
            {"type": "scatter", "mode": "lines", "x": [0, 2, 4], "y": [0.93, 0.96, 0.96]},
            {"type": "scatter", "mode": "markers", "x": [], "y": []},
        ],
        "layout": {},
    },
    "importances": {
        "data": [{"type": "bar", "x": [0.1, 0.3, 0.6], "y": ["temperature", "method", "lr"]}],
        "layout": {},
    },
    "parallel": {
        "data": [
            *(
                {
                    "x": [0, 1, 2, 3],
                    "y": list(heights),
                    "customdata": [list(pair) for pair in zip(_AXES, at, strict=True)],
                }
                for heights, at in _LINES
            ),
            {"x": [None, None], "y": [None, None]},  # its scale of colours
        ],
        "layout": {
            "xaxis": {"tickvals": [0, 1, 2, 3], "ticktext": list(_AXES), "range": [-0.2, 3.2]},
            "yaxis": {"visible": False, "range": [-0.08, 1.08]},
            "shapes": [{"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1}],
            "annotations": [
                {"text": "0.96", "x": 0, "y": 1.0, "showarrow": False},
                {"text": "dkd", "x": 2, "y": 0.5, "showarrow": False},
                {"text": "None", "x": 3, "y": 0.0, "showarrow": False},
            ],
        },
    },
}
"""What Optuna draws of the search, in short."""
# by teacher: validation accuracy, ECE, NLL fitted, students' validation accuracies
ASSESSED = {
    "mlp:64": (0.97, 0.020, 0.110, [0.93, 0.95]),
    "mlp:256,128": (0.98, 0.030, 0.090, [0.92, 0.93]),
    "mlp:8": (0.90, 0.010, 0.300, [0.90, 0.91]),
}


def trial_events(number, name="search-test"):
    """All that one trial reports."""
    state, params, value, test_accuracy = TRIALS[number]
    runs = [f"{name}.{number:04d}"]
    scores = [] if value is None else [TrialScored(trial=number, epoch=1, epochs=2, value=value)]
    end = TrialEnded(
        trial=number,
        state=state,
        params=params,
        runs=runs,
        epochs=len(scores),
        value=value,
        spread=None,
        values=[] if value is None else [value],
        test_accuracy=test_accuracy,
        seconds=1.0,
        error="The loss is not finite." if state == "failed" else "",
    )
    return [TrialStarted(trial=number, params=params, runs=runs), *scores, end]


def search_began(name="search-test", ended=0):
    """Up to the first trial."""
    return [
        SearchStarted(
            search=name,
            config=SPACE.to_dict(),
            device="cpu",
            more_is_better=True,
            ended=ended,
            validation_sizes=[126],
            test_size=make.TEST_SIZE,
            version="test",
        ),
        make.teacher_epoch(),
        SearchPrepared(teacher_sources=["trained"], teachers=[make.TEACHER], seconds=1.0),
    ]


def search_ended(name="search-test", *, stopped=False):
    """The last event."""
    _, params, value, test_accuracy = TRIALS[BEST]
    return SearchFinished(
        search=name,
        stopped=stopped,
        complete=3,
        pruned=1,
        failed=1,
        best_trial=BEST,
        best_params=params,
        best_runs=[f"{name}.{BEST:04d}"],
        best_value=value,
        best_spread=None,
        best_test_accuracy=test_accuracy,
        seconds=9.0,
    )


def whole_search(name="search-test"):
    trials = [event for number in range(len(TRIALS)) for event in trial_events(number, name)]
    return [*search_began(name), *trials, search_ended(name)]


def whole_selection(name="teacher-selection-test"):
    teachers = [
        TeacherEvaluated(
            teacher=teacher,
            source="trained",
            parameters=1000 * (at + 1),
            validation_accuracy=accuracy,
            ece=ece,
            nll=nll + 0.02,
            temperature_fitted=1.4,
            nll_fitted=nll,
            test_accuracy=accuracy - 0.01,
            students_validation_accuracy=students,
            students_test_accuracy=[value - 0.01 for value in students],
            runs=[f"{name}.{2 * at + seed:04d}" for seed in range(2)],
        )
        for at, (teacher, (accuracy, ece, nll, students)) in enumerate(ASSESSED.items())
    ]
    return [
        TeacherSelectionStarted(
            selection=name,
            config=TEACHERS.to_dict(),
            device="cpu",
            validation_size=126,
            test_size=make.TEST_SIZE,
            version="test",
        ),
        make.teacher_epoch(),
        *teachers,
        TeacherSelectionFinished(
            selection=name,
            stopped=False,
            by_accuracy=["mlp:256,128"],
            by_ece=["mlp:8"],
            by_nll_fitted=["mlp:256,128"],
            by_student=["mlp:64"],
            agree=False,
            seconds=7.0,
        ),
    ]


def record_search(store, events=None):
    """The search in the store, with the settings of each trial's run."""
    folder = store.create(SPACE)
    for _ in recorded(whole_search(folder.id) if events is None else events, folder):
        pass
    for number, (_, params, *_) in enumerate(TRIALS):
        folder.cell(number).begin(SPACE.base.replace(**params).to_dict())
    return folder


def record_selection(store, events=None):
    """The selection in the store, with the settings of each student's run."""
    folder = store.create(TEACHERS)
    for _ in recorded(whole_selection(folder.id) if events is None else events, folder):
        pass
    for number, config in enumerate(TEACHERS.cells):
        folder.cell(number).begin(config.to_dict())
    return folder


def write_study(folder):
    """Optuna's file of the search, with the trials that are complete."""
    distributions = {
        "method": optuna.distributions.CategoricalDistribution(SPACE.methods),
        "lr": optuna.distributions.FloatDistribution(SPACE.lrs.low, SPACE.lrs.high, log=True),
        "temperature": optuna.distributions.FloatDistribution(1.0, 20.0, log=True),
    }
    storage = optuna.storages.RDBStorage(f"sqlite:///{folder / FILE}")
    study = optuna.create_study(storage=storage, study_name=folder.name, direction="maximize")
    for state, params, value, _ in TRIALS:
        drawn = {name: params[name] for name in distributions.keys() & params.keys()}
        if state == "complete":
            trial = optuna.trial.create_trial(
                params=drawn,
                distributions={name: distributions[name] for name in drawn},
                value=value,
            )
            study.add_trial(trial)
    storage.remove_session()
    storage.engine.dispose()
