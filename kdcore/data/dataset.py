"""The one shape that every data set has: three splits of tensors and how to normalise them."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Examples with their labels."""

    inputs: Tensor
    """``[n, channels, height, width]`` uint8 for images, ``[n, features]`` float32 otherwise."""
    labels: Tensor
    """``[n]`` int64, from 0 to classes - 1."""

    def take(self, index: Tensor) -> "Split":
        """The examples at ``index``, an int64 tensor, in its order."""
        return Split(self.inputs[index], self.labels[index])

    def to(self, device: torch.device) -> "Split":
        """The same examples on another device."""
        return Split(self.inputs.to(device), self.labels.to(device))


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a run learns from; validation comes from the training data, test is never learned."""

    name: str
    classes: tuple[str, ...]
    train: Split
    validation: Split
    test: Split
    mean: Tensor
    """float32, of the training inputs as they are: ``[channels, 1, 1]`` or ``[features]``."""
    std: Tensor
    """Like ``mean``; 1 where the training inputs do not vary."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one example: ``(channels, height, width)`` or ``(features,)``."""
        return tuple(self.train.inputs.shape[1:])

    @property
    def images(self) -> bool:
        """Whether the inputs are uint8 images rather than float32 features."""
        return self.train.inputs.ndim == 4

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all examples, labels and class names; equal contents, equal fingerprint."""
        digest = hashlib.sha256(repr(self.classes).encode())
        for split in (self.train, self.validation, self.test):
            for values in (split.inputs, split.labels):
                array = values.cpu().contiguous().numpy()
                digest.update(f"{array.dtype.str}{array.shape}".encode())
                digest.update(array.data)
        return digest.hexdigest()

    def normalised(self, inputs: Tensor) -> Tensor:
        """``(inputs - mean) / std`` as new float32 values ``[batch, ...]``."""
        return torch.sub(inputs, self.mean).div_(self.std)

    def to(self, device: torch.device) -> "Dataset":
        """The same data on another device."""
        return replace(
            self, train=self.train.to(device), validation=self.validation.to(device),
            test=self.test.to(device), mean=self.mean.to(device), std=self.std.to(device),
        )  # fmt: skip
