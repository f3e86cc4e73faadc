"""What a regression reports.

The order is ``progress``…, ``regression_started``, ``regression_teacher`` for each network of the
teacher, ``regression_taught``, then for each seed ``regression_epoch``…, and at last
``regression_finished`` or ``failed``.
"""

from dataclasses import dataclass, field
from typing import Any

from kdcore.events.base import Completed, Event
from kdcore.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionScores:
    """What a learner's answers to test data are worth, in the unit of the number."""

    rmse: float
    """Root mean squared error."""
    r2: float
    """1 − squared errors / those of the mean."""
    nll: float
    """Negative log likelihood, nats."""
    coverage: float
    """Share of the numbers that lie in the interval that promises 90 %."""
    width: float
    """Mean width of that interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionStarted(Event):
    """The table is read."""

    kind = "regression_started"

    regression: str
    config: dict[str, Any]
    device: str
    data: str
    """Name of the table."""
    target: str
    """Name of the column that is predicted, with its unit."""
    columns: list[str]
    """Of the features."""
    train_size: int
    labelled: int
    """Of them, those whose number the students see."""
    test_size: int
    target_mean: float
    """Of the training data."""
    target_std: float
    version: str
    notes: list[Note] = field(default_factory=list)
    """What was decided on reading the data, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionTeacher(Event):
    """A network of the teacher is trained."""

    kind = "regression_teacher"

    network: int
    """From 1."""
    of: int
    scores: RegressionScores
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionTaught(Event):
    """The teacher is whole: the mean and variance of its networks."""

    kind = "regression_taught"

    scores: RegressionScores
    parameters: dict[str, int]
    """Of the teacher and of a student."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionEpoch(Event):
    """The students of a seed have seen the training data once more."""

    kind = "regression_epoch"

    seed: int
    epoch: int
    """From 1."""
    students: dict[str, RegressionScores]
    """``plain`` and ``distilled``."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A learner's answers to test examples."""

    mean: list[float]
    deviation: list[float]
    covered: list[float]
    """By ``LEVELS`` of ``kdcore.jobs.regression.intervals``: shares of numbers within."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionFinished(Completed):
    """The students of all seeds are trained; ``stopped`` if a person ended it early."""

    kind = "regression_finished"

    regression: str
    targets: list[float]
    """Of the test examples that are shown."""
    answers: dict[str, Answers]
    """Of the teacher and of the students of the first seed; covered by all test examples."""
    levels: list[float]
    seconds: float
