"""Matching the teacher's softened probabilities by their squared difference."""

from torch import Tensor

from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import softmax


def probability_mse(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """Squared difference of the softened probabilities, sum over classes, mean over samples.

    Without a factor T² its gradient fades as T grows: a contrast to ``soft_target_kl``.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student, ``[...]``.

    Returns:
        ``[...]``, from 0 to 2.

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        The Brier score (1950) with the teacher's answer in the place of the outcome.

    Example:
        >>> import torch
        >>> sure = torch.tensor([[100.0, 0.0]])
        >>> probability_mse(sure, -sure, temperature=1.0)
        tensor(2.)
    """
    check_same_classes(student_logits, teacher_logits)
    _, softening = per_student(temperature, student_logits)
    student = softmax(student_logits / softening)
    teacher = softmax(teacher_logits.detach() / softening)
    return (student - teacher).square().sum(-1).mean(-1)


def probability_mse_gradient(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """The gradient of ``probability_mse`` at the student's logits.

    With d = q − p it is 2/(T · batch) · q ⊙ (d − ⟨q, d⟩).

    Returns:
        ``[..., batch, classes]``.
    """
    check_same_classes(student_logits, teacher_logits)
    _, softening = per_student(temperature, student_logits)
    student = softmax(student_logits / softening)
    difference = student - softmax(teacher_logits / softening)
    centred = difference - (student * difference).sum(-1, keepdim=True)
    return student * centred * (2 / (softening * student_logits.shape[-2]))
