"""How well a learner knows what it does not know, as part of an event."""

from dataclasses import dataclass, field

COVERAGES = (0.8, 0.9, 0.95, 0.99)
"""That conformal sets promise."""
SETS = ("lac", "aps")
"""Ways to make them: least ambiguous, and adaptive."""
SCORES = ("max_probability", "entropy", "energy", "knowledge")
"""By which unfamiliar inputs may be told; the last one of ensembles and Dirichlets alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformalScores:
    """Sets of classes, calibrated on validation data, as they are on test data."""

    coverage: float
    """That was promised."""
    threshold: float | None
    """Of the scores; ``None`` where validation data are too few, and every set holds all classes.
    """
    covered: float
    """Share of the test examples whose set holds the true class."""
    expected: list[float]
    """Between which two shares 90 % of such calibrations and tests would lie."""
    mean_size: float
    sizes: list[int]
    """How many sets have 0, 1, 2 … classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertaintyScores:
    """Of one learner, when the run is over."""

    lac: list[ConformalScores]
    """For each of ``COVERAGES``."""
    aps: list[ConformalScores]
    """Likewise."""
    auroc: dict[str, dict[str, list[float]]]
    """By score and kind of unfamiliar input: the area under the ROC curve and its 95 % interval."""
    score_ranges: dict[str, list[float]]
    """By score: from where to where its histograms reach."""
    histograms: dict[str, dict[str, list[int]]]
    """By score and kind, ``test`` among them: counts in equal bins."""
    source: str = ""
    """What its uncertainty is taken apart by: ``ensemble``, ``dirichlet``, or nothing."""
    uncertainty: dict[str, list[float]] = field(default_factory=dict)
    """By kind of input, and ``right`` and ``wrong`` on test data: mean total, data and knowledge
    uncertainty in nats."""
