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
    if _many(logits):
        return logits.mT.softmax(-2).mT
    return logits.mT.softmax(-2).mT.contiguous() if _fills(logits) else logits.softmax(-1)


def log_softmax(logits: Tensor) -> Tensor:
    """``logits.log_softmax(-1)`` for ``[..., batch, classes]``."""
    if _many(logits):
        return logits.mT.log_softmax(-2).mT
    return logits.mT.log_softmax(-2).mT.contiguous() if _fills(logits) else logits.log_softmax(-1)


def _many(logits: Tensor) -> bool:
    classes = logits.shape[-1]
    return bool(classes < FEW_CLASSES and logits.numel() >= MANY_ROWS * classes)


def _fills(logits: Tensor) -> bool:
    """Whether every row of a small batch is in a full vector.

    Its result is laid out as the logits are: in another layout a product may add in an order that
    differs from network to network.
    """
    rows, classes = (1, *logits.shape)[-2:]
    return bool(classes < FEW_CLASSES and rows % VECTOR == 0)
