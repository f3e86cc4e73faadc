"""Every learner's answers on data it did not learn from, and what they are worth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import torch
from torch import Tensor, nn

from kdcore.data import Dataset, Split
from kdcore.events import Scores
from kdcore.losses import joined_logits, softmax
from kdcore.metrics import (
    accuracy,
    agreement,
    brier_score,
    class_similarity_correlation,
    expected_calibration_error,
    kl_to_teacher,
    negative_log_likelihood,
)
from kdcore.models.mlp import MLP
from kdcore.models.trees import Trees
from kdcore.training.batches.order import chunks
from kdcore.training.networks.autocasting import autocast
from kdcore.training.networks.students import Students

MLP_CHUNK, CONVNET_CHUNK, FOREST_CHUNK = 500, 128, 32
"""Examples a forward pass: convolutions are 3 to 5 times slower in large batches on a CPU, and
forests too."""
NETS_TOGETHER = 64
"""Whose probabilities are held at the same time."""
SOFTENED = 4.0
"""Temperature at which mean answers by class are compared, whatever T a run trains with, so that
the curves of runs can be laid side by side."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """A learner's logits ``[n, C]``, or those of K learners ``[K, n, C]``; float32 on the CPU."""

    test: Tensor
    validation: Tensor
    target: Tensor | None = None
    """On the test part of target data, where there are some."""

    def of(self, net: int) -> "Predictions":
        """The answers of one of the K learners."""
        return self.each(lambda logits: logits[net])

    def together(self, size: int) -> "Predictions":
        """Each ``size`` neighbours of K as one that answers with their mean probabilities."""
        return self if size == 1 else self.each(lambda logits: _together(logits, size))

    def each(self, change: Callable[[Tensor], Tensor]) -> "Predictions":
        """All answers, changed."""
        target = None if self.target is None else change(self.target)
        return Predictions(change(self.test), change(self.validation), target)


def predict_split(
    module: nn.Module, data: Dataset, split: Split, *, precision: str = "float32"
) -> Tensor:
    """Logits ``[n, C]`` in evaluation mode, on the data's device; the mode is put back."""
    return predict_inputs(module, data, split.inputs, precision=precision)


def predict_inputs(
    module: nn.Module, data: Dataset, inputs: Tensor, *, precision: str = "float32"
) -> Tensor:
    """The same of raw inputs ``[n, …]`` without labels."""
    device = inputs.device
    size = chunk_size([module], device)
    was_training = module.training
    module.eval()
    with torch.no_grad(), autocast(device, precision):
        logits = [
            module(data.network_inputs(inputs, part)).float() for part in chunks(len(inputs), size)
        ]
    module.train(was_training)
    return torch.cat(logits)


def predict(module: nn.Module, data: Dataset, precision: str) -> Predictions:
    """The logits on test and validation data, and on target data."""
    return Predictions(
        *(
            predict_split(module, data, split, precision=precision).cpu()
            for split in _predicted(data)
        )
    )


def predict_all(students: Students, data: Dataset) -> Predictions:
    """The logits of all students on the same data; leaves them in training mode."""
    splits = _predicted(data)
    size = chunk_size(students.modules, data.test.inputs.device)
    parts = [list(chunks(len(split.labels), size)) for split in splits]
    example = data.network_inputs(data.test.inputs, slice(0, size))
    with students.answering(sum(map(len, parts)), example):
        logits_of_splits = [
            torch.cat(
                [
                    students.body.predict(
                        data.network_inputs(split.inputs, part, students.input_type)
                    ).cpu()
                    for part in of_split
                ],
                dim=1,
            )
            for split, of_split in zip(splits, parts, strict=True)
        ]
    return Predictions(*logits_of_splits)


def _predicted(data: Dataset) -> list[Split]:
    """In the order of ``Predictions``."""
    return [data.test, data.validation, *([data.target.test] if data.target else [])]


def score(
    predictions: Predictions,
    data: Dataset,
    teacher: Predictions | None,
    means: dict[str, float] | None = None,
) -> Scores:
    """What one learner's answers are worth; ``means`` are the epoch's training figures."""
    alone = predictions.each(lambda logits: logits[None])
    return score_all(alone, data, teacher, [means or {}])[0]


def score_all(
    predictions: Predictions,
    data: Dataset,
    teacher: Predictions | None,
    means: Sequence[dict[str, float]],
) -> list[Scores]:
    """The same of K learners at once, ``means`` of each."""
    labels, validation_labels = data.test.labels.cpu(), data.validation.labels.cpu()
    found = []
    for part in chunks(len(means), NETS_TOGETHER):
        probabilities = softmax(predictions.test[part])
        right = (probabilities.argmax(-1) == labels).sum(-1).tolist()
        columns: dict[str, list[Any]] = {
            "ece": expected_calibration_error(probabilities, labels).tolist(),
            "nll": negative_log_likelihood(probabilities, labels).tolist(),
            "brier": brier_score(probabilities, labels).tolist(),
            "validation_accuracy": accuracy(
                predictions.validation[part].double(), validation_labels
            ).tolist(),
            "validation_nll": negative_log_likelihood(
                softmax(predictions.validation[part]), validation_labels
            ).tolist(),
            **_fidelity(predictions.test[part], probabilities, teacher, labels),
        }
        if predictions.target is not None and data.target is not None:
            answers, target_labels = predictions.target[part], data.target.test.labels.cpu()
            columns["target_accuracy"] = accuracy(answers.double(), target_labels).tolist()
        found += [
            Scores(
                test_accuracy=right[at] / len(labels),
                test_errors=len(labels) - right[at],
                **{name: values[at] for name, values in columns.items()},
                **means[part.start + at],
            )
            for at in range(len(right))
        ]
    return found


def _fidelity(
    logits: Tensor, probabilities: Tensor, teacher: Predictions | None, labels: Tensor
) -> dict[str, list[Any]]:
    """How closely each of K learners follows the teacher; ``None`` where there is none."""
    if teacher is None:
        return dict.fromkeys(
            ("agreement", "kl_to_teacher", "class_correlation"), [None] * len(logits)
        )
    softened = softmax(logits / SOFTENED), softmax(teacher.test / SOFTENED)
    return {
        "agreement": agreement(probabilities.double(), teacher.test).tolist(),
        "kl_to_teacher": kl_to_teacher(probabilities, softmax(teacher.test)).tolist(),
        "class_correlation": [
            None if isnan(value) else value
            for value in class_similarity_correlation(*softened, labels).tolist()
        ],
    }


def _together(logits: Tensor, size: int) -> Tensor:
    return joined_logits(logits.unflatten(0, (-1, size)), logits.new_full((size, 1), 1 / size), 1.0)


def chunk_size(modules: Sequence[nn.Module], device: torch.device) -> int:
    """Examples a forward pass."""
    if isinstance(modules[0], Trees) and device.type != "cuda":
        return FOREST_CHUNK
    flat = isinstance(modules[0], MLP) or device.type == "cuda"
    return MLP_CHUNK if flat else CONVNET_CHUNK
