"""The label and the teacher's softened answer in one vector, for learners that regress on it."""

import torch
from torch import Tensor

from kdcore.losses.softmax import softmax


def mixed_targets(
    labels: Tensor,
    teacher_logits: Tensor,
    temperature: float,
    weight: float,
    mixing: str,
    label_weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """(1−λ)·y + λ·q with q = softmax(teacher_logits / T), or (y + λ·q) / (1 + λ).

    The mean squared error against it, examples weighted, has the same minimum as
    (1−λ)·‖p − y‖² + λ·‖p − q‖², or ‖p − y‖² + λ·‖p − q‖² with additive mixing: they differ by
    what does not depend on p.

    Args:
        labels: ``[batch]``, int64.
        teacher_logits: ``[batch, classes]``.
        temperature: T > 0.
        weight: λ, from 0 to 1 with convex mixing.
        mixing: ``convex`` or ``additive``.
        label_weights: ``[batch]``: what multiplies ‖p − y‖² of each example, 0 where its label is
            hidden. Default: 1 for all.

    Returns:
        The targets ``[batch, classes]``, whose rows sum to 1, and what each example counts,
        ``[batch]``; 0 where nothing is asked of it, and its target is the teacher's answer then.

    Source:
        Ba, Caruana: Do Deep Nets Really Need to be Deep?, 2014, regress on the teacher's logits;
        here on its probabilities, of which a leaf's mean is one again.

    Example:
        >>> mixed_targets(torch.tensor([0]), torch.zeros(1, 2), 1.0, 0.5, "convex")
        (tensor([[0.7500, 0.2500]]), tensor([1.]))
    """
    hard = torch.nn.functional.one_hot(labels, teacher_logits.shape[-1]).to(teacher_logits.dtype)
    soft = softmax(teacher_logits / temperature)
    of_labels = hard.new_full(labels.shape, 1 - weight if mixing == "convex" else 1.0)
    if label_weights is not None:
        of_labels = of_labels * label_weights
    counts = of_labels + weight
    share = torch.where(counts > 0, of_labels / counts, 0.0)[:, None]
    return share * hard + (1 - share) * soft, counts
