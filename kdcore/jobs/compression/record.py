"""What a compression has found so far, folded from its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kdcore.events import Cancelled, Event, Failed
from kdcore.jobs.compression.events import (
    CompressionFinished,
    CompressionStarted,
    Measured,
    StageBegan,
    StageEnded,
    StageEpoch,
)


@dataclass(slots=True)
class StageRecord:
    """One stage so far."""

    name: str
    model: str
    before: Measured
    after: Measured | None = None
    """Re-distilled; the teacher never is."""
    epochs: list[StageEpoch] = field(default_factory=list)
    weights: str = ""
    """File in the folder."""

    @property
    def newest(self) -> Measured:
        """The last measurement."""
        return self.after or self.before


@dataclass(slots=True)
class CompressionRecord:
    """A compression so far."""

    folded: int = 0
    """Events folded in."""
    started: CompressionStarted | None = None
    stages: dict[str, StageRecord] = field(default_factory=dict)
    """In the order in which they began: ``teacher``, ``student``, then all others."""
    finished: CompressionFinished | None = None
    failed: Failed | None = None
    cancelled: bool = False
    """Before it began."""

    @property
    def student(self) -> StageRecord | None:
        """The distilled student, uncompressed, that all stages begin at."""
        return self.stages.get("student")

    @property
    def compressed(self) -> list[StageRecord]:
        """All stages that made the student smaller."""
        return [stage for name, stage in self.stages.items() if name not in ("teacher", "student")]

    @property
    def ended(self) -> bool:
        """Whether all of it has finished or failed: no more comes."""
        return bool(self.finished or self.failed or self.cancelled)

    @property
    def measured(self) -> int:
        """How many measurements there are."""
        return sum(2 if stage.after else 1 for stage in self.stages.values())

    @property
    def over(self) -> int:
        """How many stages are over, the student's included."""
        return sum(stage.after is not None for stage in self.stages.values())

    @property
    def done(self) -> float:
        """Share of the work that is over."""
        if self.started is None:
            return 0.0
        of_all = len(self.started.config["stages"]) + 1
        shares = [
            1.0 if stage.after else stage.epochs[-1].epoch / (stage.epochs[-1].epochs + 1)
            for stage in self.stages.values()
            if stage.after or stage.epochs
        ]
        return sum(shares) / of_all

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            self.folded += 1
            match event:
                case CompressionStarted():
                    self.started = event
                case StageBegan():
                    self.stages[event.stage] = StageRecord(event.stage, event.model, event.before)
                case StageEpoch():
                    self.stages[event.stage].epochs.append(event)
                case StageEnded():
                    stage = self.stages[event.stage]
                    stage.after, stage.weights = event.after, event.weights
                case CompressionFinished():
                    self.finished = event
                case Failed():
                    self.failed = event
                case Cancelled():
                    self.cancelled = True

    def summary(self) -> dict[str, Any]:
        """How many stages ended and which."""
        return {
            "stages": [stage.name for stage in self.compressed if stage.after],
            "seconds": self.finished and self.finished.seconds,
        }
