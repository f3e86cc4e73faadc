"""How good predicted numbers and their intervals are."""

import math

import torch
from torch import Tensor

LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares that central intervals promise."""


def root_mean_squared_error(mean: Tensor, targets: Tensor) -> Tensor:
    """``√ mean (y − μ)²`` of ``[samples]``, in the unit of the targets."""
    return (targets - mean).square().mean().sqrt()


def r_squared(mean: Tensor, targets: Tensor) -> Tensor:
    """``1 − Σ (y − μ)² / Σ (y − ȳ)²`` of ``[samples]``; 0 for who always says the mean."""
    return 1 - (targets - mean).square().sum() / (targets - targets.mean()).square().sum()


def half_width(level: float) -> float:
    """Deviations from the mean within which a normal value lies with probability ``level``.

    Example:
        >>> round(half_width(0.9), 3)
        1.645
    """
    return math.sqrt(2) * float(torch.erfinv(torch.tensor(level, dtype=torch.float64)))


def interval_coverage(mean: Tensor, deviation: Tensor, targets: Tensor, level: float) -> Tensor:
    """Share of ``[samples]`` whose target lies in the central interval of this level.

    Source:
        Kuleshov, Fenner, Ermon: Accurate Uncertainties for Deep Learning Using Calibrated
        Regression, 2018, section 3.
    """
    inside = (targets - mean).abs() <= half_width(level) * deviation
    return inside.double().mean()
