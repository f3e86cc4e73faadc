"""Means over seeds, their intervals, and differences that are paired by the seed."""

from dataclasses import dataclass
from statistics import fmean, stdev

CONFIDENCE = 0.95
ROUNDING = 1e-9
ENOUGH = 5
"""Seeds from which a difference may be called clear."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A score, or a difference, by seed.

    Example:
        >>> sample = Sample((70.0, 74.0, 78.0))
        >>> sample.mean, sample.sd
        (74.0, 4.0)
        >>> [round(end, 2) for end in sample.interval]
        [64.06, 83.94]
    """

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
    def sd(self) -> float | None:
        """Sample standard deviation; ``None`` for one seed."""
        return stdev(self.values) if self.n > 1 else None

    @property
    def is_alike(self) -> bool:
        """Whether the seeds differ by no more than rounding, so that no spread can be told."""
        return max(self.values) - min(self.values) <= ROUNDING

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% t interval of the mean; ``None`` for one seed."""
        if self.sd is None:
            return None
        # scipy is loaded where numbers are there, not by every page
        from scipy.special import stdtrit  # noqa: PLC0415

        half = float(stdtrit(self.n - 1, (1 + CONFIDENCE) / 2)) * self.sd / self.n**0.5
        return self.mean - half, self.mean + half
