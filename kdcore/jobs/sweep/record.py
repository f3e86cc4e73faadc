"""What a sweep has found so far: scores over T and λ, folded from its events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from statistics import fmean, stdev
from typing import Any

from kdcore.events import Cancelled, Event, Failed, Scores, TeacherEpoch
from kdcore.jobs.sweep.events import (
    CellsEnded,
    CellsScored,
    GroupRetried,
    SweepFinished,
    SweepPrepared,
    SweepProgress,
    SweepStarted,
)

METRICS = {
    "validation_accuracy": True,
    "test_accuracy": True,
    "test_errors": False,
    "ece": False,
    "nll": False,
    "brier": False,
    "agreement": True,
    "target_accuracy": True,
}
"""Scores of a cell; whether more is better."""
ON_TARGET = "target_accuracy"
"""The one that only sweeps with target data have."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A score over the seeds of a cell."""

    values: tuple[float, ...]

    @property
    def n(self) -> int:
        """How many seeds."""
        return len(self.values)

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return fmean(self.values)

    @property
    def clear(self) -> int:
        """The mean's sign where it is more than two standard errors from 0; else 0."""
        if self.sd is None or abs(self.mean) <= 2 * self.sd / self.n**0.5:
            return 0
        return 1 if self.mean > 0 else -1

    @property
    def sd(self) -> float | None:
        """Sample standard deviation; ``None`` for one seed."""
        return stdev(self.values) if self.n > 1 else None


@dataclass(frozen=True, slots=True)
class GridPoint:
    """One point of the grid: every seed of a T and λ."""

    temperature: float
    weight: float
    numbers: tuple[int, ...]
    """Of the sweep's cells, by seed."""


@dataclass(frozen=True, slots=True)
class Best:
    """The place that validation data choose, and what it is worth on test data."""

    cell: GridPoint
    validation: Spread
    test: Spread
    plain_test: Spread
    gain: Spread
    """Test accuracy above the plain student of the same seed."""
    near: int
    """Other places whose mean on validation data lies within one standard deviation."""
    places: int
    """That were compared."""


@dataclass(slots=True)
class SweepRecord:
    """A sweep so far."""

    folded: int = 0
    """Events folded in."""
    scored: int = 0
    """Of them, how many brought scores."""
    started: SweepStarted | None = None
    teacher_epoch: TeacherEpoch | None = None
    prepared: SweepPrepared | None = None
    finished: SweepFinished | None = None
    failed: Failed | None = None
    cancelled: bool = False
    """Before it began."""
    progress: dict[int, SweepProgress] = field(default_factory=dict)
    """By group."""
    distilled: dict[int, list[tuple[int, Scores]]] = field(default_factory=dict)
    """By cell: epoch and scores."""
    plain: dict[int, list[tuple[int, Scores]]] = field(default_factory=dict)
    """By cell: those of the plain student beside it."""
    states: dict[int, str] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    retries: list[GroupRetried] = field(default_factory=list)

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            self.folded += 1
            self._fold(event)

    def _fold(self, event: Event) -> None:
        match event:
            case SweepStarted():
                self.started = event
            case TeacherEpoch():
                self.teacher_epoch = event
            case SweepPrepared():
                self.prepared = event
            case SweepProgress():
                self.progress[event.group] = event
            case CellsScored():
                self.scored += 1
                for scores_of, newest in (
                    (self.distilled, event.distilled),
                    (self.plain, event.plain),
                ):
                    for cell, scores in newest.items():
                        kept = scores_of.setdefault(int(cell), [])
                        while kept and kept[-1][0] >= event.epoch:  # resumed an epoch back
                            kept.pop()
                        kept.append((event.epoch, scores))
            case CellsEnded():
                self.states |= dict.fromkeys(event.cells, event.state)
                if event.error:
                    self.errors |= dict.fromkeys(event.cells, event.error)
            case GroupRetried():
                self.retries.append(event)
                self.progress.pop(event.group, None)
                for number in self.prepared.groups[event.group] if self.prepared else ():
                    self.distilled.pop(number, None)
                    self.plain.pop(number, None)
            case SweepFinished():
                self.finished = event
            case Failed():
                self.failed = event
            case Cancelled():
                self.cancelled = True

    def summary(self) -> dict[str, Any]:
        """How many students ended in which way."""
        states = list(self.states.values())
        return {
            "students": len(self.started.cells) if self.started else 0,
            "finished": states.count("finished"),
            "failed": states.count("failed"),
            "seconds": self.finished and self.finished.seconds,
        }

    @property
    def over(self) -> bool:
        """Whether the sweep has finished or failed: no more comes."""
        return bool(self.finished or self.failed or self.cancelled)

    @property
    def accuracy(self) -> str:
        """The metric that says whether the teacher helped: with target data that on the target."""
        base = self.started.config["base"] if self.started else {}
        return ON_TARGET if base.get("target") else "test_accuracy"

    def axis(self, setting: str) -> list[float | str]:
        """The values of a setting along the grid, sorted."""
        if self.started is None:
            return []
        return sorted({cell[setting] for cell in self.started.cells})

    @property
    def done(self) -> float:
        """Share of all training that is done, from 0 to 1."""
        if self.finished:
            return 1.0
        if not self.prepared:
            return 0.0
        sizes = [len(group) for group in self.prepared.groups]
        shares = [
            sizes[number] * group.position / group.epochs for number, group in self.progress.items()
        ]
        return min(1.0, sum(shares) / sum(sizes))

    def by_method(self) -> list[tuple[str, GridPoint]]:
        """The first place of every method, the one with the greatest gain in test accuracy first.

        Methods without a score yet come last.
        """
        places = [
            (str(method), self.cells(method=str(method))[0]) for method in self.axis("method")
        ]

        def gain(place: tuple[str, GridPoint]) -> float:
            found = self.gain(place[1], "test_accuracy")
            return found.mean if found else -inf

        return sorted(places, key=gain, reverse=True)

    def cells(self, lr: float | None = None, method: str | None = None) -> list[GridPoint]:
        """The places of one learning rate and method, the first ones if not named."""
        if self.started is None:
            return []
        lr = self.axis("lr")[0] if lr is None else lr  # type: ignore[assignment]
        method = self.axis("method")[0] if method is None else method  # type: ignore[assignment]
        found: dict[tuple[float, float], list[int]] = {}
        for number, cell in enumerate(self.started.cells):
            if (cell["lr"], cell["method"]) == (lr, method):
                found.setdefault((cell["temperature"], cell["weight"]), []).append(number)
        return [GridPoint(*place, tuple(numbers)) for place, numbers in sorted(found.items())]

    def spread(self, cell: GridPoint, metric: str, student: str = "distilled") -> Spread | None:
        """The newest score of a place over those of its seeds that have one."""
        kept = self.distilled if student == "distilled" else self.plain
        values = [getattr(kept[number][-1][1], metric) for number in cell.numbers if number in kept]
        known = [value for value in values if value is not None]
        return Spread(tuple(known)) if known else None

    def gain(self, cell: GridPoint, metric: str) -> Spread | None:
        """How much better than the plain student of the same seed; positive is better."""
        sign = 1.0 if METRICS[metric] else -1.0
        pairs = [
            (
                getattr(self.distilled[number][-1][1], metric),
                getattr(self.plain[number][-1][1], metric),
            )
            for number in cell.numbers
            if number in self.distilled and number in self.plain
        ]
        known = [
            sign * (own - other) for own, other in pairs if own is not None and other is not None
        ]
        return Spread(tuple(known)) if known else None

    def best(self, cells: Sequence[GridPoint]) -> Best | None:
        """The place with the highest mean accuracy on validation data; of equals the first."""
        known = [
            (spread, cell) for cell in cells if (spread := self.spread(cell, "validation_accuracy"))
        ]
        if not known:
            return None
        chosen, cell = max(known, key=lambda pair: (pair[0].n, pair[0].mean))
        room = chosen.sd or 0.0
        near = sum(other.mean >= chosen.mean - room for other, _ in known) - 1
        test, plain = (
            self.spread(cell, "test_accuracy"),
            self.spread(cell, "test_accuracy", "plain"),
        )
        gain = self.gain(cell, "test_accuracy")
        if test is None or plain is None or gain is None:
            return None
        return Best(cell, chosen, test, plain, gain, near, len(known))

    def rank(self, cells: Sequence[GridPoint], cell: GridPoint, metric: str) -> int | None:
        """1 for the best mean; ``None`` where the place has no score yet."""
        own = self.spread(cell, metric)
        if own is None:
            return None
        sign = 1.0 if METRICS[metric] else -1.0
        others = [spread.mean for other in cells if (spread := self.spread(other, metric))]
        return 1 + sum(sign * mean > sign * own.mean for mean in others)
