"""What a robustness test reports.

The order is ``robustness_started``, ``corruption_measured`` of the clean images, then for every
corruption ``corruption_measured`` by severity and ``corruption_ended``, and at last
``robustness_finished`` or ``failed``.
"""

from dataclasses import dataclass, field
from typing import Any

from kdcore.events.base import Completed, Event
from kdcore.notes import Note

CLEAN = "clean"
"""The images as they are, severity 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessStarted(Event):
    """The data and networks are loaded and images are about to be corrupted."""

    kind = "robustness_started"

    robustness: str
    config: dict[str, Any]
    device: str
    classes: list[str]
    learners: list[str]
    """Whose weights the run kept: ``teacher``, ``plain``, ``distilled``."""
    not_attacked: list[str]
    """Of them those without a gradient, which no attack can use: forests."""
    examples: int
    """Test examples that are used."""
    test_size: int
    """That there are."""
    version: str
    notes: list[Note] = field(default_factory=list)
    """What was decided on reading the data, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What a learner's answers to some images are worth."""

    accuracy: float
    errors: int
    ece: float
    """Expected calibration error, 15 bins, as it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorruptionMeasured(Event):
    """Every learner has answered the images of one severity."""

    kind = "corruption_measured"

    corruption: str
    """One of ``kdcore.catalogue.CORRUPTIONS``, or ``CLEAN``."""
    severity: int
    """From 1 to 5; 0 for the clean images."""
    amount: float
    """See ``Corruption.unit``; 0 for the clean images."""
    learners: dict[str, Quality]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with its 95% interval over the choice of test examples."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Means over several corrupted versions of every example."""

    accuracy: dict[str, Estimate]
    """By learner."""
    ece: dict[str, float]
    """Mean expected calibration error, by learner."""
    accuracy_gain: Estimate | None
    """Distilled minus plain student, paired by example; ``None`` where one of them is missing."""
    ece_gain: Estimate | None
    """The same of the mean ECE: below 0 the distilled student is better calibrated."""
    beyond_clean: Estimate | None
    """``accuracy_gain`` minus the same difference on clean images: what is not mere accuracy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorruptionEnded(Event):
    """All severities of a corruption are measured."""

    kind = "corruption_ended"

    corruption: str
    comparison: Comparison
    """Means over its severities."""
    pictures: str
    """File of arrays in the folder; empty where none is kept.

    ``images`` ``uint8 [severities + 1, pictures, h, w, c]``, of an attack those against the last
    learner; ``labels`` ``[pictures]``; by learner ``NAME_logits`` ``[severities + 1, pictures,
    classes]``.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessFinished(Completed):
    """All corruptions are over; ``stopped`` if a person ended it early."""

    kind = "robustness_finished"

    robustness: str
    corruptions: Comparison | None
    """Means over all corruptions that ended and are no attacks; ``None`` where there is none."""
    attacks: Comparison | None
    """The same over attacks, of the learners that can be attacked."""
    resamples: int
    """Of the bootstrap."""
    seconds: float
