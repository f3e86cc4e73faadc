"""A fully connected net whose backward pass is written out: two matrix products a layer.

For small nets autograd's bookkeeping costs more than the arithmetic. All weights of the net lie
in one flat tensor, of which the module's parameters are views: the optimiser makes one call, and
the module is always up to date.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from kdcore.models.mlp import MLP


class HandMLP:
    """A ``Learner`` (see ``learners.py``) around an ``MLP``, without autograd.

    In ``bf16`` the products are taken of rounded copies of the weights; the weights themselves
    and what the optimiser adds to them stay float32. Checked against autograd in
    ``tests/unit/training/test_hand_mlp.py``.

    Source:
        Micikevicius et al.: Mixed Precision Training, 2018, section 3.1 (the master copy).
    """

    def __init__(self, module: MLP, precision: str = "float32") -> None:
        self.module = module
        parameters = list(module.parameters())
        flat = torch.cat([parameter.detach().reshape(-1) for parameter in parameters])
        flat.grad = torch.zeros_like(flat)
        self.weights = [flat]
        for parameter, values in zip(parameters, _parts(flat, parameters), strict=True):
            parameter.data = values
        self._rounded = flat.bfloat16() if precision == "bf16" else flat
        self._rounded_gradient = (
            torch.zeros_like(self._rounded) if precision == "bf16" else flat.grad
        )
        self._layers = _pairs(_parts(self._rounded, parameters))
        self._gradients = _pairs(_parts(self._rounded_gradient, parameters))
        self._activations: list[Tensor] = []

    def forward(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` → logits ``[B, C]``; keeps what each layer was given."""
        if self._rounded is not self.weights[0]:
            self._rounded.copy_(self.weights[0])
        values = inputs.flatten(1).to(self._rounded.dtype)
        self._activations = []
        last = len(self._layers) - 1
        for index, (weight, bias) in enumerate(self._layers):
            self._activations.append(values)
            values = torch.addmm(bias, values, weight.t())
            if index < last:
                values.relu_()
        return values.to(self.weights[0].dtype)

    def backward(self, gradient: Tensor) -> None:
        """Overwrite the flat gradient, from the gradient at the logits ``[B, C]``."""
        gradient = gradient.to(self._rounded.dtype)
        for index in range(len(self._layers) - 1, -1, -1):
            given = self._activations[index]
            for_weight, for_bias = self._gradients[index]
            torch.mm(gradient.t(), given, out=for_weight)
            torch.sum(gradient, dim=0, out=for_bias)
            if index:
                gradient = gradient @ self._layers[index][0]
                gradient = torch.ops.aten.threshold_backward(gradient, given, 0)
        if self._rounded is not self.weights[0]:
            assert self.weights[0].grad is not None
            self.weights[0].grad.copy_(self._rounded_gradient)


def _parts(flat: Tensor, parameters: Sequence[Tensor]) -> list[Tensor]:
    """Views of a flat tensor in the shapes of the parameters, one after the other."""
    pieces = flat.split([parameter.numel() for parameter in parameters])
    return [piece.view_as(parameter) for piece, parameter in zip(pieces, parameters, strict=True)]


def _pairs(parts: list[Tensor]) -> list[tuple[Tensor, Tensor]]:
    """Weight and bias of each layer."""
    return list(zip(parts[::2], parts[1::2], strict=True))
