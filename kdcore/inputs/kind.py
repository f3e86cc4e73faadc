"""What is different about images, rows of numbers and other modalities, behind one interface."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from torch import Tensor


class InputKind(ABC):
    """How stored values become a network's input, how they are shown, what may be done with them.

    A data set holds one of its kind's objects; what only that kind has, the value of white or a
    vocabulary, are fields of it. Nothing here imports torch, so that the screen can ask too.
    """

    name: ClassVar[str]
    """In the catalogue."""
    axes: ClassVar[int]
    """Of the shape of one example as models get it."""
    shown_as: ClassVar[str]
    """The array of ``shown`` that all others belong to."""
    picture: ClassVar[str] = ""
    """The array of ``shown`` that is a picture of each example, uint8 ``[n, height, width, 1]`` or
    ``[…, 3]``; empty where there is none."""
    mixable: ClassVar[bool] = True
    """Whether a weighted mean of two network inputs is one, as mixup takes it to be."""
    differentiable: ClassVar[bool] = True
    """Whether network inputs are real numbers: noise, attacks and gradients act on them."""
    linear: ClassVar[bool] = True
    """Whether a network's input is ``(stored − mean) / std``: a first layer can hold that, and a
    generator can make stored values."""
    framed: ClassVar[bool] = False
    """Whether stored values are pixels: they can be shifted, turned, covered and blurred."""
    kept: ClassVar[bool] = False
    """Whether a network's inputs cost so much to make that they are made once and kept."""
    wants_convolutions: ClassVar[bool] = False
    """Whether models with convolutions are the ones to begin with."""

    def model_shape(self, stored: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of one example as models get it.

        Args:
            stored: the shape of one example as a ``Split`` holds it.
        """
        return stored

    @abstractmethod
    def statistics(self, inputs: "Tensor") -> "tuple[Tensor, Tensor]":
        """Mean and standard deviation of training inputs ``[n, …]``, float32.

        Where nothing varies the deviation is 1, so that dividing by it changes nothing.
        """

    def to_network(self, inputs: "Tensor", mean: "Tensor", std: "Tensor") -> "Tensor":
        """Stored values ``[n, …]`` → what networks take, as new values."""
        return inputs.to(mean.dtype, copy=True).sub_(mean).div_(std)

    def stored(self, values: "Tensor") -> "Tensor":
        """Numbers of somebody's own, float64 ``[n, …]``, as networks can be fed with them."""
        return values.float()

    def zeros(self, shape: tuple[int, ...], like: "Tensor") -> "Tensor":
        """One network input ``[1, …]`` of a ``model_shape``, to measure and export networks with.

        Args:
            shape: as models get it.
            like: a tensor of floats on the device where it is wanted.
        """
        return like.new_zeros((1, *shape))

    @abstractmethod
    def bounds(self, inputs: "Tensor", mean: "Tensor", std: "Tensor") -> "tuple[Tensor, Tensor]":
        """The least and the greatest values that network inputs can have, to be broadcast to them.

        Args:
            inputs: of the training data, ``[n, …]`` as they are stored.
            mean: see ``statistics``.
            std: likewise.
        """

    def random(
        self,
        size: int,
        shape: tuple[int, ...],
        mean: "Tensor",
        std: "Tensor",
        generator: "torch.Generator",
    ) -> "Tensor":
        """Stored values ``[size, …]`` on the CPU that mean nothing, of the data's distribution.

        Args:
            size: how many.
            shape: of one example as it is stored.
            mean: see ``statistics``.
            std: likewise.
            generator: on the CPU.
        """
        values = mean.new_empty((size, *shape), device="cpu").normal_(generator=generator)
        return values * std.cpu() + mean.cpu()

    def noise(
        self,
        size: int,
        inputs: "Tensor",
        mean: "Tensor",
        std: "Tensor",
        generator: "torch.Generator",
    ) -> "Tensor":
        """The same within the limits of the training data's ``inputs``, ``[n, …]``."""
        return self.random(size, tuple(inputs.shape[1:]), mean, std, generator)

    @abstractmethod
    def suited_pair(self, shape: tuple[int, ...], examples: int) -> tuple[str, str]:
        """A teacher and a much smaller student that learn in reasonable time on a CPU.

        Args:
            shape: of one example as models get it.
            examples: for training.
        """

    @classmethod
    def suits_plain_models(cls, shape: tuple[int, ...]) -> bool:
        """Whether models without convolutions do well on inputs of this ``model_shape``."""
        del shape
        return True

    @abstractmethod
    def description(self, shape: tuple[int, ...]) -> str:
        """What inputs of this ``model_shape`` are, in English: ``gray images of 8×8 pixels``."""

    @abstractmethod
    def listed(self, values: "Tensor", digits: "Sequence[int]") -> list[Any]:
        """One example as JSON takes it, for a preview.

        Args:
            values: as they were brought, float64, of the shape of a stored example.
            digits: that mean something, of each of a row of numbers.
        """

    @abstractmethod
    def shown(self, inputs: "Tensor") -> dict[str, np.ndarray]:
        """Arrays from which a browser can show stored values ``[n, …]``; ``shown_as`` is one."""

    @property
    def identity(self) -> bytes:
        """What stored values mean beyond themselves, for the fingerprint of a data set."""
        return b""

    @property
    def settings(self) -> dict[str, Any]:
        """The fields, as JSON takes them."""
        return {}
