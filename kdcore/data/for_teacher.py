"""What the file of a teacher says of the data that it was trained on, beside those of a run."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from kdcore.catalogue import MODELS, is_given
from kdcore.data.dataset import Dataset
from kdcore.data.names import listed
from kdcore.data.teacher_inputs import TeacherInputs
from kdcore.jobs.run.config import RunConfig
from kdcore.notes import Note, note

ROUNDING = 1e-5
"""Difference of two normalisations, in standard deviations, that is none."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The data that a network of a file was trained on; nothing where the file does not say."""

    model: str
    classes: list[str]
    """In the order of its logits."""
    mean: Tensor | None
    """Of its inputs in the units in which they were brought, float64."""
    std: Tensor | None
    """Like ``mean``."""

    @classmethod
    def on(cls, about: dict[str, str]) -> Self:
        """What the description ``about`` of a file says."""
        classes = _json(about.get("classes", ""))
        good = isinstance(classes, list) and all(isinstance(name, str) for name in classes)
        return cls(
            about.get("model", ""),
            classes if good else [],
            _numbers(about.get("mean", "")),
            _numbers(about.get("std", "")),
        )

    def order(self, data: Dataset) -> list[int] | None:
        """For each class of ``data`` its place among the logits; ``None``: they stand alike."""
        same = sorted(self.classes) == sorted(data.classes)
        if not same or self.classes == list(data.classes):
            return None
        return [self.classes.index(name) for name in data.classes]

    def other_inputs(self, data: Dataset) -> tuple[Tensor, Tensor] | None:
        """Mean and deviation where they differ from those of ``data`` and can be used."""
        if self.mean is None or self.std is None:
            return None
        if not self.mean.shape == self.std.shape == data.mean.shape:
            return None
        if not (self.mean.isfinite().all() and self.std.isfinite().all() and (self.std > 0).all()):
            return None
        moved = ((self.mean - data.brought_mean) / self.std).abs().max()
        stretched = (self.std / data.brought_std - 1).abs().max()
        return (self.mean, self.std) if max(moved, stretched) > ROUNDING else None

    @property
    def convolutional(self) -> bool:
        """Whether a change of the inputs cannot be written into the first layer."""
        specs = [spec.strip() for spec in self.model.split("+")]
        if any(map(is_given, specs)):
            return True
        families = (spec.partition(":")[0] for spec in specs)
        return any(
            name in MODELS and (MODELS[name].convolutional or MODELS[name].registered)
            for name in families
        )


def beside_teacher(data: Dataset, weights: Path, config: RunConfig | None = None) -> Dataset:
    """``data`` for a run whose teacher comes from a file, with notes on where the two differ.

    A teacher that has inputs of its own, by ``config`` or its file, changes nothing for the
    students. Any other convolutional teacher and its students share the mean and deviation of its
    file: at the borders its first layer adds zeros to what was normalised. Other teachers are
    changed themselves, see ``kdcore.training.weights.adapted``.
    """
    about = _description(weights)
    trained = Trained.on(about)
    own = TeacherInputs.wanted(config or RunConfig(), about, data)
    notes: list[Note] = []
    if trained.order(data):
        notes.append(note("classes_reordered"))
    elif len(trained.classes) == len(data.classes) and trained.classes != list(data.classes):
        notes.append(
            note(
                "classes_renamed", teacher=listed(trained.classes), data=listed(list(data.classes))
            )
        )
    if own:
        notes.append(note("teacher_own_inputs", **own.in_words))
    elif other := trained.other_inputs(data):
        notes.append(
            note("shared_normalisation" if trained.convolutional else "teacher_normalisation")
        )
        if trained.convolutional:
            mean, std = other
            data = replace(
                data,
                mean=((mean - data.offset) / data.scale).float(),
                std=(std / data.scale).float(),
            )
    return replace(data, notes=(*data.notes, *notes))


def _description(weights: Path) -> dict[str, str]:
    """What a safetensors file says of itself; nothing where it is no such file.

    Whoever loads the network says what is wrong with it.
    """
    if not weights.is_file():
        return {}
    try:
        with safe_open(weights, framework="pt") as saved:
            return saved.metadata() or {}
    except (OSError, SafetensorError):
        return {}


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
