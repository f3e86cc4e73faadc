"""Where a batch is too large for the memory: which one fits is tried, and said."""

import gc

import torch
from torch import Tensor

from kdcore.errors import BatchTooLargeError
from kdcore.jobs.failure import without_room
from kdcore.training.devices.distributed import least_batch, world_size
from kdcore.training.trainer import DistillationTrainer


class TriedBatches:
    """The trainer of students, for ``fit``; when memory ends it looks for a batch that fits.

    What is tried is the step itself, on the first half of the examples, the first quarter and so
    on, down to the smallest batch that there may be: it says so of the teacher, the students, the
    optimiser and the chance that changes images all at once. The students are lost, as their run
    ends here. Of several processes none tries, as each would have to.

    Args:
        trainer: of the students.
    """

    def __init__(self, trainer: DistillationTrainer) -> None:
        self._trainer = trainer

    def begin(self, epoch: int) -> list[tuple[Tensor, ...]]:
        """See ``Trainer``."""
        return self._trainer.begin(epoch)

    def step(self, indices: tuple[Tensor, ...], step: int) -> None:
        """See ``Trainer``.

        Raises:
            BatchTooLargeError: the device has not enough memory for the batch.
        """
        full = self._without_room(indices, step)
        if not full:
            return
        size = len(indices[0]) // 2
        while size >= least_batch():
            if not self._without_room(tuple(index[:size] for index in indices), step):
                raise BatchTooLargeError(full, fits=size)
            size //= 2
        raise BatchTooLargeError(full, fits=0)

    def _without_room(self, indices: tuple[Tensor, ...], step: int) -> str:
        """Take the step; the device that has no room for it, or nothing.

        What the step had built is given back.
        """
        try:
            self._trainer.step(indices, step)
        except Exception as error:
            full = without_room(error, self._trainer.config.device)
            if world_size() > 1 or not full:
                raise
        else:
            return ""
        # only here: the exception held the step's tensors by its traceback
        gc.collect()
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        return full
