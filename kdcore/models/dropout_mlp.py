"""Fully connected nets that are regularised: dropout of hidden units and bounded weights.

Source:
    Hinton et al.: Improving neural networks by preventing co-adaptation of feature detectors,
    2012 (arXiv:1207.0580), section 2 and appendix A: the squared length of the weights into a
    hidden unit is at most 15.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import prod

import torch
from torch import Tensor, nn

from kdcore.catalogue import parse_model

DROPPED = 0.25
"""Share of the hidden units that a step leaves out; the source has 0.5, and 0.2 of the inputs."""
LONGEST = 15.0**0.5
"""Norm of the weights that come into a hidden unit."""


class DropoutMLP(nn.Module):
    """Linear layers with ReLU and dropout between; flattens its input.

    Args:
        widths: of the input, each hidden layer and the output.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Linear(width, following) for width, following in pairwise(widths)
        )
        self.activations = nn.ModuleList(nn.ReLU() for _ in widths[1:-1])
        self.dropouts = nn.ModuleList(nn.Dropout(DROPPED) for _ in widths[1:-1])
        self.stages = [f"activations.{number}" for number in range(len(self.activations))]

    def forward(self, inputs: Tensor) -> Tensor:
        """``[batch, …]`` → logits ``[batch, classes]``."""
        values = inputs.flatten(1)
        parts = zip(self.layers[:-1], self.activations, self.dropouts, strict=True)
        for layer, activation, dropout in parts:
            values = dropout(activation(layer(values)))
        return self.layers[-1](values)  # type: ignore[no-any-return]

    @torch.no_grad()
    def constrain(self) -> None:
        """Shorten the weights into each hidden unit to ``LONGEST``; called after every step."""
        for layer in self.layers[:-1]:
            weight = layer.weight
            assert isinstance(weight, Tensor), "a layer's"
            weight.mul_((LONGEST / weight.norm(dim=1, keepdim=True)).clamp_(max=1.0))


def dropout_mlp(spec: str, input_shape: tuple[int, ...], classes: int) -> DropoutMLP:
    """``dropout_mlp:1200,1200`` on 28×28 images of ten classes: 784-1200-1200-10."""
    _, hidden = parse_model(spec)
    return DropoutMLP((prod(input_shape), *hidden, classes))
