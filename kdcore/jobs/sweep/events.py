"""What a sweep reports.

The order is ``sweep_started``, the teacher's, ``sweep_prepared``, then ``sweep_progress``,
``cells_scored``, ``cells_ended`` and ``group_retried`` interleaved, and ``sweep_finished`` or
``failed``.
"""

from dataclasses import dataclass, field
from typing import Any

from kdcore.events.base import Completed, Event
from kdcore.events.scores import Scores
from kdcore.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepStarted(Event):
    """The data are loaded and a sweep begins."""

    kind = "sweep_started"

    sweep: str
    config: dict[str, Any]
    cells: list[dict[str, Any]]
    """By number: ``run`` and the settings in which cells differ."""
    device: str
    validation_size: int
    test_size: int
    version: str
    notes: list[Note] = field(default_factory=list)
    """What was decided on reading the data, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPrepared(Event):
    """The teacher is ready and the work is divided."""

    kind = "sweep_prepared"

    teacher_source: str
    teacher: Scores
    groups: list[list[int]]
    """Cells that are trained jointly."""
    executor: str
    """``joint`` (one process), ``processes`` or ``ray``."""
    workers: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepProgress(Event):
    """A group took some batches."""

    kind = "sweep_progress"

    group: int
    position: float
    """In epochs."""
    epochs: int
    students: int
    """Trained in the group, plain ones included."""
    images_per_second: float
    """Of all its students together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellsScored(Event):
    """An epoch of a group is over; by the cell's number, written as text."""

    kind = "cells_scored"

    epoch: int
    distilled: dict[str, Scores]
    plain: dict[str, Scores]
    """The plain student beside each cell: cells of one seed and learning rate share it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellsEnded(Event):
    """Cells are finished, stopped or failed; their runs can be opened."""

    kind = "cells_ended"

    cells: list[int]
    state: str
    """``finished``, ``stopped`` or ``failed``."""
    error: str = ""
    code: str = ""
    """Of the error, a key of ``kdcore.errors.MESSAGES``; empty where it was not foreseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRetried(Event):
    """A worker died; its group begins anew."""

    kind = "group_retried"

    group: int
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFinished(Completed):
    """The sweep is over; ``stopped`` if a person ended it early."""

    kind = "sweep_finished"

    sweep: str
    finished: int
    """Cells."""
    failed: int
    seconds: float
