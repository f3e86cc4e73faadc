"""RLD: of a teacher that errs, how sure it is, and what it says of the classes below the label."""

import torch
from torch import Tensor

from kdcore.losses.classes import other_classes, target_log_probability
from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import log_softmax


def refined_logits(
    student_logits: Tensor,
    teacher_logits: Tensor,
    labels: Tensor,
    temperature: float | Tensor,
    alpha: float | Tensor = 1.0,
    beta: float | Tensor = 8.0,
    tau: float | Tensor = 1.0,
) -> Tensor:
    """α · SCD + β · MCD, mean over the batch; without the cross-entropy.

    SCD = τ² · KL([p_max, 1 − p_max] ‖ [q_y, 1 − q_y]) at the temperature τ: the student shall be
    as sure of the label as the teacher is of its own answer, whichever that is. MCD = T² · KL
    among the classes to which the teacher gives less than to the label, normalised anew at T; 0
    where it has fewer than two of them. A teacher that errs so teaches nothing wrong.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        labels: ``[batch]``, int64, or with leading axes like the teacher's.
        temperature: T > 0, one number or one per student, ``[...]``.
        alpha: α, likewise.
        beta: β, likewise.
        tau: τ > 0, likewise.

    Returns:
        ``[...]``, in nats times τ² and T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Sun et al.: Knowledge Distillation with Refined Logits, 2025, with the authors' code; there
        the whole also grows from 0 over the first 20 epochs, here by a schedule of λ.

    Example:
        >>> wrong = torch.tensor([[2.0, 1.0, 0.0, -1.0]])
        >>> student = torch.tensor([[1.0, 2.0, 0.0, -1.0]])
        >>> refined_logits(student, wrong, torch.tensor([1]), temperature=4.0).abs() < 1e-6
        tensor(True)
    """
    check_same_classes(student_logits, teacher_logits)
    teacher_logits = teacher_logits.detach()
    of_student, softening = per_student(temperature, student_logits)
    of_tau, at_tau = per_student(tau, student_logits)
    sure = _sureness(student_logits / at_tau, teacher_logits / at_tau, labels)
    below = _below_label(student_logits / softening, teacher_logits / softening, labels)
    return of_tau**2 * alpha * sure.mean(-1) + of_student**2 * beta * below.mean(-1)


def _sureness(student: Tensor, teacher: Tensor, labels: Tensor) -> Tensor:
    """KL of "its own answer or another" from the student's "the label or another"."""
    student, teacher = log_softmax(student), log_softmax(teacher)
    answers = teacher.argmax(-1)
    of_label = target_log_probability(student, labels)
    of_others = other_classes(student, labels).logsumexp(-1)
    its = target_log_probability(teacher, answers)
    its_others = other_classes(teacher, answers).logsumexp(-1)
    return its.exp() * (its - of_label) + its_others.exp() * (its_others - of_others)


def _below_label(student: Tensor, teacher: Tensor, labels: Tensor) -> Tensor:
    """KL among the classes that the teacher gives less than the label."""
    index = labels.expand(teacher.shape[:-1])[..., None]
    below = teacher < teacher.gather(-1, index)
    # a row without any such class keeps all, and counts nothing
    kept = below | ~below.any(-1, keepdim=True)
    student, teacher = (
        log_softmax(values.masked_fill(~kept, -torch.inf)).masked_fill(~below, 0.0)
        for values in (student, teacher)
    )
    return (teacher.exp() * below * (teacher - student)).sum(-1)
