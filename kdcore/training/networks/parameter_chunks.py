"""Weights as an optimiser moves them: all at once, or piece by piece where they are rounded.

Where products are taken in bf16, a step also turns the rounded gradient into float32 and rounds
the new weights. Done for a piece at a time the numbers are still in the processor's cache, which
for millions of weights saves a third of the time.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

LARGEST = 1 << 20
"""Weights of a piece on a CPU: with gradient, moments and copies they take 20 MiB."""

EMBEDDINGS = (nn.Embedding, nn.EmbeddingBag)
LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d, *EMBEDDINGS)


class ParameterChunk:
    """Weights that one call of an optimiser moves; their gradient is theirs already.

    Args:
        weights: float32.
        matrices: how many matrices of which size each of them is, ``(n, rows, columns)``; nothing
            where an optimiser is to look at numbers alone.
        products: the type in which the nets multiply.
    """

    def __init__(
        self,
        weights: Sequence[Tensor],
        matrices: Sequence[tuple[int, int, int]] = (),
        products: torch.dtype = torch.float32,
    ) -> None:
        self.weights, self.matrices, self.products = list(weights), list(matrices), products

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
        matrices: see ``ParameterChunk``.
    """

    def __init__(
        self,
        weights: Sequence[Tensor],
        gradients: Sequence[Tensor],
        rounded: Sequence[Tensor],
        scratch: Tensor,
        matrices: Sequence[tuple[int, int, int]] = (),
    ) -> None:
        super().__init__(weights, matrices, rounded[0].dtype)
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


def matrices_apart(
    modules: Sequence[nn.Module], products: torch.dtype = torch.float32
) -> list[ParameterChunk]:
    """The matrices of the modules' hidden layers, and all other weights.

    Linear layers and convolutions count, but for a module's first and last layer; a kernel is a
    matrix with a row for each of its outputs.

    Args:
        modules: any networks.
        products: the type in which they multiply.
    """
    hidden: list[Tensor] = []
    others: list[Tensor] = []
    for module in modules:
        own = {id(weight) for weight in hidden_matrices(module)}
        for weight in module.parameters():
            (hidden if id(weight) in own else others).append(weight)
    shapes = [(1, len(weight), weight.numel() // len(weight)) for weight in hidden]
    chunks = [ParameterChunk(hidden, shapes, products), ParameterChunk(others)]
    return [chunk for chunk in chunks if chunk.weights]


def hidden_matrices(module: nn.Module) -> list[Tensor]:
    """The weights that are matrices between a network's first and last layer."""
    layers = [part for part in module.modules() if isinstance(part, LAYERS)]
    return [
        layer.weight
        for layer in layers[1:-1]
        if not isinstance(layer, EMBEDDINGS) and getattr(layer, "groups", 1) == 1
    ]
