"""Runs on points in the plane: what is learned from, and with which settings."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.page.acting import acts
from dashboard.page.jobs.shown_run import show_run
from dashboard.server.engine import hub, store
from dashboard.server.uploads import save_upload
from kdcore.catalogue import is_forest, parse_model
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.plane import MOST, PlaneData, as_table, check_classes

MOST_CLASSES = 4
"""That can be drawn."""
FARTHEST = 10.0
"""From 0 that a drawn point may lie."""
EPOCHS, TEACHER_EPOCHS = 60, 40
TEMPERATURE, WEIGHT = 2.0, 0.9
SPEED = 80.0
"""Batches a second, to be followed."""
TEST_SHARE, VALIDATION_SHARE = 0.2, 0.1
"""Of the points, and of those that are left, that nobody learns from; see ``assemble``."""


@acts
def start_on(
    points: NDArray[Any], classes: NDArray[Any], name: str, labels: int, teacher: str, student: str
) -> None:
    """Submit a run on points and show it.

    Args:
        points: ``[n, 2]``.
        classes: ``[n]``.
        name: of the table that is made of them.
        labels: how many the students get.
        teacher: its model.
        student: likewise.
    """
    check_classes(classes)
    table = io.BytesIO(as_table(points, classes).encode())
    path = save_upload(table, f"{name}.csv", store().root / "uploads")
    config = plane_config(str(path), len(points), labels, teacher, student)
    show_run(hub().submit(config))


def plane_config(dataset: str, points: int, labels: int, teacher: str, student: str) -> RunConfig:
    """A run of seconds on a table of points, of which the students get some labels."""
    students_see = points * (1 - TEST_SHARE) * (1 - VALIDATION_SHARE)
    return RunConfig(
        dataset=dataset,
        label_column="class",
        unlabelled=round(max(0.0, 1 - labels / students_see), 4),
        epochs=EPOCHS,
        teacher_epochs=TEACHER_EPOCHS,
        temperature=TEMPERATURE,
        weight=WEIGHT,
        speed=SPEED,
        teacher=teacher,
        student=student,
    )


def table_name(data: PlaneData) -> str:
    """What the points are called, such as ``moons-700-0.2-0``."""
    return f"{data.shape}-{data.points}-{data.noise:g}-{data.seed}"


def points_from(sent: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Drawn points, as a browser has sent them, ``[n, 2]`` and their classes ``[n]`` from 0.

    Raises:
        UserError: they are no such points, or too many.
    """
    try:
        found = np.array(sent, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        found = np.zeros(0)
    if found.ndim != 2 or found.shape[1] != 3 or len(found) > MOST:
        raise UserError("points_unreadable", most=MOST)
    points, classes = found[:, :2], found[:, 2]
    inside = (np.abs(points) <= FARTHEST).all() and np.isin(classes, range(MOST_CLASSES)).all()
    if not inside:
        raise UserError("points_unreadable", most=MOST)
    _, numbers = np.unique(classes, return_inverse=True)
    return points, numbers.astype(np.int64)


def hidden_units(run: str) -> dict[str, list[int]]:
    """Units of each hidden layer, by learner, of those that are fully connected networks."""
    config = store().find(run, RUN).config
    models = {"plain": config.student, "distilled": config.student}
    if not config.teacher_weights:
        models["teacher"] = config.teachers[0]
    return {
        learner: list(widths)
        for learner, model in models.items()
        if not is_forest(model)
        for family, widths in (parse_model(model),)
        if family == "mlp"
    }
