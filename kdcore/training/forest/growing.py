"""One student that grows: what its trees answer on the data, and how far it is from its targets."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from kdcore.catalogue import parse_model
from kdcore.data import Dataset, Split
from kdcore.events import TreeNode
from kdcore.jobs.run.config import RunConfig
from kdcore.losses import softmax
from kdcore.metrics import accuracy, brier_score
from kdcore.models.trees import Trees
from kdcore.training.batches.order import chunks
from kdcore.training.measuring.evaluation import Predictions, chunk_size
from kdcore.training.objective.terms import StudentSpec
from kdcore.training.state import State


class GrowingStudent(ABC):
    """One student; its answers on all data are kept, so that none is asked for twice.

    Args:
        config: with the size of its trees and the seed.
        data: on its device.
        transfer: what the student sees of it.
    """

    def __init__(self, config: RunConfig, data: Dataset, transfer: Split) -> None:
        _, self.size = parse_model(config.student)
        self.epochs, self.seed, self.data = config.epochs, config.seed, data
        self.splits = {"test": data.test, "validation": data.validation, "transfer": transfer}

    def grow(self, epoch: int, inputs: Tensor, targets: Tensor, counts: Tensor) -> None:
        """What is due after ``epoch``; without any example that counts, nothing.

        Args:
            epoch: from 1.
            inputs: ``[n, …]``, normalised.
            targets: ``[n, classes]``.
            counts: what each example counts, ``[n]``.
        """
        counted = counts > 0
        if counted.any():
            self.grow_on(epoch, inputs[counted], targets[counted].double(), counts[counted])

    @abstractmethod
    def grow_on(self, epoch: int, inputs: Tensor, targets: Tensor, counts: Tensor) -> None:
        """The same of the examples that count."""

    @abstractmethod
    def module(self) -> Trees:
        """The trees so far."""

    @abstractmethod
    def logits(self, split: str) -> Tensor:
        """On the CPU, of ``test``, ``validation`` or ``transfer``."""

    @abstractmethod
    def state_dict(self) -> State:
        """See ``Stateful``."""

    @abstractmethod
    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""

    def nodes(self) -> list[TreeNode]:
        """Of a student that a person can read; else nothing."""
        return []

    def votes(self, trees: Trees) -> dict[str, Tensor]:
        """What ``trees`` answer added up, by split, float64 on the CPU."""
        size = chunk_size([trees], self.data.train.inputs.device)
        return {
            name: torch.cat(
                [
                    trees.votes(self.data.normalised(split.inputs[part])).cpu()
                    for part in chunks(len(split.labels), size)
                ]
            ).double()
            for name, split in self.splits.items()
        }

    def predict(self) -> Predictions:
        """Logits on test and validation data."""
        return Predictions(test=self.logits("test"), validation=self.logits("validation"))

    def means(
        self,
        member: StudentSpec,
        labels: Tensor,
        teacher_logits: Tensor,
        config: RunConfig,
        label_weights: Tensor | None,
    ) -> dict[str, float]:
        """The losses on the transfer set as it is: squared distances to label and teacher."""
        labels, teacher_logits = labels.cpu(), teacher_logits.cpu()
        probabilities = softmax(self.logits("transfer"))
        method_labels = slice(None) if label_weights is None else label_weights.cpu() > 0
        hard = (
            float(brier_score(probabilities[method_labels], labels[method_labels]))
            if len(labels[method_labels])
            else 0.0
        )
        soft = 0.0
        if member.uses_teacher:
            soft_targets = softmax(teacher_logits / member.temperature)
            soft = float((probabilities - soft_targets).square().sum(-1).mean())
        share = 1 - member.weight if config.mixing == "convex" else 1.0
        return {
            "train_loss": share * hard + member.weight * soft,
            "hard_loss": hard,
            "soft_loss": soft,
            "train_accuracy": float(accuracy(probabilities, labels)),
        }


def sample_weight(counts: Tensor) -> Tensor | None:
    """``None`` where all count alike: scikit-learn draws its samples in another way then."""
    return None if bool((counts == counts[0]).all()) else counts.double().cpu()
