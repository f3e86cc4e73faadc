"""Weights as an optimiser moves them: all at once, or piece by piece where they are rounded.

Where products are taken in bf16, a step also turns the rounded gradient into float32 and rounds
the new weights. Done for a piece at a time the numbers are still in the processor's cache, which
for millions of weights saves a third of the time.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

LARGEST = 1 << 20
"""Weights of a piece on a CPU: with gradient, moments and copies they take 20 MiB."""


class ParameterChunk:
    """Weights that one call of an optimiser moves; their gradient is theirs already."""

    def __init__(self, weights: Sequence[Tensor]) -> None:
        self.weights = list(weights)

    def take_gradient(self) -> None:
        """Give the weights their gradient."""

    def round(self) -> None:
        """Bring rounded copies of the weights up to date."""


class MixedPrecisionChunk(ParameterChunk):
    """Float32 weights whose products are taken in another type.

    Args:
        weights: float32.
        gradients: of the same shapes, in the other type, as the backward pass leaves them.
        rounded: copies of the weights in the other type.
        scratch: float32, as many numbers as weights or more; shared with other pieces, it holds
            the gradient until the next one's turn.
    """

    def __init__(
        self,
        weights: Sequence[Tensor],
        gradients: Sequence[Tensor],
        rounded: Sequence[Tensor],
        scratch: Tensor,
    ) -> None:
        super().__init__(weights)
        self._gradients, self._rounded = list(gradients), list(rounded)
        sizes = [weight.numel() for weight in self.weights]
        parts = scratch[: sum(sizes)].split(sizes)
        for weight, part in zip(self.weights, parts, strict=True):
            weight.grad = part.view_as(weight)

    def take_gradient(self) -> None:
        """See ``ParameterChunk``."""
        for weight, gradient in zip(self.weights, self._gradients, strict=True):
            assert weight.grad is not None, "it has a place"
            weight.grad.copy_(gradient)

    def round(self) -> None:
        """See ``ParameterChunk``."""
        torch._foreach_copy_(self._rounded, self.weights)
