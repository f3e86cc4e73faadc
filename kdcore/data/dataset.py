"""The one shape that every data set has: three splits of tensors and how to normalise them."""

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary

from kdcore.inputs import InputKind
from kdcore.notes import Note

TOGETHER = 512
"""Examples of which network inputs that are kept are made at once."""
MOST_KEPT, MOST_IN_ALL = 256 << 20, 1 << 30
"""Bytes of network inputs that are kept because networks ask for it: of a split, and in all, as
each seed may learn from a part of its own."""
AS_THEY_ARE = torch.zeros((), dtype=torch.float64), torch.ones((), dtype=torch.float64)
"""Offset and scale of inputs that were not changed."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Examples with their labels."""

    inputs: Tensor
    """``[n, …]``, as the data set's kind stores them."""
    labels: Tensor
    """``[n]`` int64, from 0 to classes - 1."""

    def take(self, index: Tensor) -> "Split":
        """The examples at ``index``, an int64 tensor, in its order."""
        return Split(self.inputs[index], self.labels[index])

    def to(self, device: torch.device) -> "Split":
        """The same examples on another device."""
        return Split(self.inputs.to(device), self.labels.to(device))


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Target data of a domain adaptation, in the form of the source; without training labels."""

    name: str
    """Of the data set, or the shift of the source."""
    train: Tensor
    """Inputs like those of the source's ``Split``; nobody has their labels."""
    test: Split

    def to(self, device: torch.device) -> "Target":
        """The same examples on another device."""
        return Target(self.name, self.train.to(device), self.test.to(device))


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a run learns from; validation comes from the training data, test is never learned."""

    name: str
    classes: tuple[str, ...]
    train: Split
    validation: Split
    test: Split
    mean: Tensor
    """float32, see ``InputKind.statistics``: ``[channels, 1, 1]`` of images, ``[features]``."""
    std: Tensor
    """Like ``mean``; 1 where the training inputs do not vary."""
    kind: InputKind
    """What the inputs are, and how they become a network's."""
    offset: Tensor = AS_THEY_ARE[0]
    """float64 on the CPU, ``[features]`` or a scalar: taken from features whose differences float32
    would lose. ``inputs · scale + offset`` are the features as they were brought."""
    scale: Tensor = AS_THEY_ARE[1]
    """Like ``offset``: by what they were divided after that."""
    columns: tuple[str, ...] = ()
    """Names of the features of a table."""
    notes: tuple[Note, ...] = ()
    """What was decided on reading, for people."""
    target: Target | None = None
    """Other data to which the students are to be adapted."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one example as models get it: ``(channels, height, width)`` of an image."""
        return self.kind.model_shape(self.stored_shape)

    @property
    def stored_shape(self) -> tuple[int, ...]:
        """Of one example as the splits hold it."""
        return tuple(self.train.inputs.shape[1:])

    def as_brought(self, inputs: Tensor) -> Tensor:
        """``[n, ...]`` inputs in the units in which they were brought, float64."""
        return inputs.cpu().double() * self.scale + self.offset

    @property
    def brought_mean(self) -> Tensor:
        """``mean`` in those units, float64."""
        return self.as_brought(self.mean)

    @property
    def brought_std(self) -> Tensor:
        """``std`` in those units, float64."""
        return self.std.cpu().double() * self.scale

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all examples, labels and class names; equal contents, equal fingerprint.

        The target is left out: a teacher never sees it.
        """
        digest = hashlib.sha256(repr(self.classes).encode())
        digest.update(self.kind.identity)
        if self.offset.any() or (self.scale != 1).any():
            digest.update(repr((self.offset.tolist(), self.scale.tolist())).encode())
        for split in (self.train, self.validation, self.test):
            for values in (split.inputs, split.labels):
                _update(digest, values)
        return digest.hexdigest()

    @property
    def fingerprint_with_target(self) -> str:
        """The same of all that a run sees; without a target it is ``fingerprint``."""
        if self.target is None:
            return self.fingerprint
        digest = hashlib.sha256(self.fingerprint.encode())
        for values in (self.target.train, self.target.test.inputs, self.target.test.labels):
            _update(digest, values)
        return digest.hexdigest()

    def normalised(self, inputs: Tensor) -> Tensor:
        """Stored values ``[batch, …]`` → what networks take, as new values."""
        if not torch.is_autocast_enabled(inputs.device.type):
            return self.kind.to_network(inputs, self.mean, self.std)
        with torch.autocast(inputs.device.type, enabled=False):  # inputs are float32 for all
            return self.kind.to_network(inputs, self.mean, self.std)

    def network_inputs(
        self, stored: Tensor, rows: Tensor | slice, wanted: torch.dtype | None = None
    ) -> Tensor:
        """What networks take of some of ``stored``.

        Where that is costly, or asked for and not too much, all is made once.

        Args:
            stored: the inputs of a split, ``[n, …]``; what is made of it lives as long as it does.
            rows: int64 on the same device, or a part.
            wanted: the type that the networks turn their inputs into; what they get has this type
                or float32.
        """
        type_ = wanted or torch.float32
        if not self.kind.kept and wanted is None:
            return self.normalised(_rows(stored, rows))
        of_types = self._kept.setdefault(stored, {})
        kept = of_types.get(type_)
        if kept is None:
            if not self.kind.kept and self._too_much(stored.numel() * type_.itemsize):
                return self.normalised(_rows(stored, rows))
            kept = of_types[type_] = self._made(stored, type_)
        return _rows(kept, rows)

    def _too_much(self, more: int) -> bool:
        """Whether so many bytes more are too many to be kept."""
        kept = sum(one.nbytes for of_types in self._kept.values() for one in of_types.values())
        return more > MOST_KEPT or kept + more > MOST_IN_ALL

    def _made(self, stored: Tensor, type_: torch.dtype) -> Tensor:
        """What networks take of all of ``stored``."""
        first, *others = stored.split(TOGETHER)
        some = self.normalised(first)
        made = some.new_empty((len(stored), *some.shape[1:]), dtype=type_)
        made[: len(some)] = some
        for place, part in zip(made.split(TOGETHER)[1:], others, strict=True):
            place.copy_(self.normalised(part))
        return made

    @cached_property
    def _kept(self) -> WeakIdKeyDictionary:
        """Network inputs by what they were made of and by their type."""
        return WeakIdKeyDictionary()

    def example(self) -> Tensor:
        """One network input of zeros ``[1, …]``, to measure and export networks with."""
        return self.kind.zeros(self.input_shape, self.mean)

    def to(self, device: torch.device) -> "Dataset":
        """The same data on another device."""
        return replace(
            self,
            train=self.train.to(device),
            validation=self.validation.to(device),
            test=self.test.to(device),
            mean=self.mean.to(device),
            std=self.std.to(device),
            target=self.target and self.target.to(device),
        )


def _rows(values: Tensor, rows: Tensor | slice) -> Tensor:
    """Some rows; to select them takes a tenth of the time of indexing."""
    return values[rows] if isinstance(rows, slice) else values.index_select(0, rows)


def _update(digest: "hashlib._Hash", values: Tensor) -> None:
    array = values.cpu().contiguous().numpy()
    digest.update(f"{array.dtype.str}{array.shape}".encode())
    digest.update(array.data)
