"""A fully connected net whose backward pass is written out: two matrix products a layer.

For small nets autograd's bookkeeping costs more than the arithmetic. All weights of the net lie
in one flat tensor, of which the module's parameters are views: the optimiser makes one call, and
the module is always up to date.
"""

import torch
from torch import Tensor, nn

from kdcore.models.mlp import MLP


class HandMLP:
    """A ``Learner`` (see ``learners.py``) around an ``MLP``; float32, no autograd.

    Checked against autograd in ``tests/unit/training/test_hand_mlp.py``.
    """

    def __init__(self, module: MLP) -> None:
        self.module = module
        parameters = list(module.parameters())
        flat = torch.cat([parameter.detach().reshape(-1) for parameter in parameters])
        flat.grad = torch.zeros_like(flat)
        self.weights = [flat]
        sizes = [parameter.numel() for parameter in parameters]
        for parameter, values in zip(parameters, flat.split(sizes), strict=True):
            parameter.data = values.view_as(parameter)
        gradients = [
            values.view_as(parameter)
            for parameter, values in zip(parameters, flat.grad.split(sizes), strict=True)
        ]
        self._layers = [(layer.weight.data, layer.bias.data)
                        for layer in module.layers if isinstance(layer, nn.Linear)]  # fmt: skip
        self._gradients = list(zip(gradients[::2], gradients[1::2], strict=True))
        self._activations: list[Tensor] = []

    def forward(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` → logits ``[B, C]``; keeps what each layer was given."""
        values = inputs.flatten(1)
        self._activations = []
        last = len(self._layers) - 1
        for index, (weight, bias) in enumerate(self._layers):
            self._activations.append(values)
            values = torch.addmm(bias, values, weight.t())
            if index < last:
                values.relu_()
        return values

    def backward(self, gradient: Tensor) -> None:
        """Overwrite the flat gradient, from the gradient at the logits ``[B, C]``."""
        for index in range(len(self._layers) - 1, -1, -1):
            given = self._activations[index]
            for_weight, for_bias = self._gradients[index]
            torch.mm(gradient.t(), given, out=for_weight)
            torch.sum(gradient, dim=0, out=for_bias)
            if index:
                gradient = gradient @ self._layers[index][0]
                gradient = torch.ops.aten.threshold_backward(gradient, given, 0)
