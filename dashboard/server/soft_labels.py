"""What is kept in a run's arrays; its soft labels as the microscope takes them."""

from typing import Any

import numpy as np

from dashboard.server.encoding import base64_of
from dashboard.server.engine import store
from dashboard.server.examples import example_message
from dashboard.server.shared_records import run_history, shared_record
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.record import RunRecord

BEFORE_ALL = -1
"""``since`` of who has nothing yet; epoch 0 is before training."""


def soft_labels(run: str, since: int) -> dict[str, Any]:
    """What came after epoch ``since``.

    Returns:
        ``run``, ``learners``, ``snapshots`` (``epoch`` and each student's logits, base64 of
        float32 ``[W, C]``); with ``since`` −1 also what does not change: ``classes``, the examples,
        see ``example_message``, and the logits of the ``teacher``, ``null`` where there is none.

    Raises:
        UserError: there is no such run, or a file of it is damaged.
    """
    shared = shared_record(run)
    with shared.lock:
        history = shared.newest()
        if not isinstance(history, RunRecord):
            raise UserError("no_such_job", job=run, found=0, listing="runs")
        started, prepared = history.started, history.prepared
        due = [item for epoch, item in sorted(history.snapshots.items()) if epoch > since]
    folder = store().find(run, RUN)
    answer: dict[str, Any] = {"run": run, "ready": bool(prepared and prepared.arrays)}
    if started is None or prepared is None or not prepared.arrays:
        return answer | {"snapshots": []}
    answer["learners"] = started.students
    if since <= BEFORE_ALL:
        answer |= _constant_arrays(folder.load_arrays(prepared.arrays)) | {
            "classes": started.classes
        }
    answer["snapshots"] = [
        {"epoch": item.epoch}
        | {
            name.removesuffix("_watched"): base64_of(values, "<f4")
            for name, values in folder.load_arrays(item.arrays).items()
            if name.endswith("_watched")
        }
        for item in due
        if item.arrays
    ]
    return answer


def snapshot_arrays(history: RunRecord, run: str, epoch: float | None) -> dict[str, np.ndarray]:
    """All arrays of the last snapshot up to ``epoch`` and of the start; none before the first.

    Those of the end as well, where there are some.

    Raises:
        UserError: a file of the run is damaged.
    """
    snapshot = history.snapshot(epoch)
    if snapshot is None:
        return {}
    files = (
        history.prepared and history.prepared.arrays,
        snapshot.arrays,
        history.uncertainty and history.uncertainty.arrays,
    )
    folder = store().find(run, RUN)
    return {
        name: values for file in files if file for name, values in folder.load_arrays(file).items()
    }


def start_arrays(
    history: RunRecord, run: str
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """What does not change during a run, and the answers before its first batch; empty until then.

    Raises:
        UserError: a file of the run is damaged.
    """
    folder = store().find(run, RUN)
    prepared, before = (
        folder.load_arrays(event.arrays) if event and event.arrays else {}
        for event in (history.prepared, history.snapshots.get(0))
    )
    return prepared, before


def teacher_logits(run: str) -> tuple[dict[str, np.ndarray], list[str]] | None:
    """The teacher's logits on the watched examples of a run, for the temperature lab.

    Returns:
        Arrays of the run's ``prepared`` file, ``teacher_watched`` among them, and the names of its
        classes; ``None`` before the teacher is ready, and for a run without one.
    """
    now = run_history(run)
    if not (now.started and now.prepared and now.prepared.arrays):
        return None
    arrays = store().find(run, RUN).load_arrays(now.prepared.arrays)
    return (arrays, now.started.classes) if "teacher_watched" in arrays else None


def transfer_points(run: str) -> tuple[np.ndarray, np.ndarray]:
    """The points ``[n, 2]`` that the students of a run on a plane learn from, and their labels.

    −1 stands for a label that is hidden. Runs of earlier versions kept neither: then there are no
    points.
    """
    now = run_history(run)
    arrays: dict[str, np.ndarray] = {}
    if now.prepared and now.prepared.arrays:
        arrays = store().find(run, RUN).load_arrays(now.prepared.arrays)
    points = arrays.get("transfer_points", np.zeros((0, 2)))
    return points, arrays.get("transfer_labels", np.zeros(0))


def _constant_arrays(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    teacher = arrays.get("teacher_watched")
    return example_message(arrays) | {
        "teacher": None if teacher is None else base64_of(teacher, "<f4")
    }
