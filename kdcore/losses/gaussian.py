"""Numbers to predict with their uncertainty: each answer is a normal distribution."""

import math

import torch
from torch import Tensor

LEAST, MOST = -12.0, 12.0
"""Of a log variance, targets having variance 1: beyond it a square or its inverse loses digits."""


def gaussian_nll(mean: Tensor, log_variance: Tensor, targets: Tensor) -> Tensor:
    """``½ · (log 2π + s + (y − μ)² / exp(s))`` with ``s`` = log σ², mean over the batch.

    Args:
        mean: ``[batch]``, μ.
        log_variance: ``[batch]``, s.
        targets: ``[batch]``, y.

    Returns:
        A scalar, in nats.

    Source:
        Nix, Weigend: Estimating the mean and variance of the target probability distribution, 1994,
        equation 3.
    """
    squares = (targets - mean).square() * torch.exp(-log_variance)
    return 0.5 * (math.log(2 * math.pi) + log_variance + squares).mean()


def gaussian_kl(
    teacher_mean: Tensor, teacher_log_variance: Tensor, mean: Tensor, log_variance: Tensor
) -> Tensor:
    """KL(teacher ‖ student) of normal distributions, mean over the batch.

    ``½ · (s_s − s_t + (exp(s_t) + (μ_t − μ_s)²) / exp(s_s) − 1)`` with ``s`` = log σ².

    Args:
        teacher_mean: ``[batch]``; receives no gradient, nor does ``teacher_log_variance``.
        teacher_log_variance: ``[batch]``.
        mean: ``[batch]``, of the student.
        log_variance: ``[batch]``, of the student.

    Returns:
        A scalar, in nats.

    Source:
        Kullback: Information Theory and Statistics, 1959, chapter 9.

    Example:
        >>> zero = torch.zeros(1)
        >>> gaussian_kl(zero, zero, zero + 2, zero)
        tensor(2.)
    """
    teacher_mean, teacher_log_variance = teacher_mean.detach(), teacher_log_variance.detach()
    apart = teacher_log_variance.exp() + (teacher_mean - mean).square()
    kl = log_variance - teacher_log_variance + apart * torch.exp(-log_variance) - 1
    return 0.5 * kl.mean()


def mixture_moments(means: Tensor, variances: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of several normal distributions mixed in equal shares.

    Args:
        means: ``[members, batch]``.
        variances: ``[members, batch]``.

    Returns:
        ``[batch]`` each: the mean, and the mean variance plus the variance of the means.

    Source:
        Lakshminarayanan, Pritzel, Blundell: Simple and Scalable Predictive Uncertainty Estimation
        using Deep Ensembles, 2017, section 2.4.
    """
    return means.mean(0), variances.mean(0) + means.var(0, correction=0)
