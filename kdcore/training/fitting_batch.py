"""Where a batch is too large for the memory: which one fits is tried, and said."""

import gc
from collections.abc import Callable

import torch
from torch import Tensor

from kdcore.errors import BatchTooLargeError
from kdcore.jobs.failure import without_room
from kdcore.training.devices.distributed import least_batch, world_size
from kdcore.training.networks.students import Students
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
        trainer = self._trainer
        take_or_say_what_fits(trainer.step, trainer.students, indices, step, trainer.config.device)


def take_or_say_what_fits(
    take: Callable[[Indices, int], None],
    students: Students,
    indices: Indices,
    step: int,
    device: str,
) -> None:
    """Take a step; where it does not fit into memory, find a batch that does.

    What is tried is the step itself, on the first half of the examples, the first quarter and so
    on, down to the smallest batch that there may be: it says so of the teacher, the students, the
    optimiser and the chance that changes images all at once. The students are lost, as their run
    ends here. Of several processes none tries, as each would have to.

    Args:
        take: the step of a trainer.
        students: of the trainer.
        indices: of the batch.
        step: batches taken before.
        device: as the run's settings have it.

    Raises:
        BatchTooLargeError: the device has not enough memory for the batch.
    """
    full = _without_room(take, students, indices, step, device)
    if not full:
        return
    size = len(indices[0]) // 2
    while size >= least_batch():
        few = tuple(index[:size] for index in indices)
        if not _without_room(take, students, few, step, device):
            raise BatchTooLargeError(full, fits=size)
        size //= 2
    raise BatchTooLargeError(full, fits=0)


def _without_room(
    take: Callable[[Indices, int], None],
    students: Students,
    indices: Indices,
    step: int,
    device: str,
) -> str:
    """Take the step; the device that has no room for it, or nothing.

    What such a step had built is given back.
    """
    try:
        take(indices, step)
    except Exception as error:
        full = without_room(error, device)
        if world_size() > 1 or not full:
            raise
    else:
        return ""
    # only here: the exception held the step's tensors by its traceback
    students.forget()
    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
    return full
