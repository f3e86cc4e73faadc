"""Hinton's soft targets: the divergence from the teacher's softened answer."""

import torch.nn.functional as F
from torch import Tensor

from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import log_softmax, softmax


def soft_target_kl(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """T² · KL(teacher ‖ student) of the softened class probabilities, mean over the batch.

    The factor T² keeps the size of the gradient roughly the same for every T, so that the
    balance with the hard-label loss survives a turn of the temperature slider.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student, ``[...]``.

    Returns:
        ``[...]``, in nats times T²: a scalar for one student, one value per student for many.

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015, section 2.

    Example:
        >>> import torch
        >>> logits = torch.tensor([[2.0, 0.0, -1.0]])
        >>> soft_target_kl(logits, logits, temperature=4.0)
        tensor(0.)
    """
    check_same_classes(student_logits, teacher_logits)
    temperature, softening = per_student(temperature, student_logits)
    log_student = log_softmax(student_logits / softening)
    log_teacher = log_softmax(teacher_logits.detach() / softening)
    kl = F.kl_div(log_student, log_teacher, reduction="none", log_target=True)
    return temperature**2 * kl.sum(-1).mean(-1)


def soft_target_kl_gradient(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """The gradient of ``soft_target_kl`` at the student's logits: T · (q − p) / batch.

    q and p are the softened answers of student and teacher.

    Returns:
        ``[..., batch, classes]``.
    """
    check_same_classes(student_logits, teacher_logits)
    _, softening = per_student(temperature, student_logits)
    difference = softmax(student_logits / softening)
    difference -= softmax(teacher_logits / softening)
    difference *= softening / student_logits.shape[-2]
    return difference


def soft_cross_entropy(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """T² · H(teacher, student) of the softened probabilities, mean over the batch.

    It has the gradient of ``soft_target_kl`` but a floor of T² · H(teacher): plot the other one.

    Args:
        student_logits: ``[..., batch, classes]``.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Hinton, Vinyals, Dean 2015, section 2, as first written there.

    Example:
        >>> import torch
        >>> soft_cross_entropy(torch.zeros(1, 2), torch.zeros(1, 2), temperature=1.0)
        tensor(0.6931)
    """
    check_same_classes(student_logits, teacher_logits)
    temperature, softening = per_student(temperature, student_logits)
    log_student = log_softmax(student_logits / softening)
    teacher = softmax(teacher_logits.detach() / softening)
    return temperature**2 * -(teacher * log_student).sum(-1).mean(-1)
