"""What is said of data before a run."""

from dataclasses import dataclass, field
from typing import Any

from kdcore.events.base import Event
from kdcore.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCount:
    """A class and its examples in each split."""

    name: str
    train: int
    validation: int
    test: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One training example."""

    class_name: str
    values: list[Any]
    """See ``InputKind.listed``: of an image rows of shades or of ``[red, green, blue]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview(Event):
    """Data were read, and nothing was trained."""

    kind = "preview"

    name: str
    input_shape: list[int]
    """Of one example as models get it: ``[channels, height, width]``, ``[features]`` …"""
    train_size: int
    validation_size: int
    test_size: int
    classes: list[ClassCount]
    columns: list[str]
    """Names of a table's features; nothing of images and of data without names."""
    examples: list[Example]
    families: list[str]
    """Of models that suit, see the catalogue."""
    teacher: str
    """A model that suits."""
    student: str
    """A smaller one."""
    input_kind: str = ""
    """``image``, ``features`` …"""
    description: str = ""
    """Of the inputs, in English: ``gray images of 8×8 pixels``."""
    notes: list[Note] = field(default_factory=list)
    """What was decided on reading, for people."""
