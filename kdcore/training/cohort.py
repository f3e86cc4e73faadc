"""What all students of one seed are given: the same examples in the same order."""

from collections.abc import Sequence

import torch
from torch import Tensor

from kdcore.catalogue import is_forest
from kdcore.config import RunConfig
from kdcore.data import (
    Dataset,
    Split,
    augmented,
    class_numbers,
    noisy_labels,
    transfer_set,
    without_classes,
)
from kdcore.errors import UserError
from kdcore.training.batches import batch_count, batches
from kdcore.training.distributed import least_batch, own_part, world_size
from kdcore.training.evaluation import answer
from kdcore.training.students import autocast
from kdcore.training.teacher import Teacher


class Cohort:
    """The batches of one seed, with the teacher's answers to them.

    Args:
        config: with the seed.
        data: on its device.
        transfer: what the students see of it; see ``transfer_of``.
        teacher: answers to what is not in ``outputs``.
        precision: of the teacher.
        outputs: the teacher's logits for the transfer set ``[n, C]``, where they do not change.
    """

    def __init__(
        self, config: RunConfig, data: Dataset, transfer: Split, teacher: Teacher, precision: str,
        outputs: Tensor | None,
    ) -> None:  # fmt: skip
        self._config, self._data, self._teacher = config, data, teacher
        self.transfer = transfer
        self._precision, self._outputs = precision, outputs
        self._generator = torch.Generator()

    def begin(self, epoch: int) -> list[Tensor]:
        """The index tensors of an epoch's batches, the same on every rank."""
        config, size = self._config, len(self.transfer.labels)
        self._generator.manual_seed(config.seed * 1_000_003 + epoch)
        return batches(size, batch_size(config, size), config.seed, epoch, least=least_batch())

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs ``[B, …]``, labels ``[B]`` and the teacher's logits ``[B, C]`` of a batch.

        Of this rank's part; the whole is augmented first, so that chance falls on each example
        as with one process.
        """
        index = index.to(self.transfer.labels.device)
        raw = self.transfer.inputs.index_select(0, index)
        if self._config.augment != "none":
            raw = augmented(raw, self._config.augment, self._generator)
        if world_size() > 1:
            part = own_part(len(index))
            index, raw = index[part], raw[part]
        labels = self.transfer.labels.index_select(0, index)
        inputs = self._data.normalised(raw)
        return inputs, labels, self._teacher_logits(inputs, index)

    def _teacher_logits(self, inputs: Tensor, index: Tensor) -> Tensor:
        if self._outputs is not None:
            return self._outputs.index_select(0, index)
        with torch.no_grad(), autocast(inputs.device, self._precision):
            return self._teacher.module(inputs).float()  # type: ignore[no-any-return]


def cohorts(
    configs: Sequence[RunConfig], data: Dataset, teacher: Teacher, precision: str
) -> list[Cohort]:
    """One cohort a configuration; they differ in the seed alone.

    Raises:
        UserError: the teacher's answers are wanted once, but every batch is changed at random; or
            a batch cannot give every rank an example.
    """
    augment, wanted = configs[0].augment, configs[0].teacher_outputs
    once = wanted == "once" or (wanted == "auto" and augment == "none")
    if once and augment != "none":
        raise UserError("outputs_of_augmented", augment=augment)
    made = []
    outputs, inputs = None, None
    for config in configs:
        transfer = transfer_of(config, data)
        if len(transfer.labels) < world_size():
            raise UserError("fewer_examples_than_processes", examples=len(transfer.labels),
                            processes=world_size())  # fmt: skip
        if once and transfer.inputs is not inputs:  # the whole set has the same for every seed
            inputs = transfer.inputs
            outputs = answer(teacher.module, data, transfer, precision=precision)
        made.append(Cohort(config, data, transfer, teacher, precision, outputs))
    return made


def transfer_of(config: RunConfig, data: Dataset) -> Split:
    """What the students see: a part of the training data, perhaps with wrong labels.

    Raises:
        UserError: a class that is to be dropped does not exist, or none is left.
    """
    kept = without_classes(data.train, class_numbers(config.drop_classes, data.classes))
    part = transfer_set(kept, config.transfer_size, config.seed)
    if not config.label_noise:
        return part
    labels = noisy_labels(part.labels.cpu(), len(data.classes), config.label_noise, config.seed)
    return Split(inputs=part.inputs, labels=labels.to(part.labels.device))


def batch_size(config: RunConfig, transfer_size: int) -> int:
    """Examples a step, over all ranks; ``gd`` takes the whole transfer set, a forest too."""
    whole = config.optimizer == "gd" or is_forest(config.student)
    return transfer_size if whole else config.batch_size * world_size()


def batches_per_epoch(config: RunConfig, transfer_size: int) -> int:
    """Steps an epoch."""
    return batch_count(transfer_size, batch_size(config, transfer_size), least=least_batch())
