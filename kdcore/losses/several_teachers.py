"""Several teachers: the mean of their losses, and the one teacher that they make together.

Averaging losses, probabilities and logits are three different teachers. The first two have the
same gradient for the divergence KL(teacher ‖ student), since what does not depend on the student
falls out; for other losses they differ.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from kdcore.losses.shapes import per_student
from kdcore.losses.soft_targets import soft_target_kl
from kdcore.losses.softmax import log_softmax


def multi_teacher_kl(
    student_logits: Tensor,
    teacher_logits: Sequence[Tensor],
    weights: Sequence[float] | Tensor,
    temperature: float | Tensor,
) -> Tensor:
    """Σ_k w_k · T² · KL(teacher_k ‖ student), mean over the batch.

    Args:
        student_logits: ``[..., batch, classes]``.
        teacher_logits: K of them, ``[batch, classes]``; they receive no gradient.
        weights: K numbers, or ``[K, batch]`` where each example weighs its teachers itself.
        temperature: T > 0, one number or one per student, ``[...]``.

    Returns:
        ``[...]``, in nats times T².

    Raises:
        ValueError: there are not as many weights as teachers, or shapes do not belong together.

    Source:
        You et al.: Learning from Multiple Teacher Networks, 2017.

    Example:
        >>> import torch
        >>> alike = torch.tensor([[2.0, 0.0, -1.0]])
        >>> multi_teacher_kl(alike, [alike, alike], [0.5, 0.5], temperature=4.0)
        tensor(0.)
    """
    if len(weights) != len(teacher_logits):
        raise ValueError(f"{len(teacher_logits)} teachers have {len(weights)} weights")
    losses = []
    for own, weight in zip(teacher_logits, weights, strict=True):
        if isinstance(weight, Tensor) and weight.ndim:  # one for each example
            # every example is a batch of its own: each loss is then that example's
            alone = soft_target_kl(
                student_logits[..., None, :],
                own.expand_as(student_logits)[..., None, :],
                _for_examples(temperature, student_logits),
            )
            losses.append((weight * alone).mean(-1))
        else:
            losses.append(weight * soft_target_kl(student_logits, own, temperature))
    return torch.stack(losses).sum(0)


def joined_logits(teacher_logits: Tensor, weights: Tensor, temperature: float | Tensor) -> Tensor:
    """T · log Σ_k w_k · softmax(z_k / T): softened by T, they are the weighted mean answer.

    Args:
        teacher_logits: ``[..., K, batch, classes]``.
        weights: that sum to 1 over K, ``[..., K, batch]`` or ``[K, 1]``.
        temperature: T > 0, one number or one for each of the leading axes.

    Returns:
        ``[..., batch, classes]``.
    """
    _, softening = per_student(temperature, teacher_logits[..., 0, :, :])
    softened = teacher_logits / (
        softening[..., None, :, :] if isinstance(softening, Tensor) else softening
    )
    shares = weights[..., None].to(softened).log()
    return softening * torch.logsumexp(log_softmax(softened) + shares, dim=-3)


def entropy_weights(teacher_logits: Tensor, temperature: float | Tensor) -> Tensor:
    """w_k = (1 − H_k / Σ_j H_j) / (K − 1) for each example: who hesitates weighs less.

    H is the entropy of the softened answer. Where no teacher hesitates all weigh the same.

    Args:
        teacher_logits: ``[..., K, batch, classes]``, K ≥ 2.
        temperature: T > 0, one number or one for each of the leading axes.

    Returns:
        ``[..., K, batch]``; they sum to 1 over K.

    Source:
        Kwon et al.: Adaptive Knowledge Distillation Based on Entropy, 2020, made to sum to 1.
    """
    _, softening = per_student(temperature, teacher_logits[..., 0, :, :])
    if isinstance(softening, Tensor):
        softening = softening[..., None, :, :]
    log_probabilities = log_softmax(teacher_logits / softening)
    entropy = -(log_probabilities.exp() * log_probabilities).sum(-1)
    return _less_for_more(entropy)


def confidence_weights(teacher_logits: Tensor, labels: Tensor) -> Tensor:
    """w_k = (1 − softmax_k(CE_k)) / (K − 1) for each example: who misses the label weighs less.

    Args:
        teacher_logits: ``[..., K, batch, classes]``, K ≥ 2.
        labels: ``[..., batch]``, int64.

    Returns:
        ``[..., K, batch]``; they sum to 1 over K.

    Source:
        Zhang, Chen, Wang: Confidence-Aware Multi-Teacher Knowledge Distillation, 2022, eq. 4.
    """
    log_probabilities = log_softmax(teacher_logits)
    index = labels[..., None, :, None].expand(*log_probabilities.shape[:-1], 1)
    missed = -log_probabilities.gather(-1, index).squeeze(-1)
    return (1 - missed.softmax(-2)) / (missed.shape[-2] - 1)


def _less_for_more(values: Tensor) -> Tensor:
    """``[..., K, batch]`` ≥ 0 → shares of what the others have."""
    total = values.sum(-2, keepdim=True)
    teachers = values.shape[-2]
    alike = torch.full_like(values, 1 / teachers)
    shares = (1 - values / total.clamp_min(torch.finfo(values.dtype).tiny)) / (teachers - 1)
    return torch.where(total > 0, shares, alike)


def _for_examples(temperature: float | Tensor, student_logits: Tensor) -> float | Tensor:
    """T of each student as T of each of its examples, ``[..., batch]``."""
    if not isinstance(temperature, Tensor):
        return temperature
    return temperature[..., None].expand(student_logits.shape[:-1])
