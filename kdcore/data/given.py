"""Data that a Python program gives: known by a name as long as their run lasts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from kdcore.catalogue import GIVEN_DATA
from kdcore.data.assemble import MOST_CLASSES, assemble
from kdcore.data.dataset import Dataset, Split
from kdcore.data.names import distinct
from kdcore.errors import UserError, cause_of
from kdcore.inputs import Features, Image, InputKind

CHANNELS = (1, 3)
"""Of what is taken for images."""
FULL = 255
"""Shades of gray of a pixel beside black."""
ROUNDING = 1e-6
"""How far a pixel from 0 to 1 may be from one of these shades."""
TOGETHER = 256
"""Examples of a torch data set that are collected at once."""

Brought = tuple[Any, Any] | TorchDataset[Any] | DataLoader[Any]
"""Inputs and labels, a data set of torch or a loader of batches."""


@dataclass(frozen=True, slots=True)
class Given:
    """A program's data, and what its modules take."""

    data: Dataset
    shape: tuple[int, ...]
    """Of one example as it was brought."""
    whole: tuple[float, float] | None
    """The least and greatest number, where inputs are whole numbers such as tokens."""

    @property
    def flat(self) -> bool:
        """Whether the data have rows of numbers where a module takes another shape or tokens."""
        return self.whole is not None or self.shape != self.data.input_shape


_given: ContextVar[Mapping[str, Dataset]] = ContextVar("given_data", default={})  # noqa: B039


@contextmanager
def given_data(data: Dataset) -> Iterator[str]:
    """Inside, the data of this setting's value are these, in this thread alone."""
    name = GIVEN_DATA + data.name
    before = _given.set({name: data})
    try:
        yield name
    finally:
        _given.reset(before)


def find_given(name: str) -> Dataset:
    """The data of a setting.

    Raises:
        UserError: they belong to another program.
    """
    try:
        return _given.get()[name]
    except KeyError:
        raise UserError("given_elsewhere", dataset=name.removeprefix(GIVEN_DATA)) from None


def given_dataset(
    name: str,
    train: Brought,
    *,
    test: Brought | None = None,
    validation: Brought | None = None,
    classes: Sequence[str] = (),
    normalise: bool | tuple[Any, Any] = False,
    kind: InputKind | None = None,
) -> Given:
    """A program's examples as a data set; what is not given for testing is set aside.

    Images are ``[n, 1 or 3, height, width]``, bytes from 0 to 255 or numbers from 0 to 1 that were
    bytes. All else is kept as rows of numbers, and modules get it in its own shape.

    Args:
        name: for people.
        train: examples to learn from.
        test: others.
        validation: others.
        classes: names; without them they are numbers.
        normalise: by the training data's mean and deviation, or by a mean and deviation.
        kind: of the inputs, which are as it stores them then.

    Raises:
        UserError: there is something else.
    """
    if kind is not None and not isinstance(kind, InputKind):
        raise UserError("given_no_kind", found=type(kind).__name__)
    parts = {
        split: _examples(brought, split)
        for split, brought in (("training", train), ("test", test), ("validation", validation))
        if brought is not None or split == "training"
    }
    first, labels = parts["training"]
    for split, (inputs, own) in parts.items():
        _check(split, inputs, own, first)
    names = distinct(map(str, classes)) or _numbers(name, int(labels.max()) + 1)
    for split, (_, own) in parts.items():
        _check_labels(split, own, len(names))
    if kind is not None:
        return _of_kind(name, names, parts, kind, normalise)
    whole = not first.is_floating_point() and not _bytes(first)
    images = first.ndim == 4 and first.shape[1] in CHANNELS and not whole
    shaded = images and all(_bytes(inputs) or _shades(inputs) for inputs, _ in parts.values())
    unit = FULL if shaded and not _bytes(first) else 1
    splits = {
        split: Split(_pixels(inputs) if shaded else inputs.flatten(1).float(), own.long())
        for split, (inputs, own) in parts.items()
    }
    data = assemble(
        name,
        names,
        splits["training"],
        Image(FULL) if shaded else Features(),
        test=splits.get("test"),
        validation=splits.get("validation"),
    )
    data = _normalised(data, normalise, unit)
    limits = (float(first.min()), float(first.max())) if whole else None
    return Given(data, tuple(first.shape[1:]), limits)


def _of_kind(
    name: str,
    classes: tuple[str, ...],
    parts: dict[str, tuple[Tensor, Tensor]],
    kind: InputKind,
    normalise: bool | tuple[Any, Any],
) -> Given:
    """Examples as a kind stores them: modules get what it makes of them."""
    try:
        splits = {
            split: Split(_stored(inputs, kind), own.long())
            for split, (inputs, own) in parts.items()
        }
        data = assemble(
            name,
            classes,
            splits["training"],
            kind,
            test=splits.get("test"),
            validation=splits.get("validation"),
        )
        data.normalised(data.train.inputs[:1])
    except UserError:
        raise
    except Exception as error:  # of inputs of another form
        shape, cause = list(parts["training"][0].shape), cause_of(error)
        raise UserError("given_kind", kind=kind.name, shape=shape, cause=cause) from None
    data = _normalised(data, normalise, 1)
    return Given(data, data.input_shape, None)


def _stored(inputs: Tensor, kind: InputKind) -> Tensor:
    """The same numbers in the form in which a kind stores them."""
    if kind.linear:
        return inputs
    stored = kind.stored(inputs)
    if bool((other := stored != inputs).any()):
        raise ValueError(f"there is none for {inputs[other][0].item():g}")
    return stored


def _normalised(data: Dataset, normalise: bool | tuple[Any, Any], unit: float) -> Dataset:
    if normalise is True:
        return data
    if normalise is not False and not (isinstance(normalise, tuple | list) and len(normalise) == 2):
        raise UserError("given_normalisation_bad")
    mean, std = (0.0, 1.0) if normalise is False else normalise
    like = data.mean

    def spread(values: Any, name: str) -> Tensor:
        given = torch.as_tensor(values, dtype=torch.float32).cpu() * unit
        try:
            return given.reshape(like.shape) if given.numel() > 1 else given.expand(like.shape)
        except RuntimeError:
            raise UserError(
                "given_normalisation", name=name, found=given.numel(), wanted=like.numel()
            ) from None

    found = spread(mean, "mean").clone(), spread(std, "std").clone()
    if not all(bool(one.isfinite().all()) for one in found) or not bool((found[1] > 0).all()):
        raise UserError("given_normalisation_bad")
    return replace(data, mean=found[0], std=found[1])


def _examples(brought: Brought | None, split: str) -> tuple[Tensor, Tensor]:
    """Inputs ``[n, …]`` and labels ``[n]``, on the CPU."""
    if isinstance(brought, TorchDataset):
        brought = DataLoader(brought, batch_size=TOGETHER)
    try:
        if isinstance(brought, DataLoader):
            batches = [_pair(batch) for batch in brought]
            inputs = torch.cat([own for own, _ in batches])
            labels = torch.cat([own for _, own in batches])
        else:
            inputs, labels = _pair(brought)
    except UserError:
        raise
    except Exception as error:  # of whatever reads and collects them
        raise UserError("given_unreadable", split=split, cause=cause_of(error)) from None
    return inputs, labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels


def _pair(batch: Any) -> tuple[Tensor, Tensor]:
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        raise UserError("given_no_pair", found=type(batch).__name__)
    inputs, labels = (torch.as_tensor(part).detach().cpu() for part in batch)
    return inputs.to_dense() if inputs.layout != torch.strided else inputs, labels


def _check(split: str, inputs: Tensor, labels: Tensor, first: Tensor) -> None:
    """Raise ``UserError`` where there are no examples, or such as do not go together."""
    if inputs.ndim < 2 or not len(inputs) or inputs.is_complex():
        raise UserError("given_shape", split=split, shape=list(inputs.shape))
    if inputs.shape[1:] != first.shape[1:] or inputs.dtype != first.dtype:
        raise UserError("given_unlike", split=split, shape=list(inputs.shape), kind=_kind(inputs))
    if labels.ndim != 1 or len(labels) != len(inputs):
        raise UserError("given_lengths", split=split, inputs=len(inputs), labels=list(labels.shape))
    if labels.is_floating_point() or labels.is_complex():
        raise UserError("given_label_kind", split=split, kind=_kind(labels))
    if inputs.is_floating_point() and not bool(inputs.isfinite().all()):
        at = int((~inputs.isfinite()).flatten(1).any(1).nonzero()[0])
        raise UserError("given_not_finite", split=split, example=at)


def _numbers(dataset: str, count: int) -> tuple[str, ...]:
    """Names of classes that have none."""
    if count > MOST_CLASSES:
        raise UserError("too_many_classes", dataset=dataset, most=MOST_CLASSES)
    return tuple(map(str, range(count)))


def _check_labels(split: str, labels: Tensor, classes: int) -> None:
    outside = labels[(labels < 0) | (labels >= classes)]
    if len(outside):
        raise UserError(
            "given_label_outside", split=split, found=int(outside[0]), highest=classes - 1
        )


def _kind(values: Tensor) -> str:
    return str(values.dtype).removeprefix("torch.")


def _bytes(inputs: Tensor) -> bool:
    return inputs.dtype == torch.uint8


def _shades(inputs: Tensor) -> bool:
    """Whether all numbers are bytes that were divided by 255."""
    if not inputs.is_floating_point() or bool((inputs < 0).any() | (inputs > 1).any()):
        return False
    return bool(((inputs - (inputs * FULL).round() / FULL).abs() <= ROUNDING).all())


def _pixels(inputs: Tensor) -> Tensor:
    return inputs if _bytes(inputs) else (inputs * FULL).round().byte()
