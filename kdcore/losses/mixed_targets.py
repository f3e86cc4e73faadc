"""The label and the teacher's softened answer in one vector, for learners that regress on it."""

import torch
from torch import Tensor

from kdcore.losses.softmax import softmax


def mixed_targets(
    labels: Tensor, teacher_logits: Tensor, temperature: float, weight: float, mixing: str
) -> Tensor:
    """(1−λ)·y + λ·q with q = softmax(teacher_logits / T), or (y + λ·q) / (1 + λ).

    The mean squared error against it has the same minimum as (1−λ)·‖p − y‖² + λ·‖p − q‖², or
    ‖p − y‖² + λ·‖p − q‖² with additive mixing: they differ by what does not depend on p.

    Args:
        labels: ``[batch]``, int64.
        teacher_logits: ``[batch, classes]``.
        temperature: T > 0.
        weight: λ, from 0 to 1 with convex mixing.
        mixing: ``convex`` or ``additive``.

    Returns:
        ``[batch, classes]``; each row sums to 1.

    Source:
        Ba, Caruana: Do Deep Nets Really Need to be Deep?, 2014, regress on the teacher's logits;
        here on its probabilities, of which a leaf's mean is one again.

    Example:
        >>> mixed_targets(torch.tensor([0]), torch.zeros(1, 2), 1.0, 0.5, "convex")
        tensor([[0.7500, 0.2500]])
    """
    hard = torch.nn.functional.one_hot(labels, teacher_logits.shape[-1]).to(teacher_logits.dtype)
    share = weight if mixing == "convex" else weight / (1 + weight)
    return (1 - share) * hard + share * softmax(teacher_logits / temperature)
