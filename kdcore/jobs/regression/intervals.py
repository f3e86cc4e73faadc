"""Central intervals of a normal distribution, by the level that they are meant to have."""

from statistics import NormalDist

LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""That are measured."""
NOMINAL = 0.9
"""Level of the interval that is measured after every epoch, and drawn."""


def half_width(level: float) -> float:
    """Deviations from the mean within which a value lies with probability ``level``.

    Example:
        >>> round(half_width(0.9), 3)
        1.645
    """
    return NormalDist().inv_cdf((1 + level) / 2)
