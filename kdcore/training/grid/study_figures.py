"""What Optuna draws of a search: ``python -m kdcore.training.grid.study_figures FILE``.

The app's process imports no Optuna: it asks for the figures in a process of their own.
"""

import json
import sqlite3
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState
from optuna.visualization import (
    plot_optimization_history,
    plot_parallel_coordinate,
    plot_param_importances,
)

from kdcore.jobs.search.config import TRIALS

FIGURES: dict[str, Callable[[optuna.Study], Any]] = {
    "history": plot_optimization_history,
    "importances": plot_param_importances,
    "parallel": plot_parallel_coordinate,
}
LEAST = 2
"""Complete trials that Optuna compares."""


def study_figures(folder: Path) -> dict[str, dict[str, Any]]:
    """Optuna's figures of the study in a search's folder as plain data of Plotly, by name.

    The folder may be read-only. There are none before two trials are complete.
    """
    address = (folder / TRIALS).resolve().as_uri() + "?mode=ro"
    storage = optuna.storages.RDBStorage(
        "sqlite://",
        engine_kwargs={"creator": lambda: sqlite3.connect(address, uri=True)},
        skip_compatibility_check=True,
        skip_table_creation=True,
    )
    try:
        study = optuna.load_study(study_name=None, storage=storage)
        complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if len(complete) < LEAST:
            return {}
        with warnings.catch_warnings(action="ignore"):  # that a study is small is seen
            return {name: json.loads(draw(study).to_json()) for name, draw in FIGURES.items()}
    finally:
        storage.remove_session()
        storage.engine.dispose()


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sys.stdout.write(json.dumps(study_figures(Path(sys.argv[1]))))
