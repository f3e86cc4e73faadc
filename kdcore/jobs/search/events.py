"""What a search reports.

The order is ``search_started``, the teachers', ``search_prepared``, then for each trial
``trial_started``, ``trial_scored``… and ``trial_ended``, and ``search_finished`` or ``failed``; one
that is continued begins anew with ``search_started``.
"""

from dataclasses import dataclass, field
from typing import Any

from kdcore.events.base import Completed, Event
from kdcore.events.scores import Scores
from kdcore.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchStarted(Event):
    """The data are loaded and a search begins, or goes on where it was stopped."""

    kind = "search_started"

    search: str
    config: dict[str, Any]
    device: str
    more_is_better: bool
    """Whether the objective is to be as large as it can."""
    ended: int
    """Trials that ended before; they are not repeated."""
    validation_sizes: list[int]
    """Of each fold; of the one validation split where there are no folds."""
    test_size: int
    version: str
    notes: list[Note] = field(default_factory=list)
    """What was decided on reading the data, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPrepared(Event):
    """The teachers are ready: one, or one for each fold."""

    kind = "search_prepared"

    teacher_sources: list[str]
    """``trained``, ``cached`` or ``loaded``."""
    teachers: list[Scores]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStarted(Event):
    """The next trial was chosen."""

    kind = "trial_started"

    trial: int
    """Optuna's number of it; a trial that was stopped keeps its own."""
    params: dict[str, Any]
    """The settings of the space that act in this trial, by their names in a run."""
    runs: list[str]
    """Its trainings' runs, one for each fold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialScored(Event):
    """A trial finished an epoch in all its folds."""

    kind = "trial_scored"

    trial: int
    epoch: int
    epochs: int
    value: float
    """The objective, mean over the folds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnded(Event):
    """A trial is over; its runs can be opened."""

    kind = "trial_ended"

    trial: int
    state: str
    """``complete``, ``pruned``, ``failed`` or ``stopped``."""
    params: dict[str, Any]
    runs: list[str]
    epochs: int
    value: float | None
    """The objective after the last epoch, mean over the folds; ``None`` where there was none."""
    spread: float | None
    """Sample standard deviation of the objective over the folds; ``None`` without folds."""
    values: list[float]
    """The objective of each fold."""
    test_accuracy: float | None
    """Mean over the folds' students; nothing is chosen by it."""
    seconds: float
    error: str = ""
    code: str = ""
    """Of the error, a key of ``kdcore.errors.MESSAGES``; empty where it was not foreseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFinished(Completed):
    """The search is over; ``stopped`` if a person ended it early.

    What begins with ``best`` belongs to the trial with the best value, of equals the earliest;
    it is ``None`` or empty where no trial is complete.
    """

    kind = "search_finished"

    search: str
    complete: int
    """Trials of the whole search, those before a continuation included."""
    pruned: int
    failed: int
    best_trial: int | None
    best_params: dict[str, Any]
    best_runs: list[str]
    best_value: float | None
    best_spread: float | None
    best_test_accuracy: float | None
    """Beside the value; nothing was chosen by it."""
    seconds: float
