"""Images: uint8 pixels."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from kdcore.inputs.kind import InputKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from torch import Tensor

FEW = 1_000
"""Training examples."""
SMALL_SIDE, PLAIN_SIDE = 16, 28
"""Pixels: of images that a third convolution of stride 2 would reduce to nothing, and up to which
fully connected nets do well on gray ones."""
LARGEST_SIDE = 64
"""Pixels of an example in a preview."""
FULL, OF_DIGITS = 255, 16
"""White in most data sets, and in scikit-learn's digits."""


@dataclass(frozen=True, slots=True)
class Image(InputKind):
    """Stored as ``[n, channels, height, width]`` uint8, black 0; one or three channels.

    Args:
        white: the value of white.
    """

    name: ClassVar[str] = "image"
    axes: ClassVar[int] = 3
    shown_as: ClassVar[str] = "images"
    picture: ClassVar[str] = "images"
    framed: ClassVar[bool] = True
    wants_convolutions: ClassVar[bool] = True

    white: int = FULL

    @classmethod
    def guessed(cls, inputs: "Tensor") -> Self:
        """The kind of images that do not say what white is: 16 where none of them is brighter."""
        return cls(FULL if bool(inputs.max() > OF_DIGITS) else OF_DIGITS)

    def statistics(self, inputs: "Tensor") -> "tuple[Tensor, Tensor]":
        """By channel, ``[channels, 1, 1]``; exact, from counts of the 256 values."""
        counts = inputs.new_zeros((inputs.shape[1], 256)).double()
        for channel, row in enumerate(counts):
            row.copy_(inputs[:, channel].reshape(-1).bincount(minlength=256))
        shares = counts / counts.sum(1, keepdim=True)
        values = counts.new_tensor(range(256))
        mean = shares @ values
        std = (shares * (values - mean[:, None]) ** 2).sum(1).clamp(min=0).sqrt()
        std[std == 0] = 1.0
        return mean.float()[:, None, None], std.float()[:, None, None]

    def bounds(self, inputs: "Tensor", mean: "Tensor", std: "Tensor") -> "tuple[Tensor, Tensor]":
        """Black and white, ``[channels, 1, 1]``."""
        del inputs
        return -mean / std, (self.white - mean) / std

    def noise(
        self,
        size: int,
        inputs: "Tensor",
        mean: "Tensor",
        std: "Tensor",
        generator: "torch.Generator",
    ) -> "Tensor":
        """Whole numbers from black to the brightest value of the training data."""
        values = self.random(size, tuple(inputs.shape[1:]), mean, std, generator)
        return values.round().clamp(0, float(inputs.max())).byte()

    def suited_pair(self, shape: tuple[int, ...], examples: int) -> tuple[str, str]:
        """Convolutional; a third layer of small images would see no more."""
        if min(shape[1:]) < SMALL_SIDE:
            return "convnet:16,32", "convnet:8"
        return ("convnet:16,32,64" if examples < FEW else "convnet:32,64,128"), "convnet:8,16"

    @classmethod
    def suits_plain_models(cls, shape: tuple[int, ...]) -> bool:
        """Fully connected nets and forests do well on small gray images."""
        return shape[0] == 1 and max(shape[1:]) <= PLAIN_SIDE

    def description(self, shape: tuple[int, ...]) -> str:
        """Colours and size."""
        channels, height, width = shape
        return f"{'gray' if channels == 1 else 'colour'} images of {width}×{height} pixels"

    def listed(self, values: "Tensor", digits: "Sequence[int]") -> list[Any]:
        """Rows of shades or of ``[red, green, blue]``; large images leave rows and columns out."""
        del digits
        step = -(-max(values.shape[1:]) // LARGEST_SIDE)
        pixels = values.int()[:, ::step, ::step]
        found: list[Any] = (pixels[0] if len(pixels) == 1 else pixels.permute(1, 2, 0)).tolist()
        return found

    def shown(self, inputs: "Tensor") -> dict[str, np.ndarray]:
        """``images``: uint8 ``[n, h, w, c]`` from 0 to 255."""
        values = (inputs.float() * (FULL / self.white)).round().clamp(0, FULL)
        return {"images": values.byte().permute(0, 2, 3, 1).contiguous().cpu().numpy()}

    @property
    def settings(self) -> dict[str, Any]:
        """The value of white."""
        return {"white": self.white}
