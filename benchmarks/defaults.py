"""PyTorch as it comes, for the side that the engine is held against.

The engine switches float32 products to oneDNN where that is faster and flushes denormal numbers,
both for its whole process: the other side must not profit from that.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def pytorch_defaults() -> Iterator[None]:
    """Undo the engine's settings for a while."""
    settings = torch.backends.mkldnn.matmul
    ours = settings.fp32_precision
    settings.fp32_precision = "none"
    torch.set_flush_denormal(False)
    try:
        yield
    finally:
        settings.fp32_precision = ours
        torch.set_flush_denormal(True)
