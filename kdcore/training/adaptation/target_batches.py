"""Batches of unlabelled target data with the teachers' answers to them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from kdcore.data import Dataset, augmented, sent
from kdcore.jobs.run.config import RunConfig
from kdcore.training.batches.order import class_orders_of
from kdcore.training.objective.teacher_mixture import mixture_of
from kdcore.training.randomness import generator
from kdcore.training.teachers.frozen import FrozenTeacher


@dataclass(frozen=True, slots=True)
class TargetBatch:
    """Target examples of one step."""

    inputs: Tensor
    """Normalised, ``[B, …]``."""
    teacher_logits: Tensor
    """``[K, B, C]``."""
    predicted: Tensor
    """The classes that all teachers as one answer, ``[B]``."""
    counts: Tensor
    """Which of them the soft term counts, ``[B]`` bool: this answer is confident enough."""
    class_orders: Tensor | None = None
    """An order of all classes but one for each, ``[B, C − 1]``, where a method shuffles them."""


class TargetBatches:
    """The target batches of one seed: passes over the target's training part, each shuffled anew.

    A batch depends on the seed and the step alone, whatever the length of the source's epochs.

    Args:
        config: with the seed.
        data: with a target, on its device.
        teacher: answers to what is not in ``outputs``.
        size: examples of a batch; all of the target's where there are fewer.
        outputs: the K teachers' logits for the target's training part ``[K, n, C]``, where they do
            not change.
        class_orders: whether a method asks for an order of the classes for each example.
    """

    def __init__(
        self,
        config: RunConfig,
        data: Dataset,
        teacher: FrozenTeacher,
        size: int,
        outputs: Tensor | None,
        *,
        class_orders: bool = False,
    ) -> None:
        assert data.target is not None, "whoever adapts has a target"
        self._config, self._data, self._teacher = config, data, teacher
        self._outputs = outputs
        self._inputs = data.target.train
        self._mixture = mixture_of(config, teacher.module)
        self._class_orders = (
            class_orders_of(
                "orders of the classes of the target",
                len(self._inputs),
                len(data.classes),
                config.seed,
            ).to(self._inputs.device)
            if class_orders
            else None
        )
        self._size = min(size, len(self._inputs))
        self._order: tuple[int, Tensor] = (-1, torch.empty(0))
        """The number of a pass and its order; only remembered, never drawn on."""

    def limit(self, size: int) -> None:
        """Take no more than ``size`` examples from now on; which ones are others then."""
        self._size = min(self._size, size)

    def batch(self, step: int) -> TargetBatch:
        """The examples of a step; ``step`` batches were taken before."""
        index = sent(self._index(step), self._inputs.device)
        raw = self._inputs.index_select(0, index)
        config = self._config
        if config.augment != "none":
            raw = augmented(raw, config.augment, generator(config.seed, "target images", step))
        inputs = self._data.normalised(raw)
        logits = self._teacher_logits(inputs, index)
        confidence, predicted = self._mixture.mean_logits(logits[None])[0].softmax(-1).max(-1)
        orders = self._class_orders
        return TargetBatch(
            inputs,
            logits,
            predicted,
            confidence >= config.target_confidence,
            None if orders is None else orders.index_select(0, index),
        )

    def _index(self, step: int) -> Tensor:
        count = len(self._inputs)
        number, at = divmod(step * self._size, count)
        parts = [self._pass(number)[at : at + self._size]]
        if (missing := self._size - len(parts[0])) > 0:
            parts.append(self._pass(number + 1)[:missing])
        return torch.cat(parts)

    def _pass(self, number: int) -> Tensor:
        if self._order[0] != number:
            chance = generator(self._config.seed, "order of the target", number)
            self._order = number, torch.randperm(len(self._inputs), generator=chance)
        return self._order[1]

    def _teacher_logits(self, inputs: Tensor, index: Tensor) -> Tensor:
        if self._outputs is not None:
            return self._outputs.index_select(1, index)
        return self._teacher.logits(inputs)


def target_outputs(config: RunConfig, data: Dataset, teacher: FrozenTeacher) -> Tensor | None:
    """The K teachers' logits for all of the target's training part ``[K, n, C]``.

    ``None`` where they are computed at each step, as every batch is changed at random or it was
    asked for.
    """
    if config.teacher_outputs == "each_step" or config.augment != "none":
        return None
    assert data.target is not None, "whoever adapts has a target"
    return teacher.predict(data.target.train)
