"""Soft targets for inputs that were changed so as to mislead the student: robust distillation."""

from torch import Tensor

from kdcore.losses.soft_targets import soft_target_kl


def attacked_soft_targets(
    attacked_student_logits: Tensor, teacher_logits: Tensor, temperature: float | Tensor
) -> Tensor:
    """T² · KL(teacher on the clean input ‖ student on the attacked one): the soft term of ARD.

    With convex mixing the whole loss is the paper's, (1−α) · CE on clean inputs + α · this; α is λ.

    Args:
        attacked_student_logits: ``[batch, classes]``, to inputs that were changed by at most ε so
            that the student's cross-entropy with the label is large.
        teacher_logits: ``[batch, classes]``, to the inputs as they are; receive no gradient.
        temperature: T > 0.

    Returns:
        A scalar, in nats times T².

    Source:
        Goldblum, Fowl, Feizi, Goldstein: Adversarially Robust Distillation, 2020, section 4.

    Example:
        >>> import torch
        >>> logits = torch.tensor([[2.0, 0.0, -1.0]])
        >>> attacked_soft_targets(logits, logits, temperature=30.0)
        tensor(0.)
    """
    return soft_target_kl(attacked_student_logits, teacher_logits, temperature)


def robust_soft_labels(
    student_logits: Tensor,
    attacked_student_logits: Tensor,
    teacher_logits: Tensor,
    share: float | Tensor = 5 / 6,
) -> Tensor:
    """(1−α) · KL(p ‖ q on clean inputs) + α · KL(p ‖ q on attacked ones): the loss of RSLAD.

    p is the teacher's answer to the clean input in both, at T = 1. (The authors' code takes the
    mean over the classes too and adds 1e-5 to probabilities.)

    Args:
        student_logits: ``[batch, classes]``, to the inputs as they are.
        attacked_student_logits: likewise, to inputs that were changed by at most ε so that this KL
            is large.
        teacher_logits: likewise, to the inputs as they are; receive no gradient.
        share: α, from 0 to 1.

    Returns:
        A scalar, in nats.

    Source:
        Zi, Zhao, Ma, Jiang: Revisiting Adversarial Robustness Distillation: Robust Soft Labels Make
        Student Better, 2021, equation 7 and algorithm 1.

    Example:
        >>> import torch
        >>> teacher, other = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 0.0]])
        >>> robust_soft_labels(teacher, other, teacher, share=0.0)
        tensor(0.)
    """
    clean = soft_target_kl(student_logits, teacher_logits, 1.0)
    attacked = soft_target_kl(attacked_student_logits, teacher_logits, 1.0)
    return (1 - share) * clean + share * attacked
