"""A teacher that gets images of its own size, normalised in its own way, beside its students."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kdcore.catalogue import DATASETS
from kdcore.data.dataset import Dataset
from kdcore.errors import UserError
from kdcore.inputs import Image
from kdcore.jobs.run.config import RunConfig, parse_per_channel

OWN = "own_inputs"
"""Key in a file of ours that says that its network had inputs of its own."""
LARGEST = 1_024
"""Pixels along a side to which images are scaled for a teacher."""

Told = tuple[tuple[int, ...] | None, tuple[float, ...] | None, tuple[float, ...] | None]
"""What a file says: shape, mean and deviation."""


@dataclass(frozen=True, slots=True)
class TeacherInputs:
    """From what students get to what a teacher gets; a hook before its answer.

    Pixels count from 0, black, to 1, white.
    """

    shape: tuple[int, int, int]
    """``(channels, height, width)`` that the teacher takes."""
    mean: tuple[float, ...]
    """By channel."""
    std: tuple[float, ...]
    data_mean: tuple[float, ...]
    """Of the students' inputs, by channel of the data."""
    data_std: tuple[float, ...]

    def __call__(self, module: nn.Module, arguments: tuple[Tensor, ...]) -> Tensor:
        """``[batch, channels, height, width]`` → ``[batch, *shape]``."""
        del module
        pixels = arguments[0] * _column(self.data_std, arguments[0])
        pixels = (pixels + _column(self.data_mean, pixels)).expand(-1, self.shape[0], -1, -1)
        if pixels.shape[2:] != self.shape[1:]:
            pixels = F.interpolate(pixels, self.shape[1:], mode="bilinear", antialias=True)
        return (pixels - _column(self.mean, pixels)) / _column(self.std, pixels)

    def attach(self, network: nn.Module) -> None:
        """Let a network have these inputs whenever it is asked."""
        network.register_forward_pre_hook(self)

    @property
    def in_words(self) -> dict[str, str]:
        """For a note: size, mean and deviation."""
        mean, std = (", ".join(f"{one:.4g}" for one in part) for part in (self.mean, self.std))
        return {"size": f"{self.shape[1]}×{self.shape[2]}", "mean": mean, "std": std}

    @property
    def about(self) -> dict[str, str]:
        """What a file of ours says of a network with these inputs."""
        return {
            OWN: "true",
            "input_shape": json.dumps(self.shape),
            "mean": json.dumps([[[value * Image().white]] for value in self.mean]),
            "std": json.dumps([[[value * Image().white]] for value in self.std]),
        }

    @classmethod
    def wanted(cls, config: RunConfig, about: Mapping[str, str], data: Dataset) -> Self | None:
        """What the settings or else a file say; nothing where its network gets what students get.

        Args:
            config: ``teacher_input_size``, ``teacher_mean`` and ``teacher_std`` are read.
            about: what a file says of itself: ``input_size``, ``mean`` and ``std`` of pixels from 0
                to 1, as many programs write it, or in a file of ours its data's.
            data: of the run.

        Raises:
            UserError: the data hold no images, or there is another number of values than channels.
        """
        asked = any((config.teacher_input_size, config.teacher_mean, config.teacher_std))
        if not isinstance(data.kind, Image):
            if asked:
                raise UserError("teacher_inputs_images", dataset=data.name)
            return None
        told = _of_our_file(about, data) if "model" in about else _of_a_file(about)
        if not asked and told is None:
            return None
        shape, mean, std = told or (None, None, None)
        own = data.input_shape
        channels = shape[0] if shape else own[0]
        if size := config.teacher_input_size:
            shape = (channels, size, size)
        mean = _per_channel("teacher_mean", config.teacher_mean, channels) or mean
        std = _per_channel("teacher_std", config.teacher_std, channels) or std
        return cls.between(data, shape or (channels, *own[1:]), mean, std)

    @classmethod
    def between(
        cls,
        data: Dataset,
        shape: tuple[int, ...],
        mean: tuple[float, ...] | None,
        std: tuple[float, ...] | None,
    ) -> Self:
        """From the inputs of ``data`` to those of a teacher; without mean or std these are shared.

        Args:
            data: of images.
            shape: that the teacher takes.
            mean: of the teacher's pixels, by channel.
            std: likewise.

        Raises:
            UserError: the teacher takes fewer channels than there are.
        """
        white, own = _white(data), data.input_shape[0]
        channels, height, width = shape
        if own not in (1, channels):
            raise UserError(
                "input_shape", teacher=list(shape), dataset=data.name, data=list(data.input_shape)
            )
        shared = [(one.flatten() / white).tolist() for one in (data.mean, data.std)]
        repeated = [tuple(one * channels if own == 1 else one) for one in shared]
        return cls(
            (channels, height, width),
            _spread(mean, channels) or repeated[0],
            _spread(std, channels) or repeated[1],
            *map(tuple, shared),
        )


def teacher_inputs_of(network: nn.Module) -> TeacherInputs | None:
    """What stands before a network's answer, if anything does."""
    hooks = network._forward_pre_hooks.values()
    return next((hook for hook in hooks if isinstance(hook, TeacherInputs)), None)


def _white(data: Dataset) -> int:
    assert isinstance(data.kind, Image), "it holds images"
    return data.kind.white


def _of_our_file(about: Mapping[str, str], data: Dataset) -> Told | None:
    """Of a network that had inputs of its own, or images of another size."""
    shape = _json(about, "input_shape")
    if not _is_shape(shape) or (about.get(OWN) != "true" and shape[0] != data.input_shape[0]):
        return None
    if about.get(OWN) != "true" and shape == list(data.input_shape):
        return None
    source = DATASETS.get(about.get("dataset", ""))
    white = getattr(source.kind, "white", Image().white) if source else Image().white
    if about.get(OWN) == "true":
        white = Image().white
    return tuple(shape), *_mean_and_std(about, white)


def _of_a_file(about: Mapping[str, str]) -> Told | None:
    """As timm and others write it: ``[3, 224, 224]`` or ``224``, and pixels from 0 to 1."""
    size = _json(about, "input_size")
    mean, std = _mean_and_std(about, 1)
    if isinstance(size, int) and not isinstance(size, bool):
        size = [len(mean) if mean else 3, size, size]
    shape = tuple(size) if _is_shape(size) else None
    if shape is None and (mean is None or std is None):
        return None
    return shape, mean, std


def _is_shape(found: Any) -> bool:
    return (
        isinstance(found, list)
        and len(found) == 3
        and all(isinstance(side, int) and 1 <= side <= LARGEST for side in found)
    )


def _json(about: Mapping[str, str], key: str) -> Any:
    try:
        return json.loads(about.get(key, ""))
    except (ValueError, RecursionError):
        return None


def _mean_and_std(
    about: Mapping[str, str], unit: float
) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None]:
    mean, std = (_numbers(_json(about, key), unit) for key in ("mean", "std"))
    return mean, std if std and min(std) > 0 else None


def _numbers(found: Any, unit: float) -> tuple[float, ...] | None:
    """By channel; nothing where they are no numbers."""
    try:
        values = (torch.tensor(found, dtype=torch.float64).flatten() / unit).tolist()
    except (TypeError, ValueError, RuntimeError):
        return None
    return tuple(values) if values and all(map(isfinite, values)) else None


def _per_channel(setting: str, text: str, channels: int) -> tuple[float, ...] | None:
    values = parse_per_channel(setting, text)
    if len(values) not in (0, 1, channels):
        raise UserError("teacher_inputs_count", name=setting, value=text, channels=channels)
    return values or None


def _spread(values: tuple[float, ...] | None, channels: int) -> tuple[float, ...] | None:
    """One for each channel; nothing where there are others."""
    if values and len(values) == 1:
        return values * channels
    return values if values and len(values) == channels else None


def _column(values: tuple[float, ...], like: Tensor) -> Tensor:
    return like.new_tensor(values)[:, None, None]
