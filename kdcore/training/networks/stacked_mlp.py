"""Fully connected nets of one shape as one, with a backward pass that is written out.

For small nets autograd's bookkeeping costs more than the arithmetic, and so does every call for
every net. Here all nets lie in one flat tensor, layer by layer, of which the modules' parameters
are views: a step is a few batched matrix products and one call of the optimiser, and each module
is always up to date.

Shapes: S seeds, G members, K = S · G nets with the seed as the slower index, B batch, C classes.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from kdcore.models.mlp import MLP
from kdcore.training.networks.parameter_chunks import LARGEST, MixedPrecisionChunk, ParameterChunk

FEW_OUTPUTS = 32
"""Of a layer of a single net, up to which the product for its weights is taken the other way round:
its bits depend less on the number of threads."""


class StackedMLP:
    """A ``Body`` (see ``students.py``) of MLPs, without autograd.

    The nets of a seed get the same inputs, so that their first layers are one wide product.
    In ``bf16`` the products are taken of rounded copies of the weights; the weights themselves
    and what the optimiser adds to them stay float32. Checked against autograd in
    ``tests/unit/training/test_stacked_mlp.py``.

    Args:
        modules: K nets of one shape.
        seeds: S.
        precision: ``float32`` or ``bf16``.

    Source:
        Micikevicius et al.: Mixed Precision Training, 2018, section 3.1 (the master copy).
    """

    def __init__(self, modules: Sequence[MLP], seeds: int, precision: str = "float32") -> None:
        self._seeds, self._nets = seeds, len(modules)
        of_nets = [list(module.parameters()) for module in modules]
        stacked = [
            torch.stack([one.detach() for one in alike]) for alike in zip(*of_nets, strict=True)
        ]
        self._flat = torch.cat([values.reshape(-1) for values in stacked])
        self._parameters = _parts(self._flat, stacked)
        for at, parameters in enumerate(of_nets):
            for parameter, values in zip(parameters, self._parameters, strict=True):
                parameter.data = values[at]
        self._rounded = self._flat.bfloat16() if precision == "bf16" else self._flat
        self.gradient = torch.zeros_like(self._rounded)
        """Of all weights, in the type in which the products are taken."""
        self._layers = _pairs(_parts(self._rounded, stacked))
        self._gradients = _pairs(_parts(self.gradient, stacked))
        self._activations: list[Tensor] = []
        first, *others = self._layers
        self._turned = [
            (_of_seeds(first[0], seeds).mT, _of_seeds(first[1], seeds)[:, None]),
            *((weight.mT, bias[:, None]) for weight, bias in others),
        ]
        """Weights and biases as a way forward takes them, the first layers of a seed as one."""
        self._wide_gradients = tuple(_of_seeds(one, seeds) for one in self._gradients[0])

    def chunks(self, nets: Sequence[int], *, matrices: bool = False) -> list[ParameterChunk]:
        """What the optimiser moves for these nets; see ``Body``."""
        flat, gradient, rounded = self._flat, self.gradient, self._rounded
        if matrices:
            return self._matrices_apart(nets)
        if len(nets) < self._nets:
            chosen, gradients, copies = (
                [values[at] for values in _parts(table, self._parameters) for at in nets]
                for table in (flat, gradient, rounded)
            )
            return [self._piece(chosen, gradients, copies, self._scratch(nets))]
        if rounded is flat:
            return [self._piece([flat], [gradient], [rounded], flat)]
        size = LARGEST if flat.device.type == "cpu" else flat.numel()
        scratch = flat.new_empty(min(size, flat.numel()))
        parts = zip(flat.split(size), gradient.split(size), rounded.split(size), strict=True)
        return [self._piece([one], [two], [three], scratch) for one, two, three in parts]

    def _matrices_apart(self, nets: Sequence[int]) -> list[ParameterChunk]:
        """The weights between hidden layers, then all others; layer by layer, of all nets."""
        hidden = range(2, len(self._parameters) - 2, 2)
        others = [at for at in range(len(self._parameters)) if at not in hidden]
        scratch = self._scratch(nets)
        pieces = []
        for chosen in (hidden, others):
            weights, gradients, copies = (
                [
                    values
                    for layer in chosen
                    for values in (
                        [parts[layer]]
                        if len(nets) == self._nets
                        else [parts[layer][at] for at in nets]
                    )
                ]
                for parts in (
                    _parts(table, self._parameters)
                    for table in (self._flat, self.gradient, self._rounded)
                )
            )
            shapes = [_as_matrices(weight) for weight in weights] if chosen is hidden else []
            if weights:
                pieces.append(self._piece(weights, gradients, copies, scratch, shapes))
        return pieces

    def _scratch(self, nets: Sequence[int]) -> Tensor:
        """Room for as many numbers as these nets have weights."""
        return self._flat.new_empty(self._flat.numel() * len(nets) // self._nets)

    def _piece(
        self,
        weights: list[Tensor],
        gradients: list[Tensor],
        rounded: list[Tensor],
        scratch: Tensor,
        matrices: Sequence[tuple[int, int, int]] = (),
    ) -> ParameterChunk:
        if self._rounded is not self._flat:
            return MixedPrecisionChunk(weights, gradients, rounded, scratch, matrices)
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        return ParameterChunk(weights, matrices)

    def forward(self, inputs: Tensor) -> Tensor:
        """``[S, B, …]`` → logits ``[K, B, C]``; keeps each layer's input."""
        self._activations = []
        return self._through(inputs, keep=True)

    def predict(self, inputs: Tensor) -> Tensor:
        """The same for inputs that all nets share, ``[B, …]``; keeps nothing."""
        return self._through(inputs[None].expand(self._seeds, *inputs.shape), keep=False)

    def refresh(self) -> None:
        """Round the weights anew; the modules' parameters are views of them."""
        if self._rounded is not self._flat:
            self._rounded.copy_(self._flat)

    def forget(self) -> None:
        """See ``Body``."""
        self._activations = []

    def backward(self, gradient: Tensor) -> None:
        """Overwrite the gradient, from the gradient at the logits ``[K, B, C]``."""
        gradient = gradient.to(self._rounded.dtype)
        batch = gradient.shape[1]
        for index in range(len(self._layers) - 1, 0, -1):
            layer_input = self._activations[index]
            for_weight, for_bias = self._gradients[index]
            if self._nets == 1 and gradient.shape[-1] <= FEW_OUTPUTS:
                for_weight.copy_(torch.bmm(layer_input.mT, gradient).mT)
            else:
                torch.bmm(gradient.mT, layer_input, out=for_weight)
            torch.sum(gradient, dim=1, out=for_bias)
            gradient = torch.bmm(gradient, self._layers[index][0])
            gradient = torch.ops.aten.threshold_backward(gradient, layer_input, 0)
        if self._nets > self._seeds:
            wide = gradient.reshape(self._seeds, -1, batch, gradient.shape[-1]).transpose(1, 2)
            gradient = wide.reshape(self._seeds, batch, -1)
        for_weight, for_bias = self._wide_gradients
        torch.bmm(gradient.mT, self._activations[0], out=for_weight)
        torch.sum(gradient, dim=1, out=for_bias)

    def _through(self, inputs: Tensor, *, keep: bool) -> Tensor:
        values = inputs.flatten(2).to(self._rounded.dtype)
        last = len(self._turned) - 1
        for index, (weight, bias) in enumerate(self._turned):
            if keep:
                self._activations.append(values)
            values = torch.baddbmm(bias, values, weight)
            if not index and self._nets > self._seeds:
                values = self._apart(values)
            if index < last:
                values.relu_()
        return values.to(self._flat.dtype)

    def _apart(self, wide: Tensor) -> Tensor:
        """What the first layers gave, ``[S, B, G · H]``, net by net ``[K, B, H]``."""
        batch = wide.shape[1]
        nets = wide.view(self._seeds, batch, self._nets // self._seeds, -1).transpose(1, 2)
        return nets.reshape(self._nets, batch, -1)


def _parts(flat: Tensor, shapes: Sequence[Tensor]) -> list[Tensor]:
    """Views of a flat tensor in the shapes of ``shapes``, one after the other."""
    chunks = flat.split([values.numel() for values in shapes])
    return [chunk.view_as(values) for chunk, values in zip(chunks, shapes, strict=True)]


def _of_seeds(values: Tensor, seeds: int) -> Tensor:
    """The first layers of a seed's nets as one: ``[K, H, …]`` as ``[S, G · H, …]``."""
    return values.view(seeds, -1, *values.shape[2:])


def _as_matrices(weight: Tensor) -> tuple[int, int, int]:
    """Of one net or of several: how many, rows, columns."""
    rows, columns = weight.shape[-2:]
    return weight.numel() // (rows * columns), rows, columns


def _pairs(parts: list[Tensor]) -> list[tuple[Tensor, Tensor]]:
    """Weight and bias of each layer."""
    return list(zip(parts[::2], parts[1::2], strict=True))
