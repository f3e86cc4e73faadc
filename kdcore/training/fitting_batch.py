"""Where a batch is too large for the memory: which one fits is tried, and said."""

import gc
from collections.abc import Callable

import torch
from torch import Tensor

from kdcore.errors import BatchTooLargeError
from kdcore.jobs.failure import without_room
from kdcore.training.devices.distributed import least_batch, world_size
from kdcore.training.trainer import DistillationTrainer

Indices = tuple[Tensor, ...]
"""Of a batch, one of each seed."""


class TriedBatches:
    """The trainer of students, for ``fit``; when memory ends it looks for a batch that fits.

    Args:
        trainer: of the students.
    """

    def __init__(self, trainer: DistillationTrainer) -> None:
        self._trainer = trainer

    def begin(self, epoch: int) -> list[Indices]:
        """See ``Trainer``."""
        return self._trainer.begin(epoch)

    def step(self, indices: Indices, step: int) -> None:
        """See ``Trainer``.

        Raises:
            BatchTooLargeError: the device has not enough memory for the batch.
        """
        take_or_say_what_fits(self._trainer.step, self._trainer, indices, step)


def take_or_say_what_fits(
    take: Callable[[Indices, int], None], trainer: DistillationTrainer, indices: Indices, step: int
) -> None:
    """Take a step; where it does not fit into memory, find a batch that does.

    What is tried is the step itself, on the first half of the examples, the first quarter and so
    on, down to the smallest batch that there may be, and on as many of the target: it says so of
    the teacher, the students, the optimiser and the chance that changes images all at once. The
    students are lost, as their run ends here. Of several processes none tries, as each would have
    to, and none with ``gd``, where no other batch can be chosen.

    Args:
        take: the trainer's step.
        trainer: whose students learn.
        indices: of the batch.
        step: batches taken before.

    Raises:
        BatchTooLargeError: the device has not enough memory for the batch.
    """
    full = _without_room(take, trainer, indices, step)
    if not full:
        return
    failed = len(indices[0])
    size = 0 if trainer.config.optimizer == "gd" else failed // 2
    while size >= least_batch():
        trainer.limit_target(size)
        few = tuple(index[:size] for index in indices)
        if not _without_room(take, trainer, few, step):
            raise BatchTooLargeError(full, size=failed, fits=size)
        size //= 2
    raise BatchTooLargeError(full, size=failed, fits=0)


def _without_room(
    take: Callable[[Indices, int], None], trainer: DistillationTrainer, indices: Indices, step: int
) -> str:
    """Take the step; the device that has no room for it, or nothing.

    What such a step had built is given back.
    """
    try:
        take(indices, step)
    except Exception as error:
        full = without_room(error, trainer.config.device)
        if world_size() > 1 or not full:
            raise
    else:
        return ""
    # only here: the exception held the step's tensors by its traceback
    trainer.forget()
    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
    return full
