"""Teachers that are corrected where they err, before the student learns from them."""

import torch
from torch import Tensor

from kdcore.losses.given_answers import given_answer_kl, given_answer_kl_gradient
from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import softmax


def loca(
    student_logits: Tensor,
    teacher_logits: Tensor,
    labels: Tensor,
    temperature: float | Tensor,
    alpha: float | Tensor = 0.95,
) -> Tensor:
    """``soft_target_kl`` from ``loca_answers``.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        labels: ``[batch]``, int64, or with leading axes like the teacher's.
        temperature: T > 0, one number or one per student, ``[...]``.
        alpha: α from 0 to 1, likewise.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Yang et al.: LoCa: Logit Calibration for Knowledge Distillation, 2024.

    Example:
        >>> wrong, label = torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([1])
        >>> follows, knows = loca(wrong, wrong, label, 1.0), loca(wrong.roll(1), wrong, label, 1.0)
        >>> bool(knows < follows)
        True
    """
    check_same_classes(student_logits, teacher_logits)
    answers = loca_answers(teacher_logits, labels, temperature, alpha)
    return given_answer_kl(student_logits, answers, temperature)


def loca_gradient(
    student_logits: Tensor,
    teacher_logits: Tensor,
    labels: Tensor,
    temperature: float | Tensor,
    alpha: float | Tensor = 0.95,
) -> Tensor:
    """The gradient of ``loca`` at the student's logits, ``[..., batch, classes]``."""
    check_same_classes(student_logits, teacher_logits)
    answers = loca_answers(teacher_logits, labels, temperature, alpha)
    return given_answer_kl_gradient(student_logits, answers, temperature)


def loca_answers(
    teacher_logits: Tensor, labels: Tensor, temperature: float | Tensor, alpha: float | Tensor
) -> Tensor:
    """The teacher's softened answers p, where it errs scaled so that the label comes first.

    With s = α / (1 − p_y + p_max) the other classes have s · p_c and the label what is left: their
    ratios to each other stay, and with α = 1 the label is level with the teacher's answer.

    Returns:
        ``[..., batch, classes]``, without gradient.
    """
    teacher_logits = teacher_logits.detach()
    _, softening = per_student(temperature, teacher_logits)
    _, alpha = per_student(alpha, teacher_logits)
    answers = softmax(teacher_logits / softening)
    index = labels.expand(answers.shape[:-1])[..., None]
    of_label = answers.gather(-1, index)
    scale = alpha / (1 - of_label + answers.amax(-1, keepdim=True))
    scaled = (scale * answers).scatter(-1, index, 1 - scale * (1 - of_label))
    errs = teacher_logits.argmax(-1, keepdim=True) != index
    return torch.where(errs, scaled, answers)


def mft(
    student_logits: Tensor,
    teacher_logits: Tensor,
    labels: Tensor,
    temperature: float | Tensor,
    margin: float | Tensor = 0.2,
) -> Tensor:
    """``soft_target_kl`` from ``mft_answers``.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        teacher_logits: ``[batch, classes]``, or with leading axes like the students' (1 where
            several share a teacher); receives no gradient.
        labels: ``[batch]``, int64, or with leading axes like the teacher's.
        temperature: T > 0, one number or one per student, ``[...]``.
        margin: τ from 0 to below 1, likewise.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: the shapes do not belong together.

    Source:
        Belcak et al.: Minifinetuning: Low-Data Generation Domain Adaptation through Corrective
        Self-Distillation, 2025. Where the teacher is right NVIDIA's Model-Optimizer raises the
        label's probability by τ, up to 1, whatever its margin; here it is left alone if the margin
        is there.

    Example:
        >>> logits, label = torch.tensor([[0.6, 0.3, 0.1]]).log(), torch.tensor([1])
        >>> mft(torch.tensor([[4.8, 7.4, 0.8]]).log(), logits, label, 1.0).abs() < 1e-6
        tensor(True)
    """
    check_same_classes(student_logits, teacher_logits)
    answers = mft_answers(teacher_logits, labels, temperature, margin)
    return given_answer_kl(student_logits, answers, temperature)


def mft_gradient(
    student_logits: Tensor,
    teacher_logits: Tensor,
    labels: Tensor,
    temperature: float | Tensor,
    margin: float | Tensor = 0.2,
) -> Tensor:
    """The gradient of ``mft`` at the student's logits, ``[..., batch, classes]``."""
    check_same_classes(student_logits, teacher_logits)
    answers = mft_answers(teacher_logits, labels, temperature, margin)
    return given_answer_kl_gradient(student_logits, answers, temperature)


def mft_answers(
    teacher_logits: Tensor, labels: Tensor, temperature: float | Tensor, margin: float | Tensor
) -> Tensor:
    """(1 − w) · p + w · label, with the least w that puts the label τ above all other classes.

    With d the label's lead over the likeliest other class, negative where the teacher errs,
    w = (τ − d) / (1 − d), and 0 where d is at least τ.

    Returns:
        ``[..., batch, classes]``, without gradient.
    """
    teacher_logits = teacher_logits.detach()
    _, softening = per_student(temperature, teacher_logits)
    _, margin = per_student(margin, teacher_logits)
    answers = softmax(teacher_logits / softening)
    index = labels.expand(answers.shape[:-1])[..., None]
    label = torch.zeros_like(answers).scatter(-1, index, 1.0)
    others = answers.masked_fill(label.bool(), 0.0).amax(-1, keepdim=True)
    lead = answers.gather(-1, index) - others
    tiny = torch.finfo(lead.dtype).tiny
    share = (margin - lead).clamp(min=0) / (1 - lead).clamp(min=tiny)
    return torch.lerp(answers, label, share)
