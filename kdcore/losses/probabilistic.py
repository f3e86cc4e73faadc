"""Probabilistic transfer: whom an example would choose as its neighbour."""

import torch.nn.functional as F
from torch import Tensor

SMALLEST = 1e-7


def probabilistic_transfer(student_features: Tensor, teacher_features: Tensor) -> Tensor:
    """KL of the neighbours' probabilities from cosine similarities, mean over all pairs.

    The mean over batch² pairs makes it small; the published weight is 30,000.

    Args:
        student_features: ``[batch, …]``.
        teacher_features: ``[batch, …]`` of any other shape behind; receive no gradient.

    Returns:
        A scalar.

    Source:
        Passalis, Tefas: Learning Deep Representations with Probabilistic Knowledge Transfer, 2018,
        equations 4 to 6.

    Example:
        >>> import torch
        >>> features = torch.eye(3)
        >>> probabilistic_transfer(features, 2 * features)
        tensor(0.)
    """
    student, teacher = _neighbours(student_features), _neighbours(teacher_features.detach())
    return (teacher * ((teacher + SMALLEST).log() - (student + SMALLEST).log())).mean()


def _neighbours(features: Tensor) -> Tensor:
    """``[batch, batch]``, rows of sum 1."""
    flat = F.normalize(features.flatten(1), dim=1, eps=SMALLEST)
    kernel = (flat @ flat.T + 1) / 2
    return kernel / kernel.sum(1, keepdim=True)
