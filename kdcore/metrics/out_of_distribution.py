"""Whether unfamiliar inputs are noticed: scores that should be higher for them, and the AUROC."""

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from kdcore.metrics.knowledge import entropies

NO_VARIANCE = 1e-20
"""A variance of placements below which they are equal but for rounding."""
HALVINGS = 50


def unfamiliarity_scores(logits: np.ndarray) -> dict[str, np.ndarray]:
    """What a single network's answer says of its input; all are higher for an unfamiliar one.

    Args:
        logits: ``[samples, classes]``.

    Returns:
        ``[samples]`` by name: ``max_probability`` as 1 − max p, ``entropy`` in nats and ``energy``
        as −log Σ exp z.

    Source:
        Hendrycks, Gimpel: A Baseline for Detecting Misclassified and Out-of-Distribution Examples,
        2017; Liu et al.: Energy-based Out-of-distribution Detection, 2020, equation 4 at T = 1.
    """
    top = logits.max(-1, keepdims=True)
    powers = np.exp(logits - top)
    sums = powers.sum(-1, keepdims=True)
    probabilities = powers / sums
    return {
        "max_probability": 1 - probabilities.max(-1),
        "entropy": entropies(probabilities),
        "energy": -(top + np.log(sums)).squeeze(-1),
    }


class Auroc(NamedTuple):
    """The area under the ROC curve with a 95 % interval."""

    value: float
    low: float
    high: float


def auroc(familiar: np.ndarray, unfamiliar: np.ndarray, confidence: float = 0.95) -> Auroc:
    """P(score of an unfamiliar input > score of a familiar one) + ½ P(equal), with an interval.

    Args:
        familiar: scores, ``[m]``.
        unfamiliar: scores, ``[n]``.
        confidence: of the interval, from DeLong's variance; it ends at 0 and 1. Where this
            variance is 0, as of two groups that do not overlap, or one group is a single input,
            the interval is Newcombe's, which the numbers of inputs alone make narrow.

    Source:
        DeLong, DeLong, Clarke-Pearson: Comparing the Areas under Two or More Correlated Receiver
        Operating Characteristic Curves, 1988; by ranks as in Sun, Xu 2014. Newcombe: Confidence
        Intervals for an Effect Size Measure Based on the Mann–Whitney Statistic, part 2, 2006,
        method 5.

    Example:
        >>> auroc(np.array([0.1, 0.2]), np.array([0.2, 0.3])).value
        0.875
    """
    m, n = len(familiar), len(unfamiliar)
    ranks = _middle_ranks(np.concatenate([familiar, unfamiliar]))
    # of each input: the share of the others that it is rightly placed against
    of_familiar = 1 - (ranks[:m] - _middle_ranks(familiar)) / n
    of_unfamiliar = (ranks[m:] - _middle_ranks(unfamiliar)) / m
    value = float(of_unfamiliar.mean())
    deviations = NormalDist().inv_cdf((1 + confidence) / 2)
    variance = 0.0
    if min(m, n) > 1:
        variance = of_familiar.var(ddof=1) / m + of_unfamiliar.var(ddof=1) / n
    if variance < NO_VARIANCE:
        return Auroc(value, *(_newcombe(value, end, m, n, deviations) for end in (0.0, 1.0)))
    reach = deviations * math.sqrt(variance)
    return Auroc(value, max(value - reach, 0.0), min(value + reach, 1.0))


def _newcombe(value: float, end: float, m: int, n: int, deviations: float) -> float:
    """The area between ``value`` and ``end`` that is as many standard deviations of its own away.

    Found by halving; the variance is that of exponential scores (Hanley, McNeil 1982) with the
    mean of both numbers in place of each.
    """
    near, far = value, end
    for _ in range(HALVINGS):
        area = (near + far) / 2
        alike = ((m + n) / 2 - 1) * ((1 - area) / (2 - area) + area / (1 + area))
        spread = math.sqrt(area * (1 - area) * (1 + alike) / (m * n))
        if abs(value - area) < deviations * spread:
            near = area
        else:
            far = area
    return (near + far) / 2


def _middle_ranks(values: np.ndarray) -> np.ndarray:
    """Places from 1; equal values share the middle of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = count.cumsum()
    found: np.ndarray = (last - (count - 1) / 2)[place]
    return found
