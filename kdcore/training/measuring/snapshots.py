"""What is kept of all answers after an epoch: arrays in the run's folder and a diagnosis."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch

from kdcore.data import Dataset, Split, class_numbers
from kdcore.events import Diagnosis, DomainShift
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Snapshot
from kdcore.metrics.diagnosis import diagnose
from kdcore.store import RunFolder, packed
from kdcore.training.measuring.domain_shift import ShiftAxes
from kdcore.training.measuring.evaluation import Predictions
from kdcore.training.probes import GeneratedInputs

WATCHED = 200
"""Validation examples whose soft labels are kept after every epoch."""
MOST_COLUMNS = 60
"""Of a table, that are shown with an example."""
MOST_POINTS = 4_000
"""Of a plane that are kept."""
MOST_SNAPSHOTS = 60
"""Longer runs are kept at fewer epochs, the last one always."""


class Snapshots:
    """Takes snapshots; without a folder there are none."""

    def __init__(
        self, folder: RunFolder | None, data: Dataset, teacher: Predictions, config: RunConfig
    ) -> None:
        self._folder = folder
        self._data = data
        self._teacher = teacher
        self._every = -(-config.epochs // MOST_SNAPSHOTS)
        self._epochs = config.epochs
        self._missing = class_numbers(config.drop_classes, data.classes)
        self._teacher_diagnosis: dict[str, Diagnosis] = {}
        self._axes: ShiftAxes | None = None

    def begin(self, transfer: Split, known_labels: torch.Tensor) -> str | None:
        """Keep what does not change: the watched examples and the teacher's answers to them.

        See ``prepared_arrays`` for the arguments.
        """
        if self._folder is None:
            return None
        arrays = prepared_arrays(self._data, self._teacher, transfer, known_labels)
        self._folder.write("prepared.safetensors", arrays)
        return "prepared.safetensors"

    def take(
        self,
        epoch: int,
        by_learner: dict[str, Predictions],
        generated: Callable[[], GeneratedInputs | None] = lambda: None,
        *,
        last: bool = False,
    ) -> Iterator[Snapshot]:
        """The snapshot of ``epoch``, where one is due, with inputs that the method makes."""
        due = last or epoch % self._every == 0 or epoch == self._epochs
        if self._folder is None or not due:
            return
        name = f"snapshot-{epoch:04d}.safetensors"
        self._folder.write(name, snapshot_arrays(by_learner, self._data, generated()))
        if not self._teacher_diagnosis:
            self._teacher_diagnosis = diagnoses(
                {"teacher": self._teacher}, self._data, None, self._missing
            )
        found = self._teacher_diagnosis | diagnoses(
            by_learner, self._data, self._teacher, self._missing
        )
        yield Snapshot(epoch=epoch, arrays=name, learners=found, shift=self._shift(by_learner))

    def _shift(self, by_learner: dict[str, Predictions]) -> DomainShift | None:
        if self._data.target is None:
            return None
        self._axes = self._axes or ShiftAxes(self._data, self._teacher)
        return self._axes.shift({"teacher": self._teacher} | by_learner)


def prepared_arrays(
    data: Dataset, teacher: Predictions, transfer: Split, known_labels: torch.Tensor
) -> bytes:
    """The watched examples, their labels and the teacher's logits, as a safetensors file.

    Of data with two features also the points that the students learn from, as they were brought.

    Args:
        data: of the run.
        teacher: its answers.
        transfer: what the students see.
        known_labels: the labels that they get, ``[n]``; −1 where one is hidden.
    """
    split = data.validation
    inputs = split.inputs[:WATCHED].cpu()
    arrays: dict[str, np.ndarray] = {
        "watched_labels": split.labels[:WATCHED].cpu().numpy(),
        "teacher_watched": teacher.validation[:WATCHED].numpy(),
    }
    arrays |= named("watched", data.kind.shown(inputs))
    if data.columns:
        arrays |= named("watched", _with_columns(data, inputs))
    if data.input_shape == (2,):
        points = data.as_brought(transfer.inputs[:MOST_POINTS])
        arrays["transfer_points"] = points.numpy().astype(np.float32)
        arrays["transfer_labels"] = known_labels[:MOST_POINTS].cpu().numpy()
    return packed(arrays)


def _with_columns(data: Dataset, inputs: torch.Tensor) -> dict[str, np.ndarray]:
    """Values of a table as they were brought, and the columns' names as UTF-8, one a line."""
    names = "\n".join(data.columns[:MOST_COLUMNS]).encode()
    values = data.as_brought(inputs)[:, :MOST_COLUMNS]
    return {
        "values": values.numpy().astype(np.float32),
        "columns": np.frombuffer(names, dtype=np.uint8)[None],
    }


def snapshot_arrays(
    by_learner: dict[str, Predictions], data: Dataset, generated: GeneratedInputs | None
) -> bytes:
    """The students' logits of the watched examples, as a safetensors file.

    And where the method makes inputs, those with both answers to them.
    """
    arrays = {
        f"{learner}_watched": predictions.validation[:WATCHED].numpy()
        for learner, predictions in by_learner.items()
    }
    if generated:
        arrays |= {
            "made_inputs": data.kind.shown(generated.inputs)[data.kind.shown_as],
            "made_teacher": generated.teacher_logits.float().cpu().numpy(),
            "made_student": generated.student_logits.float().cpu().numpy(),
        }
    return packed(arrays)


def diagnoses(
    by_learner: dict[str, Predictions],
    data: Dataset,
    teacher: Predictions | None,
    missing: Sequence[int],
) -> dict[str, Diagnosis]:
    """Where each learner is right, wrong and how sure; ``missing`` classes no student sees."""
    labels, validation_labels = data.test.labels.cpu(), data.validation.labels.cpu()
    return {
        learner: diagnose(
            predictions.test,
            labels,
            predictions.validation,
            validation_labels,
            teacher.test if teacher else None,
            missing,
        )
        for learner, predictions in by_learner.items()
    }


def named(use: str, shown: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What shows some inputs, by the names that a file has for it, such as ``watched_images``."""
    return {f"{use}_{name}": values for name, values in shown.items()}
