"""How every learner answers test images that are corrupted, or attacked for it alone.

Shapes: n examples, C classes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from kdcore.catalogue import Corruption
from kdcore.data import Dataset, Split
from kdcore.inputs import Image
from kdcore.models.ensemble import members_of
from kdcore.models.trees import Trees
from kdcore.training.batches.order import chunks
from kdcore.training.measuring.evaluation import chunk_size
from kdcore.training.randomness import key

PICTURES = 4
"""Images of each version that are kept to be looked at."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Of one learner to one version of the images."""

    pictures: Tensor
    """The first ``PICTURES`` images, ``[…, channels, height, width]`` from 0 to 1."""
    logits: Tensor
    """``[n, C]``, float32 on the CPU."""


class AnswerBench:
    """Some test images and the networks that answer them.

    Args:
        data: on its device.
        split: of the test data, what is used.
        learners: networks in evaluation mode on that device.
        steps: of PGD.
        seed: of all chance.
        between: called between two chunks; raises where the work shall end.
    """

    def __init__(
        self,
        data: Dataset,
        split: Split,
        learners: Mapping[str, nn.Module],
        *,
        steps: int,
        seed: int,
        between: Callable[[], None],
    ) -> None:
        self.learners = learners
        self._data, self._labels = data, split.labels
        assert isinstance(data.kind, Image), "corruptions are of images"
        self._white = data.kind.white
        self._steps, self._seed, self._between = steps, seed, between
        self.clean = split.inputs / self._white
        """``[n, channels, height, width]`` from 0 to 1."""

    def clean_answers(self) -> dict[str, Answers]:
        """To the images as they are."""
        return self._to(self.clean)

    def answers(self, name: str, corruption: Corruption, severity: int) -> dict[str, Answers]:
        """To the images of a severity from 1 on: the same for all, or attacked for each.

        Args:
            name: of the corruption.
            corruption: from the catalogue.
            severity: from 1 on.

        Raises:
            Stopped: the test was asked to stop.
        """
        amount, apply = corruption.amounts[severity - 1], corruption.load()
        chance = key(self._seed, name, severity)
        if not corruption.attack:
            return self._to(apply(self.clean, amount, chance))
        attack = partial(apply, epsilon=amount, steps=self._steps)
        return {
            learner: self._attacked(module, attack, chance)
            for learner, module in self.learners.items()
            if has_gradient(module)
        }

    def _to(self, images: Tensor) -> dict[str, Answers]:
        return {name: self._answers(module, images) for name, module in self.learners.items()}

    def _answers(self, module: nn.Module, images: Tensor) -> Answers:
        logits = []
        for part in chunks(len(images), chunk_size([module], images.device)):
            self._between()
            with torch.no_grad():
                logits.append(self._logits(module, images[part]).float().cpu())
        return Answers(images[:PICTURES].clone(), torch.cat(logits))

    def _attacked(self, module: nn.Module, attack: Callable[..., Tensor], chance: int) -> Answers:
        attacked = []
        for number, part in enumerate(
            chunks(len(self.clean), chunk_size([module], self.clean.device))
        ):
            self._between()
            attacked.append(
                attack(
                    partial(self._logits, module),
                    self.clean[part],
                    self._labels[part],
                    seed=key(chance, "attack", number),
                )
            )
        return self._answers(module, torch.cat(attacked))

    def _logits(self, module: nn.Module, images: Tensor) -> Tensor:
        logits: Tensor = module(self._data.normalised(images * self._white))
        return logits


def has_gradient(module: nn.Module) -> bool:
    """Whether a network's answers change smoothly with its inputs: a forest's do not."""
    return not any(isinstance(member, Trees) for member in members_of(module))
