"""Small convolutional nets of one shape as one, with a backward pass that is written out.

A small net's step on small images is calls, not arithmetic: K nets one after the other pay for K
times as many. Here all nets lie in one flat tensor, of which the modules' parameters are views, and
a layer of all of them is one call. PyTorch's own grouped convolution would be such a call too: with
few channels a group it took up to 2.7 times as long as batched matrix products, and on images of 28
pixels a side longer than the nets alone.

Planes lie in memory as ``[K, channels, height, width, batch]``, the batch innermost as Krizhevsky's
cuda-convnet had it: a shifted plane is then copied in long runs, a net's statistics are of one
stretch of memory, and planes of a few pixels are columns of a product. On those a convolution is
one product with a matrix of all pairs of pixels; on larger ones the shifted planes are laid out
first (``im2col``).

Shapes: S seeds, G members, K = S · G nets with the seed as the slower index, B batch, H × W pixels.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kdcore.models.convnet import ConvNet
from kdcore.training.networks.parameter_chunks import ParameterChunk, matrices_apart

LARGEST, MOST_WEIGHTS = 144, 6_000
"""Pixels of an image, and weights of a net's convolutions, up to which nets are stacked.

Measured on a CPU: with 3,500 weights stacked nets took 0.15 to 0.7 of their time alone on 64 to 144
pixels, 0.5 to 0.8 on 256, 0.6 to 1.8 on 784; with 19,000 weights or more 1.0 to 1.8 on 64 pixels.
"""
PAIRED = 16
"""Pixels up to which a convolution is a product over all pairs of them."""
TAPS = 9
"""Of a 3×3 convolution."""
aten = torch.ops.aten


def gains_stacked(
    modules: Sequence[nn.Module], input_shape: tuple[int, ...], device: torch.device
) -> list[ConvNet]:
    """The modules, if they are convolutional nets that are quicker as one; else none.

    It depends on shapes alone, never on a clock, so that equal runs stay equal. All their weights
    must learn.
    """
    nets = [module for module in modules if type(module) is ConvNet and _plain(module)]
    alike = len(nets) == len(modules) > 1 and device.type in ("cpu", "cuda")
    if not alike or not _small(nets[0], input_shape):
        return []
    return nets if all(one.requires_grad for net in nets for one in net.parameters()) else []


def memory_of_stacked(module: nn.Module, input_shape: tuple[int, ...]) -> float:
    """Bytes that a net's matrices of pairs of pixels take in a step: two of each, in two orders."""
    if type(module) is not ConvNet or not _small(module, input_shape):
        return 0.0
    return 4 * 4.0 * _weights(module) * PAIRED**2 / TAPS


def _small(net: ConvNet, input_shape: tuple[int, ...]) -> bool:
    images = len(input_shape) == 3 and prod(input_shape[1:]) <= LARGEST
    return images and _weights(net) <= MOST_WEIGHTS


def _plain(net: ConvNet) -> bool:
    """Whether nothing hangs on it, and its normalisations are as they are built."""
    parts = list(net.modules())
    hooked = any(part._forward_hooks or part._forward_pre_hooks for part in parts)
    norms = [part for part in parts if isinstance(part, nn.BatchNorm2d)]
    return not hooked and all(
        norm.momentum is not None and norm.track_running_stats for norm in norms
    )


def _weights(net: ConvNet) -> int:
    """Of its convolutions."""
    return sum(part.weight.numel() for part in net.features if isinstance(part, nn.Conv2d))


class StackedConvNet:
    """A ``Body`` (see ``students.py``) of convolutional nets, without autograd.

    The nets of a seed get the same inputs, so that their first layers are one wide convolution.
    In ``bf16`` planes and products are in it; the weights, their gradient and what is learned of
    batch normalisation stay float32. Checked against autograd in
    ``tests/unit/training/test_stacked_convnet.py``.

    Args:
        modules: K nets of one shape.
        seeds: S.
        precision: ``float32`` or ``bf16``.
    """

    def __init__(self, modules: Sequence[ConvNet], seeds: int, precision: str = "float32") -> None:
        self._modules, self._nets, self._seeds = modules, len(modules), seeds
        of_nets = [list(module.parameters()) for module in modules]
        stacked = [
            torch.stack([one.detach().contiguous() for one in alike])
            for alike in zip(*of_nets, strict=True)
        ]
        self._flat = torch.cat([values.reshape(-1) for values in stacked])
        self._gradient = torch.zeros_like(self._flat)
        self._parameters = _parts(self._flat, stacked)
        for at, parameters in enumerate(of_nets):
            for parameter, values in zip(parameters, self._parameters, strict=True):
                parameter.data = values[at]
        self._dtype = torch.bfloat16 if precision == "bf16" else self._flat.dtype
        self._gradients = _parts(self._gradient, stacked)
        pairs = iter(zip(self._parameters, self._gradients, strict=True))
        self._blocks: list[_Block] = []
        layers = [list(module.features) for module in modules]
        for at, layer in enumerate(layers[0]):
            if isinstance(layer, nn.Conv2d):
                convolution = _Convolution(*next(pairs), self._dtype, seeds=0 if at else seeds)
                norms = [cast(nn.BatchNorm2d, of_net[at + 1]) for of_net in layers]
                normalised = _Normalised(norms, next(pairs), next(pairs))
                pooled = isinstance(next(iter(layers[0][at + 3 :]), None), nn.MaxPool2d)
                self._blocks.append(_Block(convolution, normalised, pooled))
        self._head = _Head(*next(pairs), *next(pairs), self._dtype)

    def chunks(self, nets: Sequence[int], *, matrices: bool = False) -> list[ParameterChunk]:
        """See ``Body``."""
        if matrices:
            modules = [self._modules[net] for net in nets]
            for net, module in zip(nets, modules, strict=True):
                for parameter, values in zip(module.parameters(), self._gradients, strict=True):
                    parameter.grad = values[net]
            bf16 = self._dtype == torch.bfloat16
            return matrices_apart(modules, torch.bfloat16 if bf16 else torch.float32)
        weights, gradients = [self._flat], [self._gradient]
        if len(nets) < self._nets:
            weights, gradients = (
                [values[at] for at in nets for values in _parts(table, self._parameters)]
                for table in (self._flat, self._gradient)
            )
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        return [ParameterChunk(weights)]

    def moments(self, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """An optimiser's moments, those of nets one by one as of the flat tensor.

        So version 0.2 kept them, which had every net's weights by themselves.
        """
        each = len(self._parameters)
        if len(state) != self._nets * each:
            return state
        order = [str(net * each + at) for at in range(each) for net in range(self._nets)]
        return {
            "0": {
                name: torch.cat([state[number][name].flatten() for number in order])
                if value.numel() == self._parameters[0][0].numel()
                else value
                for name, value in state["0"].items()
            }
        }

    def forward(self, inputs: Tensor) -> Tensor:
        """``[S, B, …]`` → logits ``[K, B, C]``; keeps what the way back needs."""
        return self._through(inputs)

    def predict(self, inputs: Tensor) -> Tensor:
        """The same for inputs that all nets share, ``[B, …]``; not between the two ways."""
        return self._through(inputs[None].expand(self._seeds, *inputs.shape))

    def refresh(self) -> None:
        """See ``Body``; the modules' weights are views of all that there is."""

    def forget(self) -> None:
        """See ``Body``."""
        for part in (self._head, *self._blocks, *(part for own in self._blocks for part in own)):
            for name in part.left:
                vars(part).pop(name, None)

    def backward(self, gradient: Tensor) -> None:
        """Overwrite the gradient, from the gradient at the logits ``[K, B, C]``."""
        planes = self._head.backward(gradient.to(self._dtype))
        for block in reversed(self._blocks):
            planes = block.backward(planes)

    def _through(self, inputs: Tensor) -> Tensor:
        planes = inputs.to(self._dtype).permute(0, 2, 3, 4, 1).contiguous()
        for block in self._blocks:
            planes = block.forward(planes)
        return self._head.forward(planes).to(self._flat.dtype)


class _Block:
    """Convolution, batch normalisation, ReLU and perhaps pooling.

    The largest of four pixels is taken before the ReLU, of a quarter of the numbers: it is the
    same, and so is the gradient, since none goes where the result is 0.
    """

    left = ("_before", "_places", "_after")
    """What a way forward leaves for the way back."""

    def __init__(
        self, convolution: "_Convolution", normalised: "_Normalised", pooled: bool
    ) -> None:
        self._convolution, self._normalised, self._pooled = convolution, normalised, pooled

    def __iter__(self) -> "Iterator[_Convolution | _Normalised]":
        yield self._convolution
        yield self._normalised

    def forward(self, planes: Tensor) -> Tensor:
        """``[K, C, H, W, B]`` → ``[K, O, H/2, W/2, B]``."""
        values = self._normalised.forward(self._convolution.forward(planes))
        if self._pooled:
            self._before = _images(values)
            pooled, self._places = aten.max_pool2d_with_indices(self._before, [2, 2])
            values = _planes(pooled, values)
        self._after = values.relu_()
        return self._after

    def backward(self, gradient: Tensor) -> Tensor:
        """The gradient at the planes that came in."""
        gradient = aten.threshold_backward(gradient, self._after, 0)
        if self._pooled:
            images = aten.max_pool2d_with_indices_backward(
                _images(gradient), self._before, [2, 2], [2, 2], [0, 0], [1, 1], False, self._places
            )
            gradient = _planes(images, gradient)
        return self._convolution.backward(self._normalised.backward(gradient))


class _Convolution:
    """3×3 with a margin of zeros, without bias."""

    left = ("_inputs", "_matrix")

    def __init__(self, weight: Tensor, gradient: Tensor, dtype: torch.dtype, seeds: int) -> None:
        self._weight, self._gradient, self._dtype = weight, gradient, dtype
        self._seeds = seeds
        """S where the planes that come in are the seeds' and not the nets'."""
        self._pairs: dict[tuple[int, int], Tensor] = {}

    def forward(self, planes: Tensor) -> Tensor:
        """``[K, C, H, W, B]`` (of the first ``[S, …]``) → ``[K, O, H, W, B]``."""
        height, width, batch = self._plane = planes.shape[2:]
        self._paired = not self._seeds and height * width <= PAIRED
        if self._paired:
            self._inputs = planes.view(len(planes), -1, batch)
            self._matrix = self._of_pairs(height, width)
        else:
            self._inputs = _shifted(planes)
            self._matrix = self._weight.to(self._dtype).view(len(planes), -1, self._inputs.shape[1])
        return torch.bmm(self._matrix, self._inputs).view(
            *self._weight.shape[:2], height, width, batch
        )

    def backward(self, gradient: Tensor) -> Tensor:
        """Fill the weights' gradient; the gradient at the planes, of the first layer none."""
        height, width, batch = self._plane
        nets, out, channels = self._weight.shape[:3]
        outputs = gradient.view(len(self._matrix), self._matrix.shape[1], -1)
        of_matrix = torch.bmm(outputs, self._inputs.mT)
        if self._seeds:
            self._gradient.copy_(of_matrix.view_as(self._gradient))
            return gradient
        at_inputs = torch.bmm(self._matrix.mT, outputs)
        if self._paired:
            pixels = height * width
            pairs = of_matrix.view(nets * out, pixels, channels, pixels).transpose(1, 2)
            of_taps = pairs.reshape(-1, pixels * pixels) @ self._tap_of_pair(height, width)
            self._gradient.copy_(of_taps.view_as(self._gradient))
            return at_inputs.view(nets, channels, height, width, batch)
        self._gradient.copy_(of_matrix.view_as(self._gradient))
        return _unshifted(at_inputs.view(nets, channels, 3, 3, height, width, batch))

    def _of_pairs(self, height: int, width: int) -> Tensor:
        """The weights as matrices ``[K, O · HW, C · HW]``, 0 where pixels are no neighbours."""
        nets, out, channels = self._weight.shape[:3]
        pixels = height * width
        taps = self._weight.to(self._dtype).view(-1, TAPS)
        pairs = (taps @ self._tap_of_pair(height, width).T).view(nets * out, channels, pixels, -1)
        return pairs.transpose(1, 2).reshape(nets, out * pixels, channels * pixels)

    def _tap_of_pair(self, height: int, width: int) -> Tensor:
        """``[HW · HW, 9]``: 1 at the weight that leads from the second pixel to the first."""
        if (height, width) not in self._pairs:
            to = torch.stack(
                torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
            )
            offset = to.flatten(1)[:, None] - to.flatten(1)[:, :, None] + 1
            tap = torch.where(
                ((offset >= 0) & (offset < 3)).all(0), 3 * offset[0] + offset[1], TAPS
            )
            hot = F.one_hot(tap.flatten(), TAPS + 1)[:, :TAPS]
            self._pairs[height, width] = hot.to(self._weight.device, self._dtype).contiguous()
        return self._pairs[height, width]


class _Normalised:
    """Batch normalisation of every net's channels by themselves.

    The modules' running statistics become views of those that are kept here.
    """

    left = ("_inputs", "_mean", "_inverse")

    def __init__(
        self,
        modules: Sequence[nn.BatchNorm2d],
        scale: tuple[Tensor, Tensor],
        shift: tuple[Tensor, Tensor],
    ) -> None:
        self._first = modules[0]
        self._scale, self._shift = scale, shift
        self._running_mean = _shared(modules, "running_mean")
        self._running_var = _shared(modules, "running_var")
        self._batches = _shared(modules, "num_batches_tracked")

    def forward(self, planes: Tensor) -> Tensor:
        """``[K, C, H, W, B]`` → the same, with mean 0 and variance 1 but for scale and shift."""
        self._training = self._first.training
        self._inputs = planes.view(1, planes.shape[0] * planes.shape[1], -1)
        if self._training:
            if self._inputs.shape[2] == 1:
                raise ValueError("a variance wants more than one value per channel")
            self._batches += 1
        outputs, self._mean, self._inverse = aten.native_batch_norm(
            self._inputs,
            self._scale[0].reshape(-1),
            self._shift[0].reshape(-1),
            self._running_mean.view(-1),
            self._running_var.view(-1),
            self._training,
            self._first.momentum,
            self._first.eps,
        )
        normalised: Tensor = outputs.view_as(planes)
        return normalised

    def backward(self, gradient: Tensor) -> Tensor:
        """Fill the gradient of scale and shift; the gradient at the planes."""
        at_inputs, of_scale, of_shift = aten.native_batch_norm_backward(
            gradient.view_as(self._inputs),
            self._inputs,
            self._scale[0].reshape(-1),
            self._running_mean.view(-1),
            self._running_var.view(-1),
            self._mean,
            self._inverse,
            self._training,
            self._first.eps,
            [True, True, True],
        )
        self._scale[1].copy_(of_scale.view_as(self._scale[1]))
        self._shift[1].copy_(of_shift.view_as(self._shift[1]))
        at_planes: Tensor = at_inputs.view_as(gradient)
        return at_planes


class _Head:
    """The mean over the plane, and a linear answer."""

    left = ("_means", "_rounded")

    def __init__(
        self, weight: Tensor, for_weight: Tensor, bias: Tensor, for_bias: Tensor, dtype: torch.dtype
    ) -> None:
        self._weight, self._bias, self._dtype = weight, bias, dtype
        self._for_weight, self._for_bias = for_weight, for_bias

    def forward(self, planes: Tensor) -> Tensor:
        """``[K, C, H, W, B]`` → logits ``[K, B, classes]``."""
        self._shape = planes.shape
        self._means = planes.mean((2, 3)).mT
        self._rounded = self._weight.to(self._dtype)
        return torch.baddbmm(self._bias.to(self._dtype)[:, None], self._means, self._rounded.mT)

    def backward(self, gradient: Tensor) -> Tensor:
        """Fill the weights' gradient; the gradient at the planes."""
        self._for_weight.copy_(torch.bmm(gradient.mT, self._means))
        self._for_bias.copy_(gradient.sum(1))
        at_means = torch.bmm(self._rounded.mT, gradient.mT)
        at_means /= self._shape[2] * self._shape[3]
        return at_means[:, :, None, None].expand(self._shape)


def _images(planes: Tensor) -> Tensor:
    """``[K, C, H, W, B]`` as PyTorch's images ``[K · C, B, H, W]`` with the channels innermost."""
    return planes.flatten(0, 1).permute(0, 3, 1, 2)


def _planes(images: Tensor, like: Tensor) -> Tensor:
    """The way back."""
    planes = images.permute(0, 2, 3, 1).contiguous()
    return planes.view(*like.shape[:2], *planes.shape[1:])


def _shifted(planes: Tensor) -> Tensor:
    """``[N, C, H, W, B]`` → ``[N, 9 · C, H · W · B]``: what each weight of a net meets."""
    nets, channels, height, width, batch = planes.shape
    padded = F.pad(planes, (0, 0, 1, 1, 1, 1))
    of_net, of_channel, of_row, of_pixel, _ = padded.stride()
    return padded.as_strided(
        (nets, channels, 3, 3, height, width, batch),
        (of_net, of_channel, of_row, of_pixel, of_row, of_pixel, 1),
    ).reshape(nets, channels * TAPS, -1)


def _unshifted(shifted: Tensor) -> Tensor:
    """``[K, C, 3, 3, H, W, B]`` → ``[K, C, H, W, B]``: the sum over where a pixel was laid."""
    nets, channels, _, _, height, width, batch = shifted.shape
    padded = shifted.new_zeros(nets, channels, height + 2, width + 2, batch)
    for row in range(3):
        for column in range(3):
            padded[:, :, row : row + height, column : column + width] += shifted[:, :, row, column]
    return padded[:, :, 1:-1, 1:-1].contiguous()


def _shared(modules: Sequence[nn.Module], name: str) -> Tensor:
    """A buffer of all modules as one tensor ``[K, …]``, of which theirs become views."""
    together = torch.stack([module.get_buffer(name) for module in modules])
    for module, values in zip(modules, together, strict=True):
        setattr(module, name, values)
    return together


def _parts(flat: Tensor, shapes: Sequence[Tensor]) -> list[Tensor]:
    """Views of a flat tensor in the shapes of ``shapes``, one after the other."""
    chunks = flat.split([values.numel() for values in shapes])
    return [chunk.view_as(values) for chunk, values in zip(chunks, shapes, strict=True)]
