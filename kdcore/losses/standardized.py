"""Soft targets of standardized logits: the student need not copy how large they are."""

import torch
from torch import Tensor

from kdcore.losses.shapes import check_same_classes
from kdcore.losses.soft_targets import soft_target_kl

SMALLEST_DEVIATION = 1e-7


def standardized_kl(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """``soft_target_kl`` of logits with mean 0 and standard deviation 1, sample by sample.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student, ``[...]``; the paper takes 2.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Sun et al.: Logit Standardization in Knowledge Distillation, 2024, algorithm 1 (sample
        standard deviation). The authors also weigh it ten times as much as plain KL.

    Example:
        >>> import torch
        >>> logits = torch.tensor([[2.0, 0.0, -1.0]])
        >>> standardized_kl(logits, 3 * logits + 5, temperature=2.0).abs() < 1e-6
        tensor(True)
    """
    check_same_classes(student_logits, teacher_logits)
    return soft_target_kl(standardized(student_logits), standardized(teacher_logits), temperature)


def standardized(logits: Tensor) -> Tensor:
    """Logits less their mean, by their sample standard deviation; equal logits become 0."""
    centred: Tensor = logits - logits.mean(-1, keepdim=True)
    norm = torch.linalg.vector_norm(centred, dim=-1, keepdim=True)  # its gradient at 0 is 0
    deviation: Tensor = norm / (logits.shape[-1] - 1) ** 0.5
    return centred / (deviation + SMALLEST_DEVIATION)
