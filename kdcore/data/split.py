"""Stratified choices of examples: every class keeps its share."""

import math

import torch
from torch import Tensor

from kdcore.data.dataset import Split

SPLIT_SEED = 20_150_309
"""Of the fixed splits: they must not depend on a run's seed."""


def stratified(labels: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Indices of ``size`` examples, in random order, every class by its share.

    Shares are rounded by largest remainder. Each class has an example as long as ``size`` allows.

    Args:
        labels: ``[n]`` int64 on the CPU.
        size: from 0 to n.
        generator: on the CPU.

    Returns:
        ``[size]`` int64.
    """
    counts = torch.bincount(labels)
    quota = counts.double() * size / max(len(labels), 1)
    taken = quota.floor().long()
    missing = size - int(taken.sum())
    taken[(quota - taken).argsort(descending=True, stable=True)[:missing]] += 1
    if size >= int((counts > 0).sum()):
        while (empty := (taken == 0) & (counts > 0)).any():
            taken[empty.nonzero()[0]] += 1
            taken[taken.argmax()] -= 1
    order = torch.randperm(len(labels), generator=generator)
    by_class = order[labels[order].argsort(stable=True)]
    starts = (counts.cumsum(0) - counts).repeat_interleave(taken)
    within = torch.arange(size) - (taken.cumsum(0) - taken).repeat_interleave(taken)
    chosen = by_class[starts + within]
    return chosen[torch.randperm(size, generator=generator)]


def hold_out(split: Split, share: float, *, most: int | None = None) -> tuple[Split, Split]:
    """Cut ``share`` of the examples off, stratified and always alike.

    Args:
        split: every class has at least two examples.
        share: from 0 to 1, rounded up to a whole number of examples and to one of each class.
        most: upper bound of what is cut off.

    Returns:
        The rest in its old order, and what was cut off in random order.
    """
    size = math.ceil(share * len(split.labels))
    if most is not None:
        size = min(size, most)
    size = max(size, len(split.labels.unique()))
    generator = torch.Generator().manual_seed(SPLIT_SEED)
    held = stratified(split.labels, size, generator)
    kept = torch.ones(len(split.labels), dtype=torch.bool)
    kept[held] = False
    return split.take(kept.nonzero().squeeze(1)), split.take(held)
