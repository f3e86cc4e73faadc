"""Decoupled distillation: Hinton's divergence as two, weighted apart."""

from torch import Tensor

from kdcore.losses.classes import other_classes, target_log_probability
from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import log_softmax


def dkd(
    student_logits: Tensor,
    teacher_logits: Tensor,
    labels: Tensor,
    temperature: float | Tensor,
    alpha: float | Tensor = 1.0,
    beta: float | Tensor = 8.0,
) -> Tensor:
    """T² · (α · TCKD + β · NCKD), mean over the batch; without the cross-entropy.

    TCKD is the divergence of the answers "the label's class or another", NCKD that of the answers
    among the other classes alone. With two classes NCKD is 0.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        labels: ``[batch]``, int64, or with leading axes like the teacher's.
        temperature: T > 0, one number or one per student, ``[...]``.
        alpha: α, likewise.
        beta: β, likewise. The paper's best differs from pair to pair, from 0.5 to 8.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Zhao et al.: Decoupled Knowledge Distillation, 2022, equation 7.

    Example:
        >>> import torch
        >>> logits = torch.tensor([[2.0, 0.0, -1.0]])
        >>> dkd(logits, logits, torch.tensor([0]), temperature=4.0)
        tensor(0.)
    """
    _, target, non_target, _ = _per_sample(student_logits, teacher_logits, labels, temperature)
    temperature, _ = per_student(temperature, student_logits)
    return temperature**2 * (alpha * target.mean(-1) + beta * non_target.mean(-1))


def decoupled_parts(
    student_logits: Tensor, teacher_logits: Tensor, labels: Tensor, temperature: float | Tensor
) -> dict[str, Tensor]:
    """The parts of KL(teacher ‖ student): sample by sample KL = TCKD + (1 − p_t) · NCKD.

    Args:
        student_logits: ``[..., batch, classes]``.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students'.
        labels: ``[batch]``, int64, or with leading axes like the teacher's.
        temperature: T > 0, one number or one per student, ``[...]``.

    Returns:
        Means over the batch, ``[...]`` each, in nats and without T²: ``kl`` itself, ``target_kl``
        (TCKD), ``non_target_kl`` (NCKD), ``weighted_non_target_kl`` ((1 − p_t) · NCKD, what is
        left of it in KL) and ``non_target_weight`` (1 − p_t, the teacher's doubt).

    Source:
        Zhao et al. 2022, equation 6.
    """
    kl, target, non_target, doubt = _per_sample(student_logits, teacher_logits, labels, temperature)
    return {
        "kl": kl.mean(-1),
        "target_kl": target.mean(-1),
        "non_target_kl": non_target.mean(-1),
        "weighted_non_target_kl": (doubt * non_target).mean(-1),
        "non_target_weight": doubt.mean(-1).expand(target.shape[:-1]),
    }


def _per_sample(
    student_logits: Tensor, teacher_logits: Tensor, labels: Tensor, temperature: float | Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """KL, TCKD, NCKD and 1 − p_t, ``[..., batch]`` each, without T².

    The logarithm of 1 − p_t comes from a log-sum over the other classes: the difference itself
    underflows where the teacher is sure.
    """
    check_same_classes(student_logits, teacher_logits)
    _, softening = per_student(temperature, student_logits)
    student = log_softmax(student_logits / softening)
    teacher = log_softmax(teacher_logits.detach() / softening)
    student_target = target_log_probability(student, labels)
    teacher_target = target_log_probability(teacher, labels)
    student_others, teacher_others = other_classes(student, labels), other_classes(teacher, labels)
    student_doubt = student_others.logsumexp(-1, keepdim=True)
    teacher_doubt = teacher_others.logsumexp(-1, keepdim=True)
    non_target = _divergence(teacher_others - teacher_doubt, student_others - student_doubt)
    doubt, gap = teacher_doubt.squeeze(-1).exp(), (teacher_doubt - student_doubt).squeeze(-1)
    target = teacher_target.exp() * (teacher_target - student_target) + doubt * gap
    return _divergence(teacher, student), target, non_target, doubt


def _divergence(log_p: Tensor, log_q: Tensor) -> Tensor:
    """KL(p ‖ q) over the last axis."""
    return (log_p.exp() * (log_p - log_q)).sum(-1)
