"""What is kept of all answers after an epoch: arrays in the run's folder and a diagnosis."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from kdcore.config import RunConfig
from kdcore.data import Dataset, class_numbers
from kdcore.events import Diagnosis, Snapshot
from kdcore.metrics.diagnosis import diagnose
from kdcore.store import RunFolder, packed
from kdcore.training.evaluation import Answers

WATCHED = 200
"""Validation examples whose soft labels are kept after every epoch."""
MOST_SNAPSHOTS = 60
"""Longer runs are kept at fewer epochs, the last one always."""


class Snapshots:
    """Takes snapshots; without a folder there are none."""

    def __init__(
        self, folder: RunFolder | None, data: Dataset, teacher: Answers, config: RunConfig
    ) -> None:
        self._folder = folder
        self._data = data
        self._teacher = teacher
        self._every = -(-config.epochs // MOST_SNAPSHOTS)
        self._epochs = config.epochs
        self._missing = class_numbers(config.drop_classes, data.classes)
        self._teacher_diagnosis: dict[str, Diagnosis] = {}

    def begin(self) -> str | None:
        """Keep what does not change: the watched examples and the teacher's answers to them."""
        if self._folder is None:
            return None
        self._folder.write("prepared.safetensors", watched_arrays(self._data, self._teacher))
        return "prepared.safetensors"

    def take(self, epoch: int, given: dict[str, Answers]) -> Iterator[Snapshot]:
        """The snapshot of ``epoch``, where one is due."""
        if self._folder is None or (epoch % self._every and epoch != self._epochs):
            return
        name = f"snapshot-{epoch:04d}.safetensors"
        self._folder.write(name, snapshot_arrays(given))
        if not self._teacher_diagnosis:
            self._teacher_diagnosis = diagnoses({"teacher": self._teacher}, self._data, None,
                                                self._missing)  # fmt: skip
        found = self._teacher_diagnosis | diagnoses(given, self._data, self._teacher, self._missing)
        yield Snapshot(epoch=epoch, arrays=name, learners=found)


def watched_arrays(data: Dataset, teacher: Answers) -> bytes:
    """The watched examples, their labels and the teacher's logits, as a safetensors file."""
    split = data.validation
    inputs = split.inputs[:WATCHED].cpu()
    arrays: dict[str, np.ndarray] = {
        "watched_labels": split.labels[:WATCHED].cpu().numpy(),
        "teacher_watched": teacher.validation[:WATCHED].numpy(),
    }
    if data.images:
        arrays["watched_images"] = _for_display(inputs)
    else:
        arrays["watched_points"] = inputs.numpy().astype(np.float32)
    return packed(arrays)


def snapshot_arrays(given: dict[str, Answers]) -> bytes:
    """The students' logits of the watched examples, as a safetensors file."""
    return packed({f"{learner}_watched": answers.validation[:WATCHED].numpy()
                   for learner, answers in given.items()})  # fmt: skip


def diagnoses(
    given: dict[str, Answers], data: Dataset, teacher: Answers | None, missing: Sequence[int]
) -> dict[str, Diagnosis]:
    """Where each learner is right, wrong and how sure; ``missing`` classes no student sees."""
    labels, validation_labels = data.test.labels.cpu(), data.validation.labels.cpu()
    return {
        learner: diagnose(answers.test, labels, answers.validation, validation_labels,
                          teacher.test if teacher else None, missing)
        for learner, answers in given.items()
    }  # fmt: skip


def _for_display(images: torch.Tensor) -> np.ndarray:
    """uint8 ``[n, c, h, w]`` of any range → ``[n, h, w, c]`` from 0 to 255."""
    values = images.float()
    top = 255.0 if values.max() > 16 else 16.0  # scikit-learn's digits go from 0 to 16
    return (values * (255.0 / top)).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
