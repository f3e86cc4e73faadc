"""Where a run stands, read off its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kdcore.config import acting_values
from kdcore.events import (
    Batch,
    Epoch,
    Event,
    Failed,
    Finished,
    Prepared,
    Progress,
    Retuned,
    Started,
    TeacherEpoch,
)

LIVE_STATES = ("queued", "running", "paused")
"""States of the hub in which a run still takes commands."""


@dataclass(slots=True)
class Status:
    """The newest event of each kind and the values that act now."""

    started: Started | None = None
    progress: Progress | None = None
    teacher_epoch: TeacherEpoch | None = None
    prepared: Prepared | None = None
    batch: Batch | None = None
    epoch: Epoch | None = None
    finished: Finished | None = None
    failed: Failed | None = None
    controls: dict[str, float] = field(default_factory=dict)

    @property
    def phase(self) -> str:
        """``waiting``, ``loading``, ``teacher``, ``training`` or ``over``."""
        if self.finished or self.failed:
            return "over"
        if self.prepared:
            return "training"
        if self.teacher_epoch or (self.progress and self.progress.task == "teacher"):
            return "teacher"
        return "loading" if self.started or self.progress else "waiting"

    @property
    def position(self) -> float | None:
        """In epochs; that of the last whole epoch for forests, which tell of no batches."""
        if self.batch:
            return self.batch.position
        return float(self.epoch.epoch) if self.epoch else None

    @property
    def done(self) -> float | None:
        """Share of the present phase that is done, where that is known."""
        if self.phase == "training" and self.position and self.started:
            epochs: int = self.started.config["epochs"]
            return min(1.0, self.position / epochs)
        if self.phase == "teacher" and self.teacher_epoch:
            return self.teacher_epoch.epoch / self.teacher_epoch.epochs
        if self.progress and self.progress.total:
            return min(1.0, self.progress.done / self.progress.total)
        return None


def status(events: Iterable[Event]) -> Status:
    """The status after ``events``."""
    latest: dict[str, Any] = {}
    controls: dict[str, float] = {}
    for event in events:
        latest[event.kind] = event
        if isinstance(event, Started):
            controls |= acting_values(event.config)
        elif isinstance(event, Batch | Epoch):
            controls |= event.controls
        elif isinstance(event, Retuned):
            controls[event.name] = event.value
    kinds = ("started", "progress", "teacher_epoch", "prepared", "batch", "epoch", "finished",
             "failed")  # fmt: skip
    return Status(**{kind: latest.get(kind) for kind in kinds}, controls=controls)
