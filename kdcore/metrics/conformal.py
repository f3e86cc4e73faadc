"""Split conformal prediction: sets of classes that hold the true one as often as promised.

A score says how ill a class suits an example. On calibration data, here those of validation, the
scores of the true classes give a threshold; a set holds every class that scores no higher. If the
calibration and test examples are exchangeable, a set holds the true class with at least the
probability promised, whatever the model; over all examples together, not for each.
"""

import math

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
    scores = np.empty_like(cumulative)
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
    # 0.9 · 10 is a little more than 9 in floating point, and no reason for a larger set
    rank = math.ceil((len(scores) + 1) * coverage - 1e-9)
    return math.inf if rank > len(scores) else float(np.sort(scores)[rank - 1])


def prediction_sets(scores: np.ndarray, threshold: float) -> np.ndarray:
    """Whether each class belongs to the set, ``[samples, classes]``; a set may be empty."""
    sets: np.ndarray = scores <= threshold
    return sets
