"""What a robustness test has found so far, folded from its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from kdcore.catalogue import CORRUPTIONS
from kdcore.catalogue.corruptions import SEVERITIES
from kdcore.events import Cancelled, Event, Failed
from kdcore.jobs.robustness.events import (
    CLEAN,
    CorruptionEnded,
    CorruptionMeasured,
    Quality,
    RobustnessFinished,
    RobustnessStarted,
)


@dataclass(slots=True)
class RobustnessRecord:
    """A robustness test so far."""

    folded: int = 0
    """Events folded in."""
    started: RobustnessStarted | None = None
    clean: CorruptionMeasured | None = None
    measured: dict[str, list[CorruptionMeasured]] = field(default_factory=dict)
    """By corruption, in the order of severity."""
    over: dict[str, CorruptionEnded] = field(default_factory=dict)
    """By corruption."""
    finished: RobustnessFinished | None = None
    failed: Failed | None = None
    cancelled: bool = False
    """Before it began."""

    @property
    def ended(self) -> bool:
        """Whether all of it has finished or failed: no more comes."""
        return bool(self.finished or self.failed or self.cancelled)

    @property
    def corruptions(self) -> list[str]:
        """That are asked for, attacks among them, in their order."""
        return list(self.started.config["corruptions"]) if self.started else []

    @property
    def done(self) -> float:
        """Share of the arithmetic that is over, from 0 to 1, estimated."""
        if self.started is None:
            return 0.0
        passes = sum(CORRUPTIONS[name].passes * len(own) for name, own in self.measured.items())
        whole = SEVERITIES * sum(CORRUPTIONS[name].passes for name in self.corruptions)
        return ((self.clean is not None) + passes) / (1 + whole)

    @property
    def seconds_left(self) -> float | None:
        """That the rest will take at the pace so far; ``None`` before there is one."""
        if not self.measured:
            return None
        events = [*([self.clean] if self.clean else []), *chain(*self.measured.values())]
        return sum(event.seconds for event in events) * (1 - self.done) / self.done

    def course(self, corruption: str, learner: str) -> list[tuple[int, Quality]]:
        """What a learner was worth by severity, from the clean images on."""
        measured = [*([self.clean] if self.clean else []), *self.measured.get(corruption, [])]
        return [
            (one.severity, one.learners[learner]) for one in measured if learner in one.learners
        ]

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            self.folded += 1
            match event:
                case RobustnessStarted():
                    self.started = event
                case CorruptionMeasured() if event.corruption == CLEAN:
                    self.clean = event
                case CorruptionMeasured():
                    self.measured.setdefault(event.corruption, []).append(event)
                case CorruptionEnded():
                    self.over[event.corruption] = event
                case RobustnessFinished():
                    self.finished = event
                case Failed():
                    self.failed = event
                case Cancelled():
                    self.cancelled = True

    def summary(self) -> dict[str, Any]:
        """Which corruptions are over, and by how much the distilled student is ahead."""
        means = self.finished.corruptions if self.finished else None
        gain = means.accuracy_gain if means else None
        return {
            "corruptions": [name for name in self.over if not CORRUPTIONS[name].attack],
            "attacks": [name for name in self.over if CORRUPTIONS[name].attack],
            "accuracy": {name: one.value for name, one in means.accuracy.items()} if means else {},
            "gain": gain and [gain.value, gain.low, gain.high],
            "seconds": self.finished and self.finished.seconds,
        }
