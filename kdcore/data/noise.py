"""Wrong labels on purpose, to see what a teacher mends."""

import torch
from torch import Tensor


def noisy_labels(labels: Tensor, classes: int, share: float, seed: int) -> Tensor:
    """A copy of ``labels`` of which ``round(share * n)`` are replaced by another class.

    Args:
        labels: ``[n]`` int64 on the CPU.
        classes: how many there are, at least 2.
        share: from 0 to 1.
        seed: the same labels are replaced in the same way for the same seed.
    """
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(labels), generator=generator)[: round(share * len(labels))]
    steps = torch.randint(1, classes, (len(chosen),), generator=generator)
    noisy = labels.clone()
    noisy[chosen] = (labels[chosen] + steps) % classes
    return noisy
