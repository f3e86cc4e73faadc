"""What is kept of all answers after an epoch: arrays in the run's folder and a diagnosis."""

from collections.abc import Iterator

import numpy as np
import torch

from kdcore.data import Dataset
from kdcore.events import Diagnosis, Snapshot
from kdcore.metrics.diagnosis import diagnose
from kdcore.store import RunFolder
from kdcore.training.evaluation import Answers

WATCHED = 200
"""Validation examples whose soft labels are kept after every epoch."""
MOST_SNAPSHOTS = 60
"""Longer runs are kept at fewer epochs, the last one always."""


class Snapshots:
    """Takes snapshots; without a folder there are none."""

    def __init__(
        self, folder: RunFolder | None, data: Dataset, teacher: Answers, epochs: int
    ) -> None:
        self._folder = folder
        self._data = data
        self._teacher = teacher
        self._every = -(-epochs // MOST_SNAPSHOTS)
        self._epochs = epochs
        self._teacher_diagnosis: Diagnosis | None = None

    def begin(self) -> str | None:
        """Keep what does not change: the watched examples and the teacher's answers to them."""
        if self._folder is None:
            return None
        split = self._data.validation
        inputs = split.inputs[:WATCHED].cpu()
        arrays: dict[str, np.ndarray] = {
            "watched_labels": split.labels[:WATCHED].cpu().numpy(),
            "teacher_watched": self._teacher.validation[:WATCHED].numpy(),
        }
        if self._data.images:
            arrays["watched_images"] = _for_display(inputs)
        else:
            arrays["watched_points"] = inputs.numpy().astype(np.float32)
        self._folder.save_arrays("prepared.safetensors", arrays)
        return "prepared.safetensors"

    def take(self, epoch: int, given: dict[str, Answers]) -> Iterator[Snapshot]:
        """The snapshot of ``epoch``, where one is due."""
        if self._folder is None or (epoch % self._every and epoch != self._epochs):
            return
        name = f"snapshot-{epoch:04d}.safetensors"
        self._folder.save_arrays(name, {
            f"{learner}_watched": answers.validation[:WATCHED].numpy()
            for learner, answers in given.items()
        })  # fmt: skip
        labels = self._data.test.labels.cpu(), self._data.validation.labels.cpu()
        if self._teacher_diagnosis is None:
            self._teacher_diagnosis = diagnose(
                self._teacher.test, labels[0], self._teacher.validation, labels[1], None
            )
        diagnoses = {"teacher": self._teacher_diagnosis}
        for learner, answers in given.items():
            diagnoses[learner] = diagnose(
                answers.test, labels[0], answers.validation, labels[1], self._teacher.test
            )
        yield Snapshot(epoch=epoch, arrays=name, learners=diagnoses)


def _for_display(images: torch.Tensor) -> np.ndarray:
    """uint8 ``[n, c, h, w]`` of any range → ``[n, h, w, c]`` from 0 to 255."""
    values = images.float()
    top = 255.0 if values.max() > 16 else 16.0  # scikit-learn's digits go from 0 to 16
    return (values * (255.0 / top)).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
