"""Whether unfamiliar inputs are noticed: scores that should be higher for them, and the AUROC."""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from kdcore.metrics.knowledge import entropies


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
        confidence: of the interval, from DeLong's variance; it ends at 0 and 1.

    Source:
        DeLong, DeLong, Clarke-Pearson: Comparing the Areas under Two or More Correlated Receiver
        Operating Characteristic Curves, 1988; by ranks as in Sun, Xu 2014.

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
    variance = sum(
        placed.var(ddof=1) / len(placed)
        for placed in (of_familiar, of_unfamiliar)
        if len(placed) > 1
    )
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * np.sqrt(variance)
    return Auroc(value, float(max(value - reach, 0)), float(min(value + reach, 1)))


def _middle_ranks(values: np.ndarray) -> np.ndarray:
    """Places from 1; equal values share the middle of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = count.cumsum()
    found: np.ndarray = (last - (count - 1) / 2)[place]
    return found
