"""ResNets for small images: three stages of 16, 32 and 64 channels."""

import torch.nn.functional as F
from torch import Tensor, nn

from kdcore.catalogue import parse_model

DEPTHS = {"resnet8": 8, "resnet20": 20, "resnet56": 56}


class Block(nn.Module):
    """Two 3×3 convolutions beside a shortcut, which is padded with zeros where it widens."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.stride, self.widening = stride, out_channels - in_channels
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)

    def forward(self, inputs: Tensor) -> Tensor:
        """``[batch, in_channels, height, width]`` → ``[batch, out_channels, height/stride, …]``."""
        values = F.relu(self.norm1(self.conv1(inputs)), inplace=True)
        values = self.norm2(self.conv2(values))
        values += self._shortcut(inputs)
        return F.relu(values, inplace=True)

    def _shortcut(self, inputs: Tensor) -> Tensor:
        """Every ``stride``-th pixel; by operators that keep the channels innermost both ways."""
        if self.stride > 1:
            inputs = F.avg_pool2d(inputs, 1, self.stride)
        if self.widening:
            inputs = F.pad(inputs, (0, 0, 0, 0, 0, self.widening))
        return inputs


class ResNet(nn.Module):
    """Depth 6n+2: a stem, three stages of n blocks, the mean over the plane, a linear answer.

    Source:
        He et al.: Deep Residual Learning for Image Recognition, 2015, section 4.2, option A.
    """

    def __init__(self, depth: int, channels: int, classes: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, 16, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        blocks, in_channels = [], 16
        for out_channels, first_stride in ((16, 1), (32, 2), (64, 2)):
            for number in range((depth - 2) // 6):
                blocks.append(Block(in_channels, out_channels, first_stride if number == 0 else 1))
                in_channels = out_channels
        self.blocks = nn.Sequential(*blocks)
        each = (depth - 2) // 6
        self.stages = [f"blocks.{each * stage - 1}" for stage in (1, 2, 3)]
        self.head = nn.Linear(64, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, inputs: Tensor) -> Tensor:
        """``[batch, channels, height, width]`` → logits ``[batch, classes]``."""
        values = self.blocks(F.relu(self.norm(self.stem(inputs)), inplace=True))
        return self.head(values.mean((-2, -1)))  # type: ignore[no-any-return]


def resnet(spec: str, input_shape: tuple[int, ...], classes: int) -> ResNet:
    """``resnet8``, ``resnet20`` or ``resnet56``."""
    family, _ = parse_model(spec)
    return ResNet(DEPTHS[family], input_shape[0], classes)
