"""Controls: soft labels that no network knows anything about."""

import math

import torch
from torch import Tensor

from kdcore.losses.soft_targets import soft_target_kl
from kdcore.losses.softmax import log_softmax


def label_smoothing(student_logits: Tensor, label_weights: Tensor | None = None) -> Tensor:
    """KL(even ‖ student), mean over the batch.

    With convex mixing λ is the ε of label smoothing: (1−λ) · CE + λ · KL has the gradient of the
    cross-entropy with the label (1−λ) · y + λ/C.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        label_weights: ``[..., batch]``: what each example counts, 0 where the label that would be
            smoothed is hidden; their mean is 1. Default: all count 1.

    Returns:
        ``[...]``, in nats.

    Source:
        Szegedy et al.: Rethinking the Inception Architecture for Computer Vision, 2016, section 7.

    Example:
        >>> import torch
        >>> label_smoothing(torch.zeros(1, 4))
        tensor(0.)
    """
    classes = student_logits.shape[-1]
    of_each = -log_softmax(student_logits).mean(-1) - math.log(classes)
    return _weighted_mean(of_each, label_weights)


def virtual_teacher(
    student_logits: Tensor,
    labels: Tensor,
    temperature: float | Tensor,
    confidence: float | Tensor = 0.99,
    label_weights: Tensor | None = None,
) -> Tensor:
    """``soft_target_kl`` from a teacher that knows the label and takes the rest as equal.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        labels: ``[batch]``, int64, or with leading axes like the students' (1 where several share
            them).
        temperature: T > 0, one number or one per student, ``[...]``.
        confidence: the probability of the label at T = 1, likewise; from 0 to 1, both excluded.
        label_weights: ``[..., batch]``: what each example counts, 0 where the label is hidden;
            their mean is 1. Default: all count 1.

    Returns:
        ``[...]``, in nats times T².

    Source:
        Yuan et al.: Revisiting Knowledge Distillation via Label Smoothing Regularization, 2020,
        equations 9 and 10. (The authors' code softens probabilities as if they were logits.)

    Example:
        >>> import torch
        >>> virtual_teacher(torch.zeros(1, 2), torch.tensor([0]), 1.0, confidence=0.5).abs() < 1e-6
        tensor(True)
    """
    classes = student_logits.shape[-1]
    sure = torch.as_tensor(confidence, dtype=student_logits.dtype, device=student_logits.device)
    logit = (sure.log() - (1 - sure).log() + math.log(max(classes - 1, 1)))[..., None, None]
    index = labels.expand(student_logits.shape[:-1])[..., None]
    teacher = torch.zeros_like(student_logits)
    teacher.scatter_(-1, index, logit.expand(index.shape))
    if isinstance(temperature, Tensor):
        temperature = temperature[..., None]
    # every example as a batch of its own
    of_each = soft_target_kl(student_logits[..., None, :], teacher[..., None, :], temperature)
    return _weighted_mean(of_each, label_weights)


def _weighted_mean(of_each: Tensor, weights: Tensor | None) -> Tensor:
    return (of_each if weights is None else of_each * weights).mean(-1)
