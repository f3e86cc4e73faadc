"""Kinds of input, one a file: a data set holds one, models and methods say which they accept."""

from collections.abc import Mapping, Sequence
from typing import Any

from kdcore.inputs.features import Features
from kdcore.inputs.image import Image
from kdcore.inputs.kind import InputKind

INPUT_KINDS: dict[str, type[InputKind]] = {kind.name: kind for kind in (Image, Features)}
"""By name."""

__all__ = ["INPUT_KINDS", "Features", "Image", "InputKind", "kind_of_shape", "make_kind"]


def kind_of_shape(shape: Sequence[int]) -> type[InputKind]:
    """The kind of inputs of which a run of an earlier version kept no more than the shape."""
    return Image if len(shape) == Image.axes else Features


def make_kind(name: str, settings: Mapping[str, Any]) -> InputKind:
    """The kind of this name with these ``settings``.

    Raises:
        KeyError: there is none of the name.
        TypeError: it has other settings.
    """
    return INPUT_KINDS[name](**settings)
