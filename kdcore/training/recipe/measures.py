"""What a recipe measures of trained networks besides the scores of their runs."""

from collections.abc import Callable, Mapping

import torch

from kdcore.data import Dataset
from kdcore.metrics import accuracy
from kdcore.store import RunFolder
from kdcore.training.measuring.evaluation import predict_split
from kdcore.training.weights.modules import load_module

Measure = Callable[[torch.nn.Module, Dataset], dict[str, float]]


def training_accuracy(module: torch.nn.Module, data: Dataset) -> dict[str, float]:
    """The share of all training examples that the trained network gets right."""
    logits = predict_split(module, data, data.train, precision="float32")
    return {"training_accuracy": float(accuracy(logits.double(), data.train.labels))}


MEASURES: dict[str, Measure] = {"training_accuracy": training_accuracy}
"""By the name under which a trial asks for it."""


def measured(
    names: tuple[str, ...], run: RunFolder, weights: Mapping[str, str], data: Dataset
) -> dict[str, dict[str, float]]:
    """By student: what the measures ``names`` find in the saved networks of a run.

    Args:
        names: of measures.
        run: with the files.
        weights: name of the file, by learner.
        data: of the run.
    """
    device = data.train.labels.device
    found: dict[str, dict[str, float]] = {}
    for learner, file in weights.items() if names else ():
        module = load_module(run.path / file, data).to(device).eval()
        for name in names:
            found.setdefault(learner, {}).update(MEASURES[name](module, data))
    return found
