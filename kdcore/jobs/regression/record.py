"""What a regression has found so far, folded from its events."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kdcore.events import Cancelled, Event, Failed, Progress
from kdcore.jobs.regression.events import (
    RegressionEpoch,
    RegressionFinished,
    RegressionScores,
    RegressionStarted,
    RegressionTaught,
    RegressionTeacher,
)

STUDENTS = ("plain", "distilled")


@dataclass(slots=True)
class RegressionRecord:
    """A regression so far."""

    folded: int = 0
    """Events folded in."""
    started: RegressionStarted | None = None
    networks: list[RegressionTeacher] = field(default_factory=list)
    taught: RegressionTaught | None = None
    epochs: dict[int, list[RegressionEpoch]] = field(default_factory=dict)
    """By seed."""
    finished: RegressionFinished | None = None
    failed: Failed | None = None
    cancelled: bool = False
    """Before it began."""

    @property
    def ended(self) -> bool:
        """Whether all of it has finished or failed: no more comes."""
        return bool(self.finished or self.failed or self.cancelled)

    @property
    def done(self) -> float:
        """Share of the work that is over, from 0 to 1: a teacher's network counts as one seed."""
        if self.started is None:
            return 0.0
        config = self.started.config
        epochs: int = config["base"]["epochs"]
        seeds = sum(len(own) for own in self.epochs.values()) / epochs
        whole: int = config["networks"] + config["pairs"]
        return float(len(self.networks) + seeds) / whole

    def curve(self, student: str, measure: str) -> list[tuple[int, float, float]]:
        """Epoch, mean and deviation over the seeds that have come so far; nothing before."""
        found = []
        longest = max((len(own) for own in self.epochs.values()), default=0)
        for at in range(longest):
            values = [
                getattr(own[at].students[student], measure)
                for own in self.epochs.values()
                if at < len(own)
            ]
            spread = statistics.stdev(values) if len(values) > 1 else 0.0
            found.append((at + 1, statistics.mean(values), spread))
        return found

    def last(self, student: str) -> list[RegressionScores]:
        """The newest scores of a student, by seed."""
        return [own[-1].students[student] for own in self.epochs.values()]

    def gains(self, measure: str) -> list[float]:
        """Distilled minus plain of each seed."""
        return [
            getattr(own[-1].students["distilled"], measure)
            - getattr(own[-1].students["plain"], measure)
            for own in self.epochs.values()
        ]

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            self.folded += 1
            match event:
                case RegressionStarted():
                    self.started = event
                case RegressionTeacher():
                    self.networks.append(event)
                case RegressionTaught():
                    self.taught = event
                case RegressionEpoch():
                    self.epochs.setdefault(event.seed, []).append(event)
                case RegressionFinished():
                    self.finished = event
                case Failed():
                    self.failed = event
                case Cancelled():
                    self.cancelled = True
                case Progress():
                    pass

    def summary(self) -> dict[str, Any]:
        """The errors of all learners at the end."""
        rmse = {
            student: statistics.mean(one.rmse for one in self.last(student))
            for student in STUDENTS
            if self.epochs
        }
        return {
            "target": self.started.target if self.started else "",
            "rmse": ({"teacher": self.taught.scores.rmse} if self.taught else {}) | rmse,
            "seeds": len(self.epochs),
            "seconds": self.finished.seconds if self.finished else None,
        }
