"""Alignment of two domains: how far the features of source and target lie apart."""

import torch
from torch import Tensor

BANDWIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Of the mixture's kernels, as multiples of the mean squared distance."""


def coral(source_features: Tensor, target_features: Tensor) -> Tensor:
    """‖C_s − C_t‖² / (4 d²) with the covariance matrices C of the features of each domain.

    Args:
        source_features: ``[n, d]``; a single example has the covariance 0.
        target_features: ``[m, d]``; both receive a gradient.

    Returns:
        A scalar, 0 or more.

    Source:
        Sun, Saenko: Deep CORAL: Correlation Alignment for Deep Domain Adaptation, 2016, equations
        1 to 3.

    Example:
        >>> features = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
        >>> coral(features, 2 * features)
        tensor(2.2500)
    """
    difference = _covariance(source_features) - _covariance(target_features)
    return difference.square().sum() / (4 * source_features.shape[1] ** 2)


def mmd(source_features: Tensor, target_features: Tensor) -> Tensor:
    """The squared maximum mean discrepancy of both domains, by a mixture of five RBF kernels.

    k(x, y) is the mean over β of exp(−‖x − y‖² / (β · σ²)), with σ² the mean squared distance of
    all pairs of the two batches taken together, which receives no gradient. The estimate is the
    biased one, means over all pairs, so it is never below 0.

    Args:
        source_features: ``[n, d]``.
        target_features: ``[m, d]``; both receive a gradient.

    Returns:
        A scalar from 0 to 2; 0 where both batches are equal.

    Source:
        Gretton et al.: A Kernel Two-Sample Test, 2012, equation 5; a mixture of kernels as in
        Long et al.: Learning Transferable Features with Deep Adaptation Networks, 2015.

    Example:
        >>> features = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
        >>> mmd(features, features)
        tensor(0.)
    """
    both = torch.cat([source_features, target_features])
    both = both - both.detach().mean(0)  # distances stay, rounding is less
    norms = both.square().sum(1)
    squared = (norms[:, None] + norms - 2 * both @ both.T).clamp_min(0)
    count, pairs = len(source_features), len(both) * (len(both) - 1)
    scale = (squared.detach().sum() / pairs).clamp_min(torch.finfo(both.dtype).tiny)
    kernel = torch.stack([torch.exp(-squared / (scale * width)) for width in BANDWIDTHS]).mean(0)
    within = kernel[:count, :count].mean() + kernel[count:, count:].mean()
    return within - 2 * kernel[:count, count:].mean()


def _covariance(features: Tensor) -> Tensor:
    centred = features - features.mean(0)
    return centred.T @ centred / max(1, len(features) - 1)
