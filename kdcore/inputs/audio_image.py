"""Sound and an image of the same thing: a recording beside the pixels of one gray image."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from kdcore.inputs.audio import BANDS, RATE, Audio
from kdcore.inputs.kind import InputKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from torch import Tensor

SIDE = 28
"""Pixels of an image."""
EDGE = 2
"""Pixels at each side that networks do not get: so an image is as high as a spectrogram."""
SEEN = SIDE - 2 * EDGE
WHITE = 255
assert SEEN == BANDS, "image and spectrogram lie side by side"


@dataclass(frozen=True, slots=True)
class AudioImage(InputKind):
    """Stored as ``[n, samples + SIDE²]`` int16: samples, then pixels row by row, black 0.

    Networks get ``[n, 1, bands, frames + SEEN]``: the spectrogram, and right of it the middle of
    the image.
    """

    name: ClassVar[str] = "audio_image"
    axes: ClassVar[int] = 3
    shown_as: ClassVar[str] = "seen"
    picture: ClassVar[str] = "spectrograms"
    linear: ClassVar[bool] = False
    kept: ClassVar[bool] = True
    wants_convolutions: ClassVar[bool] = True

    rate: float = RATE

    @property
    def sound(self) -> Audio:
        """The kind of the recordings alone."""
        return Audio(self.rate)

    def model_shape(self, stored: tuple[int, ...]) -> tuple[int, ...]:
        """``(1, bands, frames + SEEN)``."""
        _, bands, frames = self.sound.model_shape((stored[0] - SIDE * SIDE,))
        return 1, bands, frames + SEEN

    def statistics(self, inputs: "Tensor") -> "tuple[Tensor, Tensor]":
        """By mel band, and one of all pixels: ``[1, bands, frames + SEEN]``."""
        sounds, images = parts(inputs)
        pixels = images.double()
        mean, std = self.sound.statistics(sounds)
        both = [
            of_sound.expand(self.model_shape(tuple(inputs.shape[1:]))).clone()
            for of_sound in (mean, std)
        ]
        both[0][..., -SEEN:] = pixels.mean()
        both[1][..., -SEEN:] = pixels.std(correction=0) or 1.0
        return both[0], both[1]

    def to_network(self, inputs: "Tensor", mean: "Tensor", std: "Tensor") -> "Tensor":
        """Both, normalised by what the training data have."""
        sounds, images = parts(inputs)
        shape = self.model_shape(tuple(inputs.shape[1:]))
        whole = mean.new_empty((inputs.shape[0], *shape))  # len() would fix an exported batch
        whole[..., :-SEEN] = self.sound.spectrograms(sounds)
        whole[..., -SEEN:] = images[:, None, EDGE:-EDGE, EDGE:-EDGE]
        return whole.sub_(mean).div_(std)

    def stored(self, values: "Tensor") -> "Tensor":
        """Samples and shades, rounded and clipped."""
        found = self.sound.stored(values)
        found[:, -SIDE * SIDE :] = found[:, -SIDE * SIDE :].clamp(0, WHITE)
        return found

    def bounds(self, inputs: "Tensor", mean: "Tensor", std: "Tensor") -> "tuple[Tensor, Tensor]":
        """Silence and black, a recording's loudest band and white."""
        low, high = self.sound.bounds(inputs, mean, std)
        low[..., -SEEN:] = (-mean / std)[..., -SEEN:]
        high[..., -SEEN:] = ((WHITE - mean) / std)[..., -SEEN:]
        return low, high

    def random(
        self,
        size: int,
        shape: tuple[int, ...],
        mean: "Tensor",
        std: "Tensor",
        generator: "torch.Generator",
    ) -> "Tensor":
        """White noise beside pixels of random shades."""
        sounds = (shape[0] - SIDE * SIDE,)
        samples = self.sound.random(size, sounds, mean, std, generator)
        shades = mean.new_empty((size, SIDE * SIDE), device="cpu").uniform_(
            0, WHITE, generator=generator
        )
        made = samples.new_empty((size, *shape))
        made[:, : -SIDE * SIDE] = samples
        made[:, -SIDE * SIDE :] = shades.short()
        return made

    def suited_pair(self, shape: tuple[int, ...], examples: int) -> tuple[str, str]:
        """A teacher that gets both, a student that gets the sound alone."""
        del shape, examples
        return "audio_visual:16,32,64", "audio_only:8,16,32"

    def description(self, shape: tuple[int, ...]) -> str:
        """Bands, frames and pixels."""
        return (
            f"recordings as {shape[1]} mel bands × {shape[2] - SEEN} frames, each beside a gray "
            f"image of {SIDE}×{SIDE} pixels"
        )

    def listed(self, values: "Tensor", digits: "Sequence[int]") -> list[Any]:
        """The samples, then the pixels."""
        return self.sound.listed(values, digits)

    def shown(self, inputs: "Tensor") -> dict[str, np.ndarray]:
        """What is shown of sound, and ``seen``: uint8 ``[n, SIDE, SIDE]``."""
        sounds, images = parts(inputs)
        return {"seen": images.byte().cpu().numpy(), **self.sound.shown(sounds)}

    @property
    def identity(self) -> bytes:
        """The rate, and that there are images."""
        return self.sound.identity + b" with images"

    @property
    def settings(self) -> dict[str, Any]:
        """The rate."""
        return {"rate": self.rate}


def parts(inputs: "Tensor") -> "tuple[Tensor, Tensor]":
    """Stored values ``[n, …]`` → recordings ``[n, samples]`` and images ``[n, SIDE, SIDE]``."""
    return inputs[:, : -SIDE * SIDE], inputs[:, -SIDE * SIDE :].reshape(-1, SIDE, SIDE)
