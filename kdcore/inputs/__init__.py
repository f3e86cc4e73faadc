"""Kinds of input, one a file: a data set holds one, models and methods say which they accept."""

from collections.abc import Mapping, Sequence
from typing import Any

from kdcore.inputs.audio import Audio
from kdcore.inputs.audio_image import AudioImage
from kdcore.inputs.features import Features
from kdcore.inputs.image import Image
from kdcore.inputs.kind import InputKind
from kdcore.inputs.text import Text

INPUT_KINDS: dict[str, type[InputKind]] = {
    kind.name: kind for kind in (Image, Features, Text, AudioImage, Audio)
}
"""By name; one that shows all that another shows, and more, stands before it."""

__all__ = [
    "INPUT_KINDS",
    "Audio",
    "AudioImage",
    "Features",
    "Image",
    "InputKind",
    "Text",
    "kind_of_shape",
    "make_kind",
]


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
