"""Sound: recordings of one length, which networks get as log-mel spectrograms."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from kdcore.inputs.kind import InputKind
from kdcore.inputs.log_mel import RANGE, frames_of, log_mel

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from torch import Tensor

RATE = 8_000.0
"""Samples a second to which recordings are brought: that of a telephone, enough for words."""
BANDS = 24
"""Mel bands."""
WINDOW, HOP = 0.032, 0.02
"""Seconds of a frame. Coarser than for the recognition of speech: a word is known by little, and
what tells speakers apart is in the rest."""
TOGETHER = 512
"""Recordings whose spectra are in memory at once."""
STILL = 1e-5
"""Standard deviation of a band below which it does not vary: what is left is rounding."""
LOWEST = float(np.log(10 ** (-RANGE / 10)))
"""Of a log-mel spectrogram, whose highest value is 0."""
LARGEST_SAMPLE = 32_767
LOUDNESS = 3_000
"""Root mean square of noise."""
SHADES = 255


@dataclass(frozen=True, slots=True)
class Audio(InputKind):
    """Stored as ``[n, samples]`` int16.

    Args:
        rate: samples a second.
    """

    name: ClassVar[str] = "audio"
    axes: ClassVar[int] = 3
    shown_as: ClassVar[str] = "sounds"
    picture: ClassVar[str] = "spectrograms"
    linear: ClassVar[bool] = False
    kept: ClassVar[bool] = True
    wants_convolutions: ClassVar[bool] = True

    rate: float = RATE

    def model_shape(self, stored: tuple[int, ...]) -> tuple[int, ...]:
        """``(1, bands, frames)``."""
        return 1, BANDS, frames_of(stored[0], self.rate, HOP)

    def spectrograms(self, inputs: "Tensor") -> "Tensor":
        """``[n, samples]`` → log-mel spectrograms ``[n, 1, bands, frames]``."""
        return log_mel(inputs, self.rate, BANDS, window=WINDOW, hop=HOP)[:, None]

    def statistics(self, inputs: "Tensor") -> "tuple[Tensor, Tensor]":
        """By mel band, ``[1, bands, 1]``; exact to float64, some recordings at a time."""
        frames = self.model_shape(tuple(inputs.shape[1:]))[2]
        mean = inputs.new_zeros(BANDS).double()
        squares = mean.clone()
        for some in inputs.split(TOGETHER):
            found = self.spectrograms(some).double()
            mean += found.sum((0, 1, 3))
            squares += found.square().sum((0, 1, 3))
        mean /= len(inputs) * frames
        std = (squares / (len(inputs) * frames) - mean.square()).clamp(min=0).sqrt()
        std[std < STILL] = 1.0
        return mean.float()[None, :, None], std.float()[None, :, None]

    def to_network(self, inputs: "Tensor", mean: "Tensor", std: "Tensor") -> "Tensor":
        """Spectrograms, each band by its mean and deviation in the training data."""
        return self.spectrograms(inputs).sub_(mean).div_(std)

    def stored(self, values: "Tensor") -> "Tensor":
        """Samples, rounded and clipped to 16 bits."""
        return values.round().clamp(-LARGEST_SAMPLE - 1, LARGEST_SAMPLE).short()

    def bounds(self, inputs: "Tensor", mean: "Tensor", std: "Tensor") -> "tuple[Tensor, Tensor]":
        """Silence and a recording's loudest band, ``[1, bands, 1]``."""
        del inputs
        return (LOWEST - mean) / std, -mean / std

    def random(
        self,
        size: int,
        shape: tuple[int, ...],
        mean: "Tensor",
        std: "Tensor",
        generator: "torch.Generator",
    ) -> "Tensor":
        """White noise; how loud is all the same to networks."""
        del std
        values = mean.new_empty((size, *shape), device="cpu").normal_(generator=generator)
        return self.stored(values * LOUDNESS)

    def suited_pair(self, shape: tuple[int, ...], examples: int) -> tuple[str, str]:
        """A convolutional network that reads on in time, and a small convolutional one."""
        del shape, examples
        return "crnn:16,32,32,64", "convnet:8,16,32"

    @classmethod
    def suits_plain_models(cls, shape: tuple[int, ...]) -> bool:
        """A word that comes a little later is another one to a fully connected net."""
        del shape
        return False

    def description(self, shape: tuple[int, ...]) -> str:
        """Bands and frames."""
        return f"recordings as {shape[1]} mel bands × {shape[2]} frames"

    def listed(self, values: "Tensor", digits: "Sequence[int]") -> list[Any]:
        """The samples."""
        del digits
        found: list[Any] = values.int().tolist()
        return found

    def shown(self, inputs: "Tensor") -> dict[str, np.ndarray]:
        """``sounds``: int16 ``[n, samples]``, ``spectrograms``: uint8 ``[n, bands, frames, 1]``.

        And ``rates``: float32 ``[n]``, samples a second. A spectrogram is 0 in silence and 255 in
        its loudest band; its first row is the highest band.
        """
        shades = (self.spectrograms(inputs).flip(2).movedim(1, 3) / -LOWEST + 1) * SHADES
        return {
            "sounds": inputs.cpu().numpy(),
            "spectrograms": shades.round().byte().contiguous().cpu().numpy(),
            "rates": np.full(len(inputs), self.rate, dtype=np.float32),
        }

    @property
    def identity(self) -> bytes:
        """The rate."""
        return f"audio at {self.rate} Hz".encode()

    @property
    def settings(self) -> dict[str, Any]:
        """The rate."""
        return {"rate": self.rate}
