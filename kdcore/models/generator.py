"""A network that makes inputs out of noise, within the range of a data set's own."""

from math import ceil, prod

import torch
from torch import Tensor, nn

NOISE = 64
"""Numbers that an input is made of."""
CHANNELS, WIDTH = 32, 128
SLOPE = 0.2
"""Of the leaky rectifiers."""


class Generator(nn.Module):
    """Noise to images by upsampling and convolutions, to plain features by two hidden layers.

    A batch is normalised by its own mean and deviation, as one: so its inputs stay different from
    each other, and nothing is remembered from one batch to the next.

    Args:
        shape: of one input, ``(channels, height, width)`` or ``(features,)``.
        low: the smallest value, for each channel ``[channels, 1, 1]`` or feature ``[features]``.
        high: the largest.
    """

    low: Tensor
    high: Tensor

    def __init__(self, shape: tuple[int, ...], low: Tensor, high: Tensor) -> None:
        super().__init__()
        self.layers = _to_images(*shape) if len(shape) == 3 else _to_features(prod(shape))
        self.register_buffer("low", low)
        self.register_buffer("high", high)

    def forward(self, noise: Tensor) -> Tensor:
        """``[batch, NOISE]`` → raw inputs ``[batch, …]``, float32, from ``low`` to ``high``."""
        return torch.lerp(self.low, self.high, self.layers(noise).sigmoid())


def _to_features(features: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(NOISE, WIDTH),
        nn.LeakyReLU(SLOPE),
        nn.Linear(WIDTH, WIDTH),
        nn.LeakyReLU(SLOPE),
        nn.Linear(WIDTH, features),
        _own_statistics(nn.BatchNorm1d, features),
    )


def _to_images(channels: int, height: int, width: int) -> nn.Sequential:
    small = (ceil(height / 4), ceil(width / 4))
    middle = (ceil(height / 2), ceil(width / 2))
    return nn.Sequential(
        nn.Linear(NOISE, CHANNELS * prod(small)),
        nn.Unflatten(1, (CHANNELS, *small)),
        *_grown(middle),
        *_grown((height, width)),
        nn.Conv2d(CHANNELS, channels, 3, padding=1),
        _own_statistics(nn.BatchNorm2d, channels),
    )


def _grown(size: tuple[int, int]) -> list[nn.Module]:
    return [
        _own_statistics(nn.BatchNorm2d, CHANNELS),
        nn.Upsample(size=size),
        nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1),
        nn.LeakyReLU(SLOPE),
    ]


def _own_statistics(kind: type[nn.Module], channels: int) -> nn.Module:
    return kind(channels, track_running_stats=False)
