"""Two answers mixed, and the way from a gradient at probabilities to one at logits."""

import torch
from torch import Tensor


def log_mixture(log_one: Tensor, log_other: Tensor, share: float | Tensor) -> Tensor:
    """log(share · one + (1 − share) · other), from logarithms, which do not underflow.

    Args:
        log_one: ``[..., batch, classes]``.
        log_other: likewise.
        share: from 0 to 1, one number or ``[..., 1, 1]``.
    """
    of_one = torch.as_tensor(share, dtype=log_one.dtype, device=log_one.device)
    return torch.logaddexp(log_one + of_one.log(), log_other + (1 - of_one).log())


def gradient_at_logits(weighed: Tensor, probabilities: Tensor, softening: float | Tensor) -> Tensor:
    """The gradient of T² · mean over the batch of L(q), at the logits of q = softmax(z / T).

    Args:
        weighed: q ⊙ ∂L/∂q, ``[..., batch, classes]``.
        probabilities: q, likewise.
        softening: T as it divides logits.
    """
    centred = weighed - probabilities * weighed.sum(-1, keepdim=True)
    return centred * (softening / probabilities.shape[-2])
