"""How good predicted numbers and their intervals are."""

from torch import Tensor

from kdcore.jobs.regression.intervals import half_width


def root_mean_squared_error(mean: Tensor, targets: Tensor) -> Tensor:
    """``√ mean (y − μ)²`` of ``[samples]``, in the unit of the targets."""
    return (targets - mean).square().mean().sqrt()


def r_squared(mean: Tensor, targets: Tensor) -> Tensor:
    """``1 − Σ (y − μ)² / Σ (y − ȳ)²`` of ``[samples]``; 0 for predicting the mean always."""
    return 1 - (targets - mean).square().sum() / (targets - targets.mean()).square().sum()


def interval_coverage(mean: Tensor, deviation: Tensor, targets: Tensor, level: float) -> Tensor:
    """Share of ``[samples]`` whose target lies in the central interval of this level.

    Source:
        Kuleshov, Fenner, Ermon: Accurate Uncertainties for Deep Learning Using Calibrated
        Regression, 2018, section 3.
    """
    inside = (targets - mean).abs() <= half_width(level) * deviation
    return inside.double().mean()
