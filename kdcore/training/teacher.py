"""The teacher: trained once by a fixed recipe, then found again by its content; or loaded.

Its recipe does not depend on the students' settings or seed, so that every run on the same data
meets the same teacher. It learns from all training data with their true labels.
"""

import hashlib
import json
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from kdcore.catalogue import is_forest, method_of
from kdcore.commands import Controls
from kdcore.config import RunConfig
from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.events import Event, TeacherEpoch
from kdcore.models.build import build_model
from kdcore.models.forest import Forest
from kdcore.store import CellsFolder, RunFolder, teacher_path
from kdcore.training.batches import batches
from kdcore.training.evaluation import answers, score
from kdcore.training.meter import Meter
from kdcore.training.students import Students
from kdcore.training.terms import Member, Terms, tuned
from kdcore.training.weights import load_module, save_module

OPTIMIZER, LR, SEED = "adam", 1e-3, 0
RECIPE_VERSION = 1
"""Of all that stands here; another number makes every cached teacher a stranger."""
BATCHES_PER_EPOCH, SMALLEST_BATCH, LARGEST_BATCH = 40, 16, 128
"""Small data get small batches, so that a pass over them still teaches something."""


@dataclass(frozen=True, slots=True)
class Teacher:
    """A frozen network and where it came from."""

    module: nn.Module
    source: str
    """``trained``, ``cached`` or ``loaded``."""

    def to(self, device: torch.device) -> "Teacher":
        """The same teacher on another device."""
        return Teacher(self.module.to(device), self.source)


def teach_teacher(
    config: RunConfig, data: Dataset, controls: Controls, folder: RunFolder | CellsFolder | None,
    device: torch.device, precision: str,
) -> Generator[Event, None, Teacher]:  # fmt: skip
    """The run's teacher; yields its epochs where it has to be trained.

    Raises:
        UserError: a given file does not hold a teacher for this data, or a forest for a method
            that looks inside.
        Stopped: the run was told to stop.
    """
    if config.teacher_weights:
        module = load_module(Path(config.teacher_weights), data)
        if isinstance(module, Forest) and not method_of(config.method).asks_answers_alone:
            raise UserError("forest_teacher", method=config.method)
        return Teacher(frozen(module.to(device)), "loaded")
    place = teacher_path(folder.root, teacher_key(config, data)) if folder else None
    if place and place.exists():
        try:
            return Teacher(frozen(load_module(place, data).to(device)), "cached")
        except UserError:
            place.unlink()  # a damaged cache is no reason to stop: the teacher is trained anew
    if is_forest(config.teacher):
        # scikit-learn's trees take two seconds to load
        from kdcore.training.forest_teacher import grow_teacher  # noqa: PLC0415

        module = (yield from grow_teacher(config, data, controls, SEED)).to(device)
    else:
        module = build_model(config.teacher, data.input_shape, len(data.classes), SEED)
        module = module.to(device)
        yield from _train(module, config, data, controls, device, precision)
    if place:
        save_module(place, module, config.teacher, data)
    return Teacher(frozen(module), "trained")


def teacher_key(config: RunConfig, data: Dataset) -> str:
    """Content hash of all that determines a trained teacher."""
    epochs = 0 if is_forest(config.teacher) else config.teacher_epochs
    parts = [data.fingerprint, config.teacher, epochs, OPTIMIZER, LR, SEED, RECIPE_VERSION]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


def frozen(module: nn.Module) -> nn.Module:
    """The module in evaluation mode for good, without gradients."""
    module.zero_grad(set_to_none=True)
    return module.eval().requires_grad_(requires_grad=False)


def _train(
    module: nn.Module, config: RunConfig, data: Dataset, controls: Controls,
    device: torch.device, precision: str,
) -> Generator[Event, None, None]:  # fmt: skip
    size = len(data.train.labels)
    batch_size = min(LARGEST_BATCH, max(SMALLEST_BATCH, size // BATCHES_PER_EPOCH))
    alone = Member("hard", temperature=1.0, weight=0.0, lr=LR)
    tuning = tuned([alone], "convex", device)
    students = Students(
        [[module]], optimizer=OPTIMIZER, lr=tuning.lr, precision=precision, device=device
    )
    terms = Terms([alone.method])
    meter = Meter(1, 1, terms)
    for epoch in range(1, config.teacher_epochs + 1):
        began = time.perf_counter()
        module.train()
        for index in batches(size, batch_size, SEED, epoch):
            controls.raise_if_stopped()
            index = index.to(device)
            labels = data.train.labels.index_select(0, index)[None]
            inputs = data.normalised(data.train.inputs.index_select(0, index))[None]
            logits = students.forward(inputs)
            hard, soft = terms.gradients(logits, labels, None, tuning)
            students.learn(hard, tuning.lr)
            meter.record(logits, labels, None, hard, soft)
        if bad := meter.report(tuning).not_finite():
            _, term, value = bad[0]
            raise UserError("teacher_not_finite", term=term, value=str(value), epoch=epoch)
        means = meter.epoch_means()[0]
        scores = score(answers(module, data, precision), data, None, means)
        yield TeacherEpoch(
            epoch=epoch, epochs=config.teacher_epochs, seconds=time.perf_counter() - began,
            train_loss=means["train_loss"], train_accuracy=means["train_accuracy"],
            validation_accuracy=scores.validation_accuracy, test_accuracy=scores.test_accuracy,
            test_errors=scores.test_errors,
        )  # fmt: skip
