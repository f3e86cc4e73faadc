"""NKD: the label's class by the teacher's own confidence, the other classes among themselves."""

from torch import Tensor

from kdcore.losses.classes import other_classes, target_log_probability
from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import log_softmax, softmax


def nkd(
    student_logits: Tensor,
    teacher_logits: Tensor,
    labels: Tensor,
    temperature: float | Tensor = 1.0,
    gamma: float | Tensor = 1.5,
) -> Tensor:
    """−p_t · log q_t − γ · T² · Σ p̂ log q̂, mean over the batch; without the cross-entropy.

    p_t and q_t are the answers on the label's class at T = 1; p̂ and q̂ those among the other
    classes, normalised anew, at T. With two classes the second part is 0.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        labels: ``[batch]``, int64, or with leading axes like the teacher's.
        temperature: T > 0, one number or one per student, ``[...]``.
        gamma: γ, likewise.

    Returns:
        ``[...]``, in nats. Cross-entropies, not divergences: a student that answers like its
        teacher has the teacher's entropy left.

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Yang et al.: From Knowledge Distillation to Self-Knowledge Distillation, 2023, equation 8.

    Example:
        >>> import torch
        >>> even = torch.zeros(1, 3)
        >>> nkd(even, even, torch.tensor([0]), temperature=1.0, gamma=1.0)  # ln 3 / 3 + ln 2
        tensor(1.0594)
    """
    check_same_classes(student_logits, teacher_logits)
    teacher_logits = teacher_logits.detach()
    temperature, softening = per_student(temperature, student_logits)
    confidence = target_log_probability(log_softmax(teacher_logits), labels).exp()
    target = -(confidence * target_log_probability(log_softmax(student_logits), labels))
    student = log_softmax(other_classes(student_logits, labels) / softening)
    teacher = softmax(other_classes(teacher_logits, labels) / softening)
    non_target = -(teacher * student).sum(-1)
    return target.mean(-1) + gamma * temperature**2 * non_target.mean(-1)
