"""Data as a teacher from a file has seen them: its order of the classes, its mean and deviation."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from kdcore.data.dataset import Dataset, Split
from kdcore.data.names import listed
from kdcore.notes import Note, note

ROUNDING = 1e-5
"""Difference of two normalisations, in standard deviations, that is none."""


def as_teacher_saw(data: Dataset, weights: Path) -> Dataset:
    """``data`` with what the file of a teacher says of its own.

    All networks of a run see the same inputs, so the students' are normalised alike. A file that
    says nothing, or cannot be used, changes nothing: whoever loads the network says so.
    """
    about = description(weights)
    notes: list[Note] = []
    data = _in_order(data, _texts(about.get("classes", "")), notes)
    data = _normalised(data, about, notes)
    return replace(data, notes=(*data.notes, *notes))


def description(weights: Path) -> dict[str, str]:
    """What a safetensors file says of itself; nothing where it is no such file."""
    if not weights.is_file():
        return {}
    try:
        with safe_open(weights, framework="pt") as saved:
            return saved.metadata() or {}
    except (OSError, SafetensorError):
        return {}


def _in_order(data: Dataset, classes: list[str], notes: list[Note]) -> Dataset:
    """The classes in the teacher's order where they are the same; else a note."""
    if len(classes) != len(data.classes) or classes == list(data.classes):
        return data
    if set(classes) != set(data.classes):
        notes.append(
            note("classes_renamed", teacher=listed(classes), data=listed(list(data.classes)))
        )
        return data
    number = torch.tensor([classes.index(name) for name in data.classes])
    notes.append(note("classes_reordered"))
    train, validation, test = (
        Split(split.inputs, number[split.labels])
        for split in (data.train, data.validation, data.test)
    )
    return replace(data, classes=tuple(classes), train=train, validation=validation, test=test)


def _normalised(data: Dataset, about: dict[str, str], notes: list[Note]) -> Dataset:
    mean, std = _numbers(about.get("mean", "")), _numbers(about.get("std", ""))
    if mean is None or std is None or not (mean.shape == std.shape == data.mean.shape):
        return data
    if not (mean.isfinite().all() and std.isfinite().all() and (std > 0).all()):
        return data
    own_mean = ((mean - data.offset) / data.scale).float()
    own_std = (std / data.scale).float()
    moved = ((own_mean - data.mean.cpu()) / own_std).abs().max()
    stretched = (own_std / data.std.cpu() - 1).abs().max()
    if max(moved, stretched) < ROUNDING:  # of the same data
        return data
    notes.append(note("teacher_normalisation"))
    return replace(data, mean=own_mean, std=own_std)


def _texts(written: str) -> list[str]:
    values = _json(written)
    good = isinstance(values, list) and all(isinstance(value, str) for value in values)
    return values if good else []


def _numbers(written: str) -> Tensor | None:
    try:
        return torch.tensor(_json(written), dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        return None


def _json(written: str) -> Any:
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return None
