"""Whether unfamiliar inputs are noticed: scores that should be higher for them, and the AUROC."""

from typing import NamedTuple

import numpy as np
from scipy.special import entr, logsumexp, softmax
from scipy.stats import norm, rankdata


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
    probabilities = softmax(logits, axis=-1)
    return {
        "max_probability": 1 - probabilities.max(-1),
        "entropy": entr(probabilities).sum(-1),
        "energy": -logsumexp(logits, axis=-1),
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
    ranks = rankdata(np.concatenate([familiar, unfamiliar]))
    # of each input: the share of the others that it is rightly placed against
    of_familiar = 1 - (ranks[:m] - rankdata(familiar)) / n
    of_unfamiliar = (ranks[m:] - rankdata(unfamiliar)) / m
    value = float(of_unfamiliar.mean())
    variance = sum(
        placed.var(ddof=1) / len(placed)
        for placed in (of_familiar, of_unfamiliar)
        if len(placed) > 1
    )
    reach = norm.ppf((1 + confidence) / 2) * np.sqrt(variance)
    return Auroc(value, float(max(value - reach, 0)), float(min(value + reach, 1)))
