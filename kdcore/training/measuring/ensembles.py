"""What the members of an ensemble are worth alone, by vote, and how much they differ."""

from collections.abc import Mapping

import torch
from torch import Tensor

from kdcore.data import Dataset
from kdcore.events import EnsembleScores
from kdcore.training.measuring.evaluation import Predictions


def ensemble_scores(
    each: Predictions, students: Mapping[str, int], size: int, data: Dataset
) -> dict[str, EnsembleScores]:
    """By student; nothing where a student is one network.

    Args:
        each: of all nets, ``[K, …]``, a student's beside each other.
        students: the place of each among the students.
        size: networks of a student.
        data: with the labels.
    """
    if size == 1:
        return {}
    labels = data.test.labels.cpu()
    found = {}
    of_students = each.test.unflatten(0, (-1, size))
    for name, at in students.items():
        logits = of_students[at]
        predictions = logits.argmax(-1)
        right = (predictions == labels).double().mean(-1)
        found[name] = EnsembleScores(
            test_accuracies=right.tolist(),
            voting_accuracy=(majority(predictions, logits) == labels).double().mean().item(),
            disagreement=disagreement(predictions),
        )
    return found


def majority(predictions: Tensor, logits: Tensor) -> Tensor:
    """The class with most votes, ``[n]``; of equals the one with the highest mean probability.

    Args:
        predictions: ``[M, n]``, int64.
        logits: ``[M, n, C]``.
    """
    votes = torch.nn.functional.one_hot(predictions, logits.shape[-1]).sum(0).double()
    return (votes + logits.double().softmax(-1).mean(0) / 2).argmax(-1)


def disagreement(predictions: Tensor) -> float:
    """Share of examples on which two members answer differently, mean over all pairs.

    Args:
        predictions: ``[M, n]``, M ≥ 2.

    Source:
        Kuncheva, Whitaker: Measures of Diversity in Classifier Ensembles, 2003, eq. 7, of answers
        instead of errors.
    """
    pairs = torch.combinations(torch.arange(len(predictions)))
    return (predictions[pairs[:, 0]] != predictions[pairs[:, 1]]).double().mean().item()
