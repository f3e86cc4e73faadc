"""Softmax over a short last axis.

PyTorch's kernel takes a row at a time along the innermost axis: with ten classes nearly all of
its time is bookkeeping. Along the second-last axis it works on many rows at once. The last digits
may then depend on a row's place, so that small batches keep the ordinary way.
"""

from torch import Tensor

FEW_CLASSES = 64
MANY_ROWS = 2_048


def softmax(logits: Tensor) -> Tensor:
    """``logits.softmax(-1)`` for ``[..., batch, classes]``."""
    return logits.mT.softmax(-2).mT if _worth_turning(logits) else logits.softmax(-1)


def log_softmax(logits: Tensor) -> Tensor:
    """``logits.log_softmax(-1)`` for ``[..., batch, classes]``."""
    return logits.mT.log_softmax(-2).mT if _worth_turning(logits) else logits.log_softmax(-1)


def _worth_turning(logits: Tensor) -> bool:
    classes = logits.shape[-1]
    return classes < FEW_CLASSES and logits.numel() >= MANY_ROWS * classes
