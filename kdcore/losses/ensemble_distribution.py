"""Distilling how teachers differ, not their mean alone: the student's answer is a Dirichlet.

With logits z it has the concentrations α; their mean is the answer, and their sum says how much it
knows. α is kept between e^−12 and e^12, where float32 still adds it up.
"""

import torch
from torch import Tensor

from kdcore.losses.shapes import check_same_classes, per_student
from kdcore.losses.softmax import softmax

LARGEST = 12.0
"""Of |log α|; beyond it there is no gradient."""
HIGHEST_PRECISION = 1e4
"""Of a proxy; teachers that agree completely would have an infinite one."""


def ensemble_distribution(
    student_logits: Tensor,
    each_teacher_logits: Tensor,
    teacher_shares: Tensor,
    temperature: float | Tensor,
    smoothing: float | Tensor,
) -> Tensor:
    """−Σ_m w_m · log Dir(p_m; α), α = exp(z/T), p_m = softmax(z_m/T): maximum likelihood.

    Each p_m is mixed with a share ε of the even answer, since the density of a Dirichlet is 0 or
    infinite where a probability is 0. A high T that falls to 1 makes it converge.

    Args:
        student_logits: ``[..., batch, classes]``.
        each_teacher_logits: ``[..., teachers, batch, classes]``, leading axes like the students'
            or 1; they receive no gradient.
        teacher_shares: w, ``[teachers]``; they sum to 1.
        temperature: T > 0, one number or one per student, ``[...]``.
        smoothing: ε, likewise.

    Returns:
        ``[...]``, in nats, of either sign: it is the logarithm of a density.

    Source:
        Malinin, Mlodozeniec, Gales: Ensemble Distribution Distillation, 2020, section 3.
    """
    check_same_classes(student_logits, each_teacher_logits[..., 0, :, :])
    _, softening = per_student(temperature, student_logits)
    _, mixed = per_student(smoothing, student_logits)
    concentration = _concentration(student_logits / softening)
    teachers = _wide(each_teacher_logits.detach()) / _of_teachers(softening)
    share = _of_teachers(mixed)
    answers = (1 - share) * softmax(teachers) + share / teachers.shape[-1]
    mean_log = (answers.log() * _wide(teacher_shares)[:, None, None]).sum(-3)
    likelihood = (
        torch.lgamma(concentration.sum(-1))
        - torch.lgamma(concentration).sum(-1)
        + ((concentration - 1) * mean_log).sum(-1)
    )
    return -likelihood.mean(-1).to(student_logits.dtype)


def ensemble_distribution_proxy(
    student_logits: Tensor, each_teacher_logits: Tensor, teacher_shares: Tensor
) -> Tensor:
    """KL(Dir(α) ‖ Dir(β)) / β̂_0 with α = exp(z) + 1 and a Dirichlet β made from the teachers.

    β = β̂_0 · p̂ + 1, where p̂ is the teachers' mean answer and β̂_0 =
    (C − 1) / (2 Σ_c p̂_c (log p̂_c − Σ_m w_m log p_mc)) an estimate of the precision by Stirling's
    formula, 10,000 at most: the more the teachers differ, the lower it is.

    Args:
        student_logits: ``[..., batch, classes]``.
        each_teacher_logits: ``[..., teachers, batch, classes]``, leading axes like the students'
            or 1; they receive no gradient.
        teacher_shares: w, ``[teachers]``; they sum to 1.

    Returns:
        ``[...]``, in nats over β̂_0, never below 0.

    Source:
        Ryabinin, Malinin, Gales: Scaling Ensemble Distribution Distillation to Many Classes with
        Proxy Targets, 2021, section 3 (RKL-PT, up to what does not depend on the student).
    """
    check_same_classes(student_logits, each_teacher_logits[..., 0, :, :])
    precision, target = proxy_target(_wide(each_teacher_logits.detach()), _wide(teacher_shares))
    student = _concentration(student_logits) + 1
    divergence = (
        torch.lgamma(student.sum(-1))
        - torch.lgamma(student).sum(-1)
        - torch.lgamma(target.sum(-1))
        + torch.lgamma(target).sum(-1)
        + (
            (student - target)
            * (torch.digamma(student) - torch.digamma(student.sum(-1, keepdim=True)))
        ).sum(-1)
    )
    return (divergence / precision).mean(-1).to(student_logits.dtype)


def proxy_target(each_teacher_logits: Tensor, teacher_shares: Tensor) -> tuple[Tensor, Tensor]:
    """β̂_0 ``[..., batch]`` and β ``[..., batch, classes]`` of the proxy."""
    log_each = each_teacher_logits.log_softmax(-1)
    shares = teacher_shares[:, None, None]
    log_mean = torch.logsumexp(log_each + shares.log(), dim=-3)
    mean = log_mean.exp()
    diversity = (mean * (log_mean - (log_each * shares).sum(-3))).sum(-1)
    classes = each_teacher_logits.shape[-1]
    lowest = (classes - 1) / (2 * HIGHEST_PRECISION)
    precision = (classes - 1) / (2 * diversity.clamp_min(lowest))
    return precision, mean * precision[..., None] + 1


def _concentration(scaled_logits: Tensor) -> Tensor:
    return _wide(scaled_logits).clamp(-LARGEST, LARGEST).exp()


def _wide(values: Tensor) -> Tensor:
    """In float64, where the device has it: log Γ of a large α takes up float32's digits."""
    return values if values.device.type == "mps" else values.double()


def _of_teachers(value: float | Tensor) -> float | Tensor:
    """What divides a student's logits, as it divides each teacher's."""
    return value[..., None, :, :] if isinstance(value, Tensor) else value
