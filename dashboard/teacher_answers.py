"""The teacher's answers to the watched examples of a run."""

import numpy as np

from dashboard.engine import store
from dashboard.shared_history import run_history
from kdcore.jobs.kind import RUN


def teacher_answers(run: str) -> tuple[dict[str, np.ndarray], list[str]] | None:
    """Arrays of the run's ``prepared`` file and the names of its classes.

    Returns:
        ``None`` before the teacher is ready, and for a run without one.
    """
    now = run_history(run)
    if not (now.started and now.prepared and now.prepared.arrays):
        return None
    arrays = store().find(run, RUN).load_arrays(now.prepared.arrays)
    return (arrays, now.started.classes) if "teacher_watched" in arrays else None
