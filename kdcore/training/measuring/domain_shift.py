"""Where a learner's answers to source and target examples lie: two axes of a PCA, fitted once."""

import numpy as np
import torch
from torch import Tensor

from kdcore.data import Dataset
from kdcore.events import DomainShift
from kdcore.training.measuring.evaluation import Predictions

POINTS = 150
"""Test examples of source and of target, spread evenly over each."""


class ShiftAxes:
    """The first two principal components of the teacher's logits to source and target examples.

    Logits mean the same for every learner and after every epoch, as hidden features do not; so the
    axes of the teacher, which stays as it is, do for all of them. A constant that is added to all
    logits of an example changes no answer and is taken off.

    Args:
        data: with a target.
        teacher: its answers.
    """

    def __init__(self, data: Dataset, teacher: Predictions) -> None:
        from sklearn.decomposition import PCA  # noqa: PLC0415  (1.5 s)

        assert data.target is not None, "a shift is one towards a target"
        labels = data.test.labels.cpu(), data.target.test.labels.cpu()
        self._places = [_spread(len(of_domain)) for of_domain in labels]
        self._classes = [
            of_domain[places].tolist()
            for of_domain, places in zip(labels, self._places, strict=True)
        ]
        self._pca = PCA(n_components=2, svd_solver="full").fit(self._centred(teacher))

    def shift(self, by_learner: dict[str, Predictions]) -> DomainShift:
        """Where each learner's answers lie."""
        source, target = self._classes
        return DomainShift(
            source_classes=source,
            target_classes=target,
            explained=self._pca.explained_variance_ratio_.tolist(),
            points={
                learner: self._pca.transform(self._centred(predictions)).round(2).tolist()
                for learner, predictions in by_learner.items()
            },
        )

    def _centred(self, predictions: Predictions) -> np.ndarray:
        """``[source and target points, C]``, float64."""
        assert predictions.target is not None, "who answers to a target has its answers"
        answers = predictions.test, predictions.target
        logits = torch.cat(
            [of_domain[places] for of_domain, places in zip(answers, self._places, strict=True)]
        ).double()
        return (logits - logits.mean(1, keepdim=True)).numpy()


def _spread(size: int) -> Tensor:
    return torch.linspace(0, size - 1, min(POINTS, size)).round().long()
