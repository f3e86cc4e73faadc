"""Softmax over a short last axis.

PyTorch's kernel takes a row at a time along the innermost axis: with ten classes nearly all of
its time is bookkeeping. Along the second-last axis it works on many rows at once. The rows that
fill no vector are then computed in another way, and the last digits may depend on a row's place:
small batches with such rows keep the ordinary way.
"""

from torch import Tensor

FEW_CLASSES = 64
MANY_ROWS = 2_048
VECTOR = 16
"""Rows that the widest processors take at once in float32."""


def softmax(logits: Tensor) -> Tensor:
    """``logits.softmax(-1)`` for ``[..., batch, classes]``."""
    return logits.mT.softmax(-2).mT if _worth_turning(logits) else logits.softmax(-1)


def log_softmax(logits: Tensor) -> Tensor:
    """``logits.log_softmax(-1)`` for ``[..., batch, classes]``."""
    return logits.mT.log_softmax(-2).mT if _worth_turning(logits) else logits.log_softmax(-1)


def _worth_turning(logits: Tensor) -> bool:
    batch, classes = logits.shape[-2:] if logits.dim() > 1 else (1, logits.shape[-1])
    fills = batch % VECTOR == 0
    return classes < FEW_CLASSES and (fills or logits.numel() >= MANY_ROWS * classes)
