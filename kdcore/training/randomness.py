"""All chance of a training: every random number comes from a generator with a key of its own.

Nothing is drawn in a row over several batches, and nothing from the global generator as somebody
left it. So a training that is taken up again draws what it would have drawn, without any state of
a generator being saved; a student of a sweep draws what it draws in a run of its own.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd


def key(seed: int, purpose: str, step: int = 0) -> int:
    """The seed of a generator, from 0 to 2⁶³ − 1.

    Args:
        seed: of the run, or of one of its networks.
        purpose: what is drawn; different purposes draw independently.
        step: batches taken before, or another number that tells draws of one purpose apart.
    """
    digest = hashlib.sha256(f"{seed}/{purpose}/{step}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def generator(seed: int, purpose: str, step: int = 0) -> torch.Generator:
    """A generator on the CPU with that ``key``."""
    return torch.Generator().manual_seed(key(seed, purpose, step))


@contextmanager
def seeded(seed: int, purpose: str, step: int = 0) -> Iterator[None]:
    """Inside, the global generators are seeded with that ``key``; then they are as they were.

    For what takes no generator: dropout, and the first weights of a module.
    """
    with torch.random.fork_rng():
        torch.manual_seed(key(seed, purpose, step))
        yield


KNOWN = ("kdcore.", "torch.", "torchvision.")
"""Where modules come from of which it is known whether they draw."""


def draws(module: nn.Module) -> bool:
    """Whether a module in training mode may draw random numbers as it answers."""
    return any(
        isinstance(part, _DropoutNd)
        or type(part).__name__ == "StochasticDepth"
        or not type(part).__module__.startswith(KNOWN)
        for part in module.modules()
    )
