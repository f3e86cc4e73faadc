"""Similarity preserving: which examples of the batch the networks take as alike."""

import torch.nn.functional as F
from torch import Tensor


def similarity_preserving(student_features: Tensor, teacher_features: Tensor) -> Tensor:
    """‖G_s − G_t‖² / batch², with G the examples' products, its rows of norm 1.

    Args:
        student_features: ``[batch, …]``.
        teacher_features: ``[batch, …]`` of any other shape behind; receive no gradient.

    Returns:
        A scalar.

    Source:
        Tung, Mori: Similarity-Preserving Knowledge Distillation, 2019, equations 1 to 4.

    Example:
        >>> import torch
        >>> features = torch.eye(3)
        >>> similarity_preserving(features, 2 * features)
        tensor(0.)
    """
    student, teacher = _similarities(student_features), _similarities(teacher_features.detach())
    return (student - teacher).square().mean()


def _similarities(features: Tensor) -> Tensor:
    flat = features.flatten(1)
    return F.normalize(flat @ flat.T, dim=1)
