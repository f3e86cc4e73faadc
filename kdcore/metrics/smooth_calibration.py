"""The calibration error without bins: SmoothECE, a smoothed gap whose width it finds itself."""

import numpy as np

GRID = 4096
"""Cells into which confidences from 0 to 1 are divided between neighbouring nodes; the result
differs from that of the samples themselves by less than 1 % of it for widths above 1e-3."""
HALVINGS = 40
"""Of the interval in which the width lies: it is exact to the last bits of a float64."""


def smooth_calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """The σ at which the calibration error smoothed by σ equals σ.

    Residuals ``right − confidence`` are smoothed with a Gaussian kernel of width σ that is
    reflected at 0 and 1, and the absolute value is integrated over [0, 1]. This falls with σ, so
    there is one σ that it equals; nothing is left to choose, neither bins nor width.

    Args:
        confidence: ``[samples]``, probabilities of the answers, from 0 to 1.
        right: ``[samples]``, 1 where the answer is right.

    Returns:
        From 0 to 1; a perfectly calibrated learner shows a little more than 0 on few samples.
        NaN where a confidence is none.

    Source:
        Błasiok, Nakkiran: Smooth ECE: Principled Reliability Diagrams via Kernel Smoothing, 2023:
        smECE with the reflected Gaussian kernel.

    Example:
        >>> round(smooth_calibration_error(np.array([0.9, 0.9]), np.array([1.0, 0.0])), 3)
        0.4
    """
    if not np.isfinite(confidence).all():
        return float("nan")
    waves = _residual_waves(confidence, right)
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _smoothed_error(waves, middle) > middle:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def smoothed_error(confidence: np.ndarray, right: np.ndarray, width: float) -> float:
    """∫ |mean of K_σ(t, confidence) · (right − confidence)| dt over [0, 1], at a chosen width.

    Args:
        confidence: ``[samples]``, from 0 to 1.
        right: ``[samples]``.
        width: σ of the reflected Gaussian kernel.
    """
    return _smoothed_error(_residual_waves(confidence, right), width)


def _residual_waves(confidence: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The residuals as a sum of cos(πkt), ``[GRID + 1]``.

    A Gaussian kernel with all its reflections at 0 and 1 is a product in this basis, since both
    solve the heat equation between two walls.
    """
    exact = np.clip(np.asarray(confidence, np.float64), 0, 1)
    residual = (np.asarray(right, np.float64) - exact) / len(exact)
    place = exact * GRID
    left = np.minimum(place.astype(np.int64), GRID - 1)
    share = place - left
    mass = np.bincount(left, residual * (1 - share), GRID + 1)
    mass += np.bincount(left + 1, residual * share, GRID + 1)
    mass[[0, -1]] *= 2  # the transform counts the two ends half
    return _cosines(mass) / 2


def _smoothed_error(waves: np.ndarray, width: float) -> float:
    number = np.arange(GRID + 1)
    damped = waves * np.exp(-((np.pi * width * number) ** 2) / 2)
    damped[-1] *= 2
    height = np.abs(_cosines(damped))
    return float((height.sum() - (height[0] + height[-1]) / 2) / GRID)


def _cosines(values: np.ndarray) -> np.ndarray:
    """v_0 + (−1)^k v_n + 2 Σ v_j cos(πjk/n) for every k: the type-I discrete cosine transform."""
    found: np.ndarray = np.fft.rfft(np.concatenate([values, values[-2:0:-1]])).real
    return found
