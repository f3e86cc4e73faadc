"""What a recipe reports.

The order is ``recipe_started``, then for each teacher its epochs, ``trials_prepared`` and
``recipe_progress`` and ``trial_measured`` interleaved, at last ``recipe_finished`` or ``failed``.
"""

from dataclasses import dataclass, field
from typing import Any

from kdcore.events.base import Completed, Event
from kdcore.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where numbers come from."""

    processor: str
    cores: int
    """That the job may use."""
    device: str
    software: str
    """kdcore, torch, Python and threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeStarted(Event):
    """The data are there and the experiment begins."""

    kind = "recipe_started"

    job: str
    config: dict[str, Any]
    trials: list[dict[str, Any]]
    """By cell: ``trial``, ``seed`` and ``run``, its id."""
    machine: Machine
    test_sizes: dict[str, int]
    """Number of test examples, by the data set's name."""
    date: str
    """The day in UTC, ``2026-01-31``."""
    command: str
    settings_key: str = ""
    """Content hash of what the recipe sets in its trials; earlier versions did not keep it."""
    notes: list[Note] = field(default_factory=list)
    """What was decided on reading the data, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialsPrepared(Event):
    """A teacher is ready and the work of its students is divided."""

    kind = "trials_prepared"

    part: int
    """Counted from 0: the trials of one teacher."""
    groups: list[list[int]]
    """Cells that are trained jointly."""
    workers: int
    """Processes; 0 for none beside this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeProgress(Event):
    """How far the experiment is."""

    kind = "recipe_progress"

    done: float
    """Share of all arithmetic, from 0 to 1, estimated."""
    seconds: float
    """That were worked on it, also before it was resumed."""
    trials: list[str]
    """Under way."""
    measuring: bool = False
    """Whether their networks, which are trained, are measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialMeasured(Event):
    """A trial has ended with one of its seeds."""

    kind = "trial_measured"

    cell: int
    trial: str
    seed: int
    run: str
    values: dict[str, dict[str, float]]
    """By learner: its scores, keys of ``kdcore.recipes.SCORES`` and, of some, their parts; empty
    where it failed."""
    error: str = ""
    code: str = ""
    """Of the error, a key of ``kdcore.errors.MESSAGES``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeFinished(Completed):
    """The experiment is over; ``stopped`` if a person ended it early."""

    kind = "recipe_finished"

    job: str
    finished: int
    """Cells."""
    failed: int
    seconds: float
    """That were worked on it, also before it was resumed."""
