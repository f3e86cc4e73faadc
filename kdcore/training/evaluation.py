"""Every learner's answers on data it did not learn from, and what they are worth."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from kdcore.data import Dataset, Split
from kdcore.events import Scores
from kdcore.metrics import (
    accuracy,
    agreement,
    brier_score,
    expected_calibration_error,
    negative_log_likelihood,
)
from kdcore.models.mlp import MLP
from kdcore.training.batches import chunks
from kdcore.training.learners import autocast

MLP_CHUNK, CONVNET_CHUNK = 500, 128
"""Examples a forward pass: convolutions are 3 to 5 times slower in large batches on a CPU."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A learner's logits, float32 on the CPU."""

    test: Tensor
    validation: Tensor


def answer(module: nn.Module, data: Dataset, split: Split, *, precision: str = "float32") -> Tensor:
    """Logits ``[n, C]`` in evaluation mode, on the data's device; the mode is put back."""
    device = split.inputs.device
    size = MLP_CHUNK if isinstance(module, MLP) or device.type == "cuda" else CONVNET_CHUNK
    was_training = module.training
    module.eval()
    with torch.no_grad(), autocast(device, precision):
        logits = [
            module(data.normalised(split.inputs[part])).float()
            for part in chunks(len(split.labels), size)
        ]
    module.train(was_training)
    return torch.cat(logits)


def answers(module: nn.Module, data: Dataset, precision: str) -> Answers:
    """The logits on test and validation data."""
    return Answers(
        test=answer(module, data, data.test, precision=precision).cpu(),
        validation=answer(module, data, data.validation, precision=precision).cpu(),
    )


def score(
    given: Answers, data: Dataset, teacher: Answers | None, means: dict[str, float] | None = None
) -> Scores:
    """What the answers are worth; ``means`` are the epoch's training figures."""
    probabilities = given.test.softmax(-1)
    labels, validation_labels = data.test.labels.cpu(), data.validation.labels.cpu()
    right = int((given.test.argmax(-1) == labels).sum())
    return Scores(
        test_accuracy=right / len(labels),
        test_errors=len(labels) - right,
        ece=float(expected_calibration_error(probabilities, labels)),
        nll=float(negative_log_likelihood(probabilities, labels)),
        brier=float(brier_score(probabilities, labels)),
        validation_accuracy=float(accuracy(given.validation.softmax(-1), validation_labels)),
        agreement=(
            float(agreement(probabilities, teacher.test.softmax(-1))) if teacher else None
        ),
        **(means or {}),
    )  # fmt: skip
