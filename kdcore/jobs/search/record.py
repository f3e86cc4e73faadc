"""What a search has found so far, folded from its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kdcore.events import Event
from kdcore.jobs.search.events import SearchFinished, TrialEnded


@dataclass(slots=True)
class SearchRecord:
    """A search so far."""

    trials: dict[int, TrialEnded] = field(default_factory=dict)
    """That ended, by number."""
    finished: SearchFinished | None = None
    """Of the last time that it was continued."""

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        for event in events:
            match event:
                case TrialEnded():
                    self.trials[event.trial] = event
                case SearchFinished():
                    self.finished = event

    def summary(self) -> dict[str, Any]:
        """How many trials ended in which way and, of a finished one, the best."""
        states = [trial.state for trial in self.trials.values()]
        end = self.finished
        return {
            "trials": len(states),
            "complete": states.count("complete"),
            "pruned": states.count("pruned"),
            "failed": states.count("failed"),
            "best_trial": end and end.best_trial,
            "best_value": end and end.best_value,
            "seconds": end and end.seconds,
        }
