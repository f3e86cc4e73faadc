"""Fully connected nets of any widths."""

from collections.abc import Sequence
from itertools import pairwise
from math import prod

from torch import Tensor, nn

from kdcore.catalogue import parse_model


class MLP(nn.Module):
    """Linear layers with ReLU between; flattens its input.

    Args:
        widths: of the input, each hidden layer and the output.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Linear(width, following) for width, following in pairwise(widths)
        )
        self.activations = nn.ModuleList(nn.ReLU() for _ in widths[1:-1])
        self.stages = [f"activations.{number}" for number in range(len(self.activations))]

    def forward(self, inputs: Tensor) -> Tensor:
        """``[batch, …]`` → logits ``[batch, classes]``."""
        values = inputs.flatten(1)
        for layer, activation in zip(self.layers[:-1], self.activations, strict=True):
            values = activation(layer(values))
        return self.layers[-1](values)  # type: ignore[no-any-return]


def mlp(spec: str, input_shape: tuple[int, ...], classes: int) -> MLP:
    """``mlp:500`` on 28×28 images of ten classes: 784-500-10."""
    _, hidden = parse_model(spec)
    return MLP((prod(input_shape), *hidden, classes))
