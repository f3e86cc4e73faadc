"""What a search has found so far, folded from its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kdcore.events import Cancelled, Event, Failed, TeacherEpoch
from kdcore.jobs.search.events import (
    SearchFinished,
    SearchPrepared,
    SearchStarted,
    TrialEnded,
    TrialScored,
    TrialStarted,
)


@dataclass(slots=True)
class SearchRecord:
    """A search so far."""

    folded: int = 0
    """Events folded in."""
    started: SearchStarted | None = None
    """Of the last time that it was continued, as all that follows but the trials."""
    teacher_epoch: TeacherEpoch | None = None
    """The newest one."""
    prepared: SearchPrepared | None = None
    trials: dict[int, TrialEnded] = field(default_factory=dict)
    """That ended, by number."""
    trial: TrialStarted | None = None
    """Under way."""
    score: TrialScored | None = None
    """Its newest one."""
    finished: SearchFinished | None = None
    failed: Failed | None = None
    cancelled: bool = False
    """Before it began."""

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            self.folded += 1
            self._fold(event)

    def _fold(self, event: Event) -> None:
        match event:
            case SearchStarted():
                self.started = event
                self.teacher_epoch = self.prepared = self.trial = self.score = None
                self.finished = self.failed = None
                self.cancelled = False
            case TeacherEpoch():
                self.teacher_epoch = event
            case SearchPrepared():
                self.prepared = event
            case TrialStarted():
                self.trial, self.score = event, None
            case TrialScored():
                self.score = event
            case TrialEnded():
                self.trials[event.trial] = event
                self.trial = self.score = None
            case SearchFinished():
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
    def complete(self) -> list[TrialEnded]:
        """The trials that were trained to the end and have a value, by number."""
        trials = sorted(self.trials.values(), key=lambda trial: trial.trial)
        return [one for one in trials if one.state == "complete" and one.value is not None]

    @property
    def best(self) -> TrialEnded | None:
        """The complete trial with the best value; of equals the earliest."""
        if self.started is None:
            return None
        sign = 1.0 if self.started.more_is_better else -1.0
        return max(self.complete, key=lambda trial: sign * (trial.value or 0.0), default=None)

    @property
    def done(self) -> float:
        """Share of the trials that is over, from 0 to 1; a stopped one is repeated."""
        if self.started is None:
            return 0.0
        over = float(sum(trial.state != "stopped" for trial in self.trials.values()))
        if self.score:
            over += self.score.epoch / self.score.epochs
        trials: int = self.started.config["trials"]
        return min(1.0, over / trials)

    def summary(self) -> dict[str, Any]:
        """How many trials ended in which way, and the best of those that are complete."""
        states = [trial.state for trial in self.trials.values()]
        best = self.best
        return {
            "trials": len(states),
            "complete": states.count("complete"),
            "pruned": states.count("pruned"),
            "failed": states.count("failed"),
            "best_trial": best and best.trial,
            "best_value": best and best.value,
            "seconds": self.finished and self.finished.seconds,
        }
