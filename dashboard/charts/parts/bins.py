"""Fine bins of the confidence merged into the number of bins that is shown."""

import math
from typing import NamedTuple

WAYS = (5, 6, 10, 12, 15, 20, 30, 60)
"""Numbers of bins that the recorded 60 can be merged to."""


class Bin(NamedTuple):
    """Answers of a like confidence; where there are none, ``accuracy`` is ``None``."""

    low: float
    high: float
    size: int
    confidence: float | None
    accuracy: float | None

    @property
    def middle(self) -> float:
        """Of the bin, on the axis of confidence."""
        return (self.low + self.high) / 2


def merge_bins(fine: list[list[float]], bins: int) -> list[Bin]:
    """``[count, sum of confidence, sum of right answers]`` by fine bin → bins to draw.

    Args:
        fine: rows of equal-width bins from 0 to 1.
        bins: a divisor of their number.
    """
    width = len(fine) // bins
    result = []
    for at in range(bins):
        rows = fine[at * width : (at + 1) * width]
        count, confidence, right = (sum(row[part] for row in rows) for part in range(3))
        result.append(
            Bin(
                at / bins,
                (at + 1) / bins,
                int(count),
                confidence / count if count else None,
                right / count if count else None,
            )
        )
    return result


def expected_calibration_error(bins: list[Bin]) -> float:
    """Mean gap between confidence and accuracy, weighted by the bins' counts."""
    total = sum(one.size for one in bins)
    gaps = (
        one.size * abs(one.confidence - one.accuracy)
        for one in bins
        if one.confidence is not None and one.accuracy is not None
    )
    return sum(gaps) / total


def mean_confidence(bins: list[Bin]) -> float:
    """Mean confidence of all answers."""
    filled = [(one.size, one.confidence) for one in bins if one.confidence is not None]
    return sum(size * confidence for size, confidence in filled) / sum(size for size, _ in filled)


def wilson(share: float, count: int, sure: float = 1.96) -> tuple[float, float]:
    """Where the true share lies in 95 of 100 cases.

    Source:
        Wilson: Probable inference, the law of succession, and statistical inference, 1927.

    Example:
        >>> low, high = wilson(0.9, 10)
        >>> round(low, 3), round(high, 3)
        (0.596, 0.982)
    """
    square = sure**2 / count
    middle = (share + square / 2) / (1 + square)
    half = sure * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return middle - half, middle + half
