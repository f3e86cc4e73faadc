"""A teacher whose answer is flattened, and a student that is left as it is."""

import torch.nn.functional as F
from torch import Tensor

from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import log_softmax, softmax


def ttm(student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor) -> Tensor:
    """KL(p^γ normalised ‖ σ(z_s)) with γ = 1/T and p = σ(z_t), mean over the batch.

    p^γ normalised is σ(z_t/T), and the student has no temperature: it learns to be as unsure as
    the flattened teacher, where ``soft_target_kl`` flattens both.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student, ``[...]``.

    Returns:
        ``[...]``, in nats.

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Zheng, Yang: Knowledge Distillation Based on Transformed Teacher Matching, 2024.

    Example:
        >>> import torch
        >>> logits = torch.tensor([[2.0, 0.0, -1.0]])
        >>> ttm(logits / 4, logits, temperature=4.0)
        tensor(0.)
    """
    return _of_each(student_logits, teacher_logits, temperature).mean(-1)


def ttm_gradient(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """The gradient of ``ttm`` at the student's logits: (σ(z_s) − σ(z_t/T)) / batch.

    Returns:
        ``[..., batch, classes]``.
    """
    check_same_classes(student_logits, teacher_logits)
    _, softening = per_student(temperature, student_logits)
    difference = softmax(student_logits) - softmax(teacher_logits / softening)
    return difference.div_(student_logits.shape[-2])


def wttm(student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor) -> Tensor:
    """``ttm`` with each example weighed by Σ_c p_c^γ: the unsurer the teacher, the more it counts.

    The weight is from 1, where the teacher is sure, to C^(1−γ), where it takes all classes for
    equally likely.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student, ``[...]``.

    Returns:
        ``[...]``, in nats times the weight.

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Zheng, Yang 2024.

    Example:
        >>> import torch
        >>> logits = torch.tensor([[2.0, 0.0, -1.0]])
        >>> wttm(logits / 4, logits, temperature=4.0)
        tensor(0.)
    """
    of_each = _of_each(student_logits, teacher_logits, temperature)
    return (_power_sums(teacher_logits.detach(), temperature) * of_each).mean(-1)


def wttm_gradient(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """The gradient of ``wttm`` at the student's logits.

    Returns:
        ``[..., batch, classes]``.
    """
    gradient = ttm_gradient(student_logits, teacher_logits, temperature)
    return gradient * _power_sums(teacher_logits, temperature)[..., None]


def _of_each(student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor) -> Tensor:
    """KL of each example, ``[..., batch]``."""
    check_same_classes(student_logits, teacher_logits)
    _, softening = per_student(temperature, student_logits)
    log_student = log_softmax(student_logits)
    log_teacher = log_softmax(teacher_logits.detach() / softening)
    return F.kl_div(log_student, log_teacher, reduction="none", log_target=True).sum(-1)


def _power_sums(teacher_logits: Tensor, temperature: float | Tensor) -> Tensor:
    """Σ_c p_c^γ, ``[..., batch]``."""
    _, softening = per_student(temperature, teacher_logits)
    return (log_softmax(teacher_logits) / softening).logsumexp(-1).exp()
