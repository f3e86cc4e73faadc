"""Split conformal prediction: sets of classes that hold the true one as often as promised.

A score says how ill a class suits an example. On calibration data, here those of validation, the
scores of the true classes give a threshold; a set holds every class that scores no higher. If the
calibration and test examples are exchangeable, a set holds the true class with at least the
probability promised, whatever the model; over all examples together, not for each.
"""

import math
from functools import lru_cache

import numpy as np


def least_ambiguous_scores(probabilities: np.ndarray) -> np.ndarray:
    """1 − p of every class (LAC): the sets are the smallest on average.

    Args:
        probabilities: ``[samples, classes]``.

    Returns:
        ``[samples, classes]``.

    Source:
        Sadinle, Lei, Wasserman: Least Ambiguous Set-Valued Classifiers With Bounded Error Levels,
        2019; as 1 − p in Angelopoulos, Bates: A Gentle Introduction to Conformal Prediction,
        2021, section 1.1.
    """
    scores: np.ndarray = 1 - probabilities
    return scores


def adaptive_scores(probabilities: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Σ of the probabilities above a class, and a random part of its own (APS).

    Larger sets where the model hesitates, smaller ones where it does not.

    Args:
        probabilities: ``[samples, classes]``.
        uniform: ``[samples]``, drawn from [0, 1): the part of its own probability that counts.

    Returns:
        ``[samples, classes]``; of equal probabilities the lower class comes first.

    Source:
        Romano, Sesia, Candès: Classification with Valid and Adaptive Coverage, 2020, section 2.
    """
    order = np.argsort(-probabilities, axis=1, kind="stable")
    ordered = np.take_along_axis(probabilities, order, axis=1)
    cumulative = ordered.cumsum(1) - ordered + uniform[:, None] * ordered
    scores: np.ndarray = np.empty_like(cumulative)
    np.put_along_axis(scores, order, cumulative, axis=1)
    return scores


def conformal_threshold(scores: np.ndarray, coverage: float) -> float:
    """The ⌈(n + 1) · coverage⌉-th smallest score of n true classes.

    Args:
        scores: ``[n]``, of the true classes of the calibration examples.
        coverage: that is promised, above 0 and below 1.

    Returns:
        The threshold; infinite where n is too small to promise as much.

    Source:
        Vovk, Gammerman, Shafer: Algorithmic Learning in a Random World, 2005; Angelopoulos,
        Bates 2021, section 1.

    Example:
        >>> conformal_threshold(np.array([0.1, 0.2, 0.3, 0.4]), 0.6)
        0.3
    """
    rank = _rank(len(scores), coverage)
    return math.inf if rank > len(scores) else float(np.sort(scores)[rank - 1])


def prediction_sets(scores: np.ndarray, threshold: float) -> np.ndarray:
    """Whether each class belongs to the set, ``[samples, classes]``; a set may be empty."""
    sets: np.ndarray = scores <= threshold
    return sets


@lru_cache(maxsize=64)
def coverage_range(
    calibration: int, tested: int, coverage: float, probability: float = 0.9
) -> tuple[float, float]:
    """Between which shares of covered examples a test lies with ``probability``.

    Both the calibration and the test are finite: of scores without ties, the number covered has a
    beta-binomial distribution, whatever the model.

    Args:
        calibration: examples that gave the threshold.
        tested: examples of the test.
        coverage: that was promised.
        probability: of lying between the two.

    Returns:
        The lower and the upper share; 1 and 1 where the sets hold all classes.

    Source:
        Angelopoulos, Bates 2021, section 3.2 and appendix C.

    Example:
        >>> [round(end, 2) for end in coverage_range(1000, 1000, 0.9)]
        [0.88, 0.92]
    """
    first = _rank(calibration, coverage)
    second = calibration + 1 - first
    if second < 1:
        return 1.0, 1.0
    constant = math.lgamma(tested + 1) + math.lgamma(calibration + 1)
    constant -= math.lgamma(first) + math.lgamma(second) + math.lgamma(tested + calibration + 1)
    share = np.cumsum(
        [
            math.exp(
                constant
                + math.lgamma(count + first)
                + math.lgamma(tested - count + second)
                - math.lgamma(count + 1)
                - math.lgamma(tested - count + 1)
            )
            for count in range(tested + 1)
        ]
    )
    low, high = np.searchsorted(share, [(1 - probability) / 2, (1 + probability) / 2])
    return int(low) / tested, min(int(high), tested) / tested


def _rank(calibration: int, coverage: float) -> int:
    # 0.9 · 10 is a little more than 9 in floating point, and no reason for a larger set
    return math.ceil((calibration + 1) * coverage - 1e-9)
