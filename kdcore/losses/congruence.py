"""Correlation congruence: a Gaussian kernel's view of how the examples of a batch relate."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

GAMMA, ORDER = 0.4, 2
"""Width and Taylor order of the kernel."""


def correlation_congruence(student_features: Tensor, teacher_features: Tensor) -> Tensor:
    """Squared difference of the kernels of the normalised features, mean over all pairs.

    Args:
        student_features: ``[batch, …]``.
        teacher_features: ``[batch, …]`` of any other shape behind; receive no gradient.

    Returns:
        A scalar.

    Source:
        Peng et al.: Correlation Congruence for Knowledge Distillation, 2019, equations 7 and 10:
        the Gaussian kernel's Taylor series up to order 2.

    Example:
        >>> import torch
        >>> features = torch.eye(3)
        >>> correlation_congruence(features, 2 * features)
        tensor(0.)
    """
    return (_kernel(student_features) - _kernel(teacher_features.detach())).square().mean()


def _kernel(features: Tensor) -> Tensor:
    flat = F.normalize(features.flatten(1), dim=1)
    similarities = flat @ flat.T
    terms = [
        (2 * GAMMA) ** power / math.factorial(power) * similarities**power
        for power in range(ORDER + 1)
    ]
    return math.exp(-2 * GAMMA) * torch.stack(terms).sum(0)
