"""What a recipe has found so far, folded from its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kdcore.events import Cancelled, Event, Failed, Progress, TeacherEpoch
from kdcore.jobs.recipe.events import (
    RecipeFinished,
    RecipeProgress,
    RecipeStarted,
    TrialMeasured,
    TrialsPrepared,
)
from kdcore.jobs.recipe.statistics import Sample


@dataclass(frozen=True, slots=True)
class TrialCount:
    """How many runs a trial has, and how many of them are over or failed."""

    runs: int
    over: int
    failed: int


@dataclass(slots=True)
class RecipeRecord:
    """A recipe so far."""

    folded: int = 0
    """Events folded in."""
    started: RecipeStarted | None = None
    loading: Progress | None = None
    """Of the data, before it has started."""
    teacher_epoch: TeacherEpoch | None = None
    """The newest one of the teacher that is trained."""
    progress: RecipeProgress | None = None
    measured: dict[int, TrialMeasured] = field(default_factory=dict)
    """By cell."""
    finished: RecipeFinished | None = None
    failed: Failed | None = None
    cancelled: bool = False
    """Before it began."""

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            self.folded += 1
            match event:
                case RecipeStarted():
                    self.started = event
                case Progress():
                    self.loading = event
                case TeacherEpoch():
                    self.teacher_epoch = event
                case TrialsPrepared():
                    self.teacher_epoch = None
                case RecipeProgress():
                    self.progress = event
                case TrialMeasured():
                    self.measured[event.cell] = event
                case RecipeFinished():
                    self.finished = event
                case Failed():
                    self.failed = event
                case Cancelled():
                    self.cancelled = True

    @property
    def over(self) -> bool:
        """Whether it has finished or failed: no more comes."""
        return bool(self.finished or self.failed or self.cancelled)

    @property
    def done(self) -> float:
        """Share of the work that is done, from 0 to 1."""
        if self.finished and not self.finished.stopped:
            return 1.0
        return min(1.0, self.progress.done) if self.progress else 0.0

    @property
    def seconds_left(self) -> float | None:
        """That the rest will take at the pace so far; ``None`` before there is one."""
        if self.progress is None or self.progress.done <= 0:
            return None
        return self.progress.seconds * (1 - self.done) / self.progress.done

    @property
    def measuring(self) -> bool:
        """Whether trained networks are measured now."""
        return self.progress is not None and self.progress.measuring

    @property
    def by_trial(self) -> dict[str, TrialCount]:
        """The trials in their order."""
        trials = [one["trial"] for one in self.started.trials] if self.started else []
        over = [one.trial for one in self.measured.values()]
        failed = [one.trial for one in self.failures]
        return {
            trial: TrialCount(trials.count(trial), over.count(trial), failed.count(trial))
            for trial in dict.fromkeys(trials)
        }

    @property
    def other_dataset(self) -> str:
        """What stood in for the recipe's own data; empty where nothing did."""
        dataset = self.started.config.get("dataset", "") if self.started else ""
        return Path(dataset).name

    @property
    def test_size(self) -> int | None:
        """Number of test examples, where all trials have the same."""
        sizes = set(self.started.test_sizes.values()) if self.started else set()
        return sizes.pop() if len(sizes) == 1 else None

    @property
    def failures(self) -> list[TrialMeasured]:
        """The cells that failed."""
        return [one for one in self.measured.values() if one.error]

    def by_seed(self, trial: str, learner: str, score: str) -> dict[int, float]:
        """A score of a trial by seed, of those that have it."""
        return {
            one.seed: one.values[learner][score]
            for _, one in sorted(self.measured.items())
            if one.trial == trial and score in one.values.get(learner, {})
        }

    def sample(self, trial: str, learner: str, score: str) -> Sample | None:
        """The same over all seeds; a teacher is one network, whatever the students' seed."""
        values = tuple(self.by_seed(trial, learner, score).values())
        if not values:
            return None
        return Sample(values[:1] if learner == "teacher" else values)

    def summary(self) -> dict[str, Any]:
        """How many trials are over, and the recipe's name."""
        config = self.started.config if self.started else {}
        return {
            "recipe": config.get("recipe", ""),
            "quick": config.get("quick", False),
            "trials": len(self.started.trials) if self.started else 0,
            "finished": len(self.measured) - len(self.failures),
            "failed": len(self.failures),
            "seconds": self.finished and self.finished.seconds,
        }
