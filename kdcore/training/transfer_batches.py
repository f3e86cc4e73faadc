"""The batches of all students of one seed: the same examples in the same order."""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from kdcore.catalogue import is_forest
from kdcore.data import (
    Dataset,
    Mixer,
    Split,
    augmented,
    class_numbers,
    label_weights,
    labelled,
    noisy_labels,
    transfer_set,
    without_classes,
)
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.threads import threads_for
from kdcore.training.batches.order import batch_count, batches, class_orders_of
from kdcore.training.batches.targets import BatchTargets
from kdcore.training.devices.distributed import least_batch, own_part, world_size
from kdcore.training.objective.teacher_mixture import mixture_of
from kdcore.training.randomness import generator, key
from kdcore.training.teachers.frozen import FrozenTeacher


class TransferBatches:
    """The batches of one seed, with the teacher's answers to them.

    Args:
        config: with the seed.
        data: on its device.
        transfer: what the students see of it; see ``transfer_of``.
        teacher: answers to what is not in ``outputs``.
        outputs: the K teachers' logits for the transfer set ``[K, n, C]``, where they do not
            change.
        class_orders: whether a method asks for an order of the classes for each example.
        input_type: of the inputs of the students, see ``Students.input_type``.
    """

    def __init__(
        self,
        config: RunConfig,
        data: Dataset,
        transfer: Split,
        teacher: FrozenTeacher,
        outputs: Tensor | None,
        *,
        class_orders: bool = False,
        input_type: torch.dtype | None = None,
    ) -> None:
        self._config, self._data, self._teacher = config, data, teacher
        self.transfer = transfer
        self._outputs = outputs
        # a teacher that is asked, and what mixes, takes them as they are
        self._input_type = None if outputs is None or config.mixup else input_type
        if config.augment == "none":  # what is kept is made here, with all threads
            data.network_inputs(transfer.inputs, slice(0, 1), self._input_type)
        self._mixture = mixture_of(config, teacher.module)
        self._mixer = Mixer(config.mixup) if config.mixup else None
        self._labelled = (
            labelled(len(transfer.labels), config.unlabelled, config.seed).to(
                transfer.labels.device
            )
            if config.unlabelled
            else None
        )
        self._class_orders = (
            class_orders_of(
                "orders of the classes", len(transfer.labels), len(data.classes), config.seed
            ).to(transfer.labels.device)
            if class_orders
            else None
        )

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one example as models get it."""
        return self._data.input_shape

    @property
    def asks_teacher(self) -> bool:
        """Whether the teacher answers to every batch anew."""
        return self._outputs is None

    @property
    def known_labels(self) -> Tensor:
        """The labels of the transfer set as the students get them, ``[n]``; −1 where hidden."""
        labels = self.transfer.labels
        return labels if self._labelled is None else labels.where(self._labelled, -1)

    def begin(self, epoch: int) -> list[Tensor]:
        """The index tensors of an epoch's batches, the same on every rank."""
        config, labels = self._config, self.transfer.labels
        return batches(
            len(labels),
            batch_size(config, len(labels)),
            config.seed,
            epoch,
            least=least_batch(),
            device=labels.device,
        )

    def batch(self, index: Tensor, step: int) -> tuple[Tensor, BatchTargets]:
        """Inputs ``[1, B, …]`` of a batch and what goes with them, S being 1.

        Of this rank's part; the whole is augmented and mixed first, so that chance falls on each
        example as with one process.

        Args:
            index: of the batch's examples in the transfer set.
            step: batches that were taken before; chance depends on it and on the seed alone.
        """
        index = index.to(self.transfer.labels.device)
        raw = None
        if self._config.augment != "none":
            chance = generator(self._config.seed, "augmentation", step)
            raw = self.transfer.inputs.index_select(0, index)
            raw = augmented(raw, self._config.augment, chance)
        labels = self.transfer.labels.index_select(0, index)
        weights = (
            None if self._labelled is None else label_weights(self._labelled.index_select(0, index))
        )
        inputs, targets = self._mixed(raw, index, labels, weights, step)
        if world_size() > 1:
            part = own_part(len(index))
            index, labels = index[part], labels[part]
            raw = None if raw is None else raw[part]
            inputs = None if inputs is None else inputs[part]
            targets = None if targets is None else targets[part]
            weights = None if weights is None else weights[part]
        if inputs is None:
            inputs = self._network_inputs(raw, index)
        logits = self._teacher_logits(inputs, index)
        batch_targets = BatchTargets(
            labels[None],
            self._known(labels, index, logits)[None],
            logits[None],
            None if targets is None else targets[None],
            None if weights is None else weights[None],
            None if self._class_orders is None else self._class_orders.index_select(0, index)[None],
        )
        return inputs[None], batch_targets

    def _mixed(
        self, raw: Tensor | None, index: Tensor, labels: Tensor, weights: Tensor | None, step: int
    ) -> tuple[Tensor | None, Tensor | None]:
        """Mixed inputs, and hard targets, where the examples themselves do not do."""
        if self._mixer is None and weights is None:
            return None, None
        targets = F.one_hot(labels, len(self._data.classes)).to(torch.float32)
        if weights is not None:
            targets = targets * weights[:, None]
        if self._mixer is None:
            return None, targets
        chance = key(self._config.seed, "mixup", step)
        return self._mixer.mixed(self._network_inputs(raw, index), targets, chance)

    def _network_inputs(self, raw: Tensor | None, index: Tensor) -> Tensor:
        """Of changed examples, or, where they are not changed, of those at ``index``."""
        with threads_for(len(index) * math.prod(self.input_shape)):
            if raw is None:
                return self._data.network_inputs(self.transfer.inputs, index, self._input_type)
            return self._data.normalised(raw)

    def _known(self, labels: Tensor, index: Tensor, teacher_logits: Tensor) -> Tensor:
        """Labels that a method may use: of unlabelled examples the teachers' prediction."""
        if self._labelled is None:
            return labels
        predictions = self._mixture.mean_logits(teacher_logits[None])[0].argmax(-1)
        return torch.where(self._labelled.index_select(0, index), labels, predictions)

    def _teacher_logits(self, inputs: Tensor, index: Tensor) -> Tensor:
        """``[K, B, C]``."""
        if self._outputs is not None:
            return self._outputs.index_select(1, index)
        return self._teacher.logits(inputs)


def transfer_batches(
    configs: Sequence[RunConfig],
    data: Dataset,
    teacher: FrozenTeacher,
    *,
    class_orders: bool = False,
    input_type: torch.dtype | None = None,
) -> list[TransferBatches]:
    """The batches of each configuration; they differ in the seed alone.

    With ``class_orders`` each example has an order of the classes, for methods that shuffle them.
    ``input_type`` is the students', see there.

    Raises:
        UserError: the teacher's answers are wanted once, but every batch is changed at random; or
            a batch cannot give every rank an example.
    """
    config = configs[0]
    changed = bool(config.mixup) or config.augment != "none"
    once = config.teacher_outputs == "once" or (config.teacher_outputs == "auto" and not changed)
    if once and changed:
        raise UserError("outputs_of_augmented", name="mixup" if config.mixup else "augment")
    found = []
    outputs, inputs = None, None
    for config in configs:
        transfer = transfer_of(config, data)
        if len(transfer.labels) < world_size():
            raise UserError(
                "fewer_examples_than_processes",
                examples=len(transfer.labels),
                processes=world_size(),
            )
        if once and transfer.inputs is not inputs:  # the whole set has the same for every seed
            inputs = transfer.inputs
            outputs = teacher.predict(inputs)
        found.append(
            TransferBatches(
                config,
                data,
                transfer,
                teacher,
                outputs,
                class_orders=class_orders,
                input_type=input_type,
            )
        )
    return found


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
