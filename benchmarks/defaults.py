"""PyTorch as it comes, for the side that the engine is held against.

The engine switches float32 products to oneDNN where that is faster, flushes denormal numbers and
keeps freed memory, all of it for its whole process: the other side must not profit from that. What
glibc keeps by itself grows with what a program frees; here it is always the most, 64 MiB.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from kdcore.training.devices.freed_memory import LARGEST, keep_freed_memory
from kdcore.training.devices.own_process import prepare_process


@contextmanager
def pytorch_defaults() -> Iterator[None]:
    """Undo the engine's settings for a while."""
    settings = torch.backends.mkldnn.matmul
    ours = settings.fp32_precision
    settings.fp32_precision = "none"
    torch.set_flush_denormal(False)
    keep_freed_memory(2 * LARGEST)
    try:
        yield
    finally:
        settings.fp32_precision = ours
        prepare_process()
