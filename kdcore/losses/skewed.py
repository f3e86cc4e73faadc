"""Divergences from a mixture with the other answer: finite however far the two are apart."""

import torch
from torch import Tensor

from kdcore.losses.mixture import gradient_at_logits, log_mixture
from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import log_softmax


def skew_kl(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float | Tensor,
    alpha: float | Tensor = 0.1,
) -> Tensor:
    """T² · KL(p ‖ α · p + (1−α) · q) of the softened answers, mean over the batch.

    p is the teacher's and q the student's. It is at most T² · log(1/α): an answer that the
    student rules out does not outweigh all others. With α = 0 it is ``soft_target_kl``.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student, ``[...]``.
        alpha: α from 0 to below 1, likewise.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Ko et al.: DistiLLM: Towards Streamlined Distillation for Large Language Models, 2024,
        section 3.1, at T = 1; the factor T² as in Hinton's.

    Example:
        >>> import torch
        >>> sure = torch.tensor([[100.0, 0.0]])
        >>> skew_kl(sure, -sure, temperature=1.0, alpha=0.1)  # log 10
        tensor(2.3026)
    """
    check_same_classes(student_logits, teacher_logits)
    of_student, softening = per_student(temperature, student_logits)
    student = log_softmax(student_logits / softening)
    teacher = log_softmax(teacher_logits.detach() / softening)
    mixed = log_mixture(teacher, student, _share(alpha, student_logits))
    return of_student**2 * (teacher.exp() * (teacher - mixed)).sum(-1).mean(-1)


def skew_kl_gradient(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float | Tensor,
    alpha: float | Tensor = 0.1,
) -> Tensor:
    """The gradient of ``skew_kl`` at the student's logits; at q it is −(1−α) · p/m.

    Returns:
        ``[..., batch, classes]``.
    """
    check_same_classes(student_logits, teacher_logits)
    _, softening = per_student(temperature, student_logits)
    student = log_softmax(student_logits / softening)
    teacher = log_softmax(teacher_logits / softening)
    share = _share(alpha, student_logits)
    mixed = log_mixture(teacher, student, share)
    weighed = (share - 1) * (student + teacher - mixed).exp()
    return gradient_at_logits(weighed, student.exp(), softening)


def skew_reverse_kl(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float | Tensor,
    alpha: float | Tensor = 0.1,
) -> Tensor:
    """T² · KL(q ‖ (1−α) · p + α · q) of the softened answers, mean over the batch.

    ``skew_kl`` in the other direction; with α = 0 it is ``reverse_kl``.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        temperature: T > 0, one number or one per student, ``[...]``.
        alpha: α from 0 to below 1, likewise.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Ko et al. 2024, section 3.1, at T = 1; the factor T² as in Hinton's.

    Example:
        >>> import torch
        >>> sure = torch.tensor([[100.0, 0.0]])
        >>> skew_reverse_kl(sure, -sure, temperature=1.0, alpha=0.1)  # log 10
        tensor(2.3026)
    """
    check_same_classes(student_logits, teacher_logits)
    of_student, softening = per_student(temperature, student_logits)
    student = log_softmax(student_logits / softening)
    teacher = log_softmax(teacher_logits.detach() / softening)
    mixed = log_mixture(student, teacher, _share(alpha, student_logits))
    return of_student**2 * (student.exp() * (student - mixed)).sum(-1).mean(-1)


def skew_reverse_kl_gradient(
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float | Tensor,
    alpha: float | Tensor = 0.1,
) -> Tensor:
    """The gradient of ``skew_reverse_kl`` at the student's logits.

    At q it is log(q/m) − α · q/m, but for a constant.

    Returns:
        ``[..., batch, classes]``.
    """
    check_same_classes(student_logits, teacher_logits)
    _, softening = per_student(temperature, student_logits)
    student = log_softmax(student_logits / softening)
    teacher = log_softmax(teacher_logits / softening)
    share = torch.as_tensor(
        _share(alpha, student_logits), dtype=student.dtype, device=student.device
    )
    mixed = log_mixture(student, teacher, share)
    probabilities = student.exp()
    # α within the exponential: q²/m alone overflows where the teacher rules a class out
    weighed = probabilities * (student - mixed) - (share.log() + 2 * student - mixed).exp()
    return gradient_at_logits(weighed, probabilities, softening)


def _share(alpha: float | Tensor, student_logits: Tensor) -> float | Tensor:
    return per_student(alpha, student_logits)[1]
