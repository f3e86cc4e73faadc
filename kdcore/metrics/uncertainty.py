"""How sure an answer is, and whether the sure ones are the right ones."""

import torch
from torch import Tensor


def predictive_entropy(probabilities: Tensor) -> Tensor:
    """−Σ p log p of each answer, in nats.

    Args:
        probabilities: ``[samples, classes]``.

    Returns:
        ``[samples]``, from 0 to log(classes).

    Example:
        >>> predictive_entropy(torch.tensor([[0.5, 0.5], [1.0, 0.0]]))
        tensor([0.6931, 0.0000])
    """
    entropies: Tensor = torch.special.entr(probabilities).sum(-1)
    return entropies


def risk_coverage(probabilities: Tensor, labels: Tensor) -> Tensor:
    """The error among the most confident answers, for every share of answers given.

    Equally confident answers count alike, so that the order of the samples does not matter: each
    has the share of them that is wrong.

    Args:
        probabilities: ``[samples, classes]``.
        labels: ``[samples]``, int64.

    Returns:
        ``[samples, 2]``, float64: coverage k/n and error among the k most confident.

    Source:
        El-Yaniv, Wiener: On the foundations of noise-free selective classification, 2010.
    """
    confidence, answers = probabilities.max(-1)
    ordered, order = confidence.sort(descending=True)
    wrong = (answers != labels)[order].double()
    _, group, size = ordered.unique_consecutive(return_inverse=True, return_counts=True)
    wrong = (wrong.new_zeros(len(size)).index_add_(0, group, wrong) / size)[group]
    count = torch.arange(1, len(labels) + 1, dtype=torch.float64, device=labels.device)
    return torch.stack([count / len(labels), wrong.cumsum(0) / count], dim=-1)
