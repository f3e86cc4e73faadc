"""The order of examples: a function of the seed and the epoch, nothing else."""

from collections.abc import Iterator

import torch
from torch import Tensor

from kdcore.training.randomness import generator


def batches(
    size: int,
    batch_size: int,
    seed: int,
    epoch: int,
    *,
    least: int = 2,
    device: torch.device | None = None,
) -> list[Tensor]:
    """Index tensors of one epoch, shuffled; a last batch below ``least`` joins the one before it.

    Batch normalisation cannot train on a single example. The order goes to ``device`` at once: sent
    batch by batch it would make each step wait for the accelerator.
    """
    chance = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    order = torch.randperm(size, generator=chance).to(device)
    parts = list(order.split(batch_size))
    if len(parts) > 1 and len(parts[-1]) < least:
        parts[-2:] = [torch.cat(parts[-2:])]
    return parts


def batch_count(size: int, batch_size: int, *, least: int = 2) -> int:
    """How many batches ``batches`` makes."""
    count = -(-size // batch_size)
    return count - 1 if count > 1 and 0 < size % batch_size < least else count


def chunks(size: int, chunk_size: int) -> Iterator[slice]:
    """Consecutive slices that cover ``size`` examples."""
    for start in range(0, size, chunk_size):
        yield slice(start, min(start + chunk_size, size))


def class_orders_of(name: str, examples: int, classes: int, seed: int) -> Tensor:
    """An order of all classes but one for each example, ``[n, C − 1]``.

    Args:
        name: of the examples; others have other orders.
        examples: n.
        classes: C.
        seed: of the chance.
    """
    return torch.rand(examples, classes - 1, generator=generator(seed, name)).argsort(-1)
