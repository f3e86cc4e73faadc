"""One pair over several processes: each takes its part of every batch and all stay alike.

``torchrun`` starts the processes (ranks). They run the same code at the same pace: rank 0 alone
reads the data, makes the teacher, obeys and tells; gradients and means are summed over all.
Without a process group every function here is what it is for one process.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Protocol, Self, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from kdcore.commands import Command, Controls, Stop, Stopped
from kdcore.errors import UserError
from kdcore.events import Event
from kdcore.training.devices.device import choose_device

TIMEOUT = timedelta(days=7)
"""The others wait so long for rank 0, which may download or train a teacher meanwhile."""
LEAST = 2
"""Examples in a batch: normalisation cannot train on one alone."""


class Movable(Protocol):
    """What lies on a device."""

    def to(self, device: torch.device) -> Self:
        """The same on another device."""
        ...


V = TypeVar("V")
M = TypeVar("M", bound=Movable)


def join(device: str) -> None:
    """Enter the process group that torchrun's environment describes.

    Tensors on CUDA go through NCCL, each local rank on a GPU of its own; everything else goes
    through Gloo.

    Raises:
        UserError: the device cannot be shared among processes, or has too few GPUs.
    """
    chosen = choose_device(device)
    if chosen.type == "cuda":
        processes, count = int(os.environ["LOCAL_WORLD_SIZE"]), torch.cuda.device_count()
        if processes > count:
            raise UserError("too_few_gpus", processes=processes, count=count)
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    elif chosen.type != "cpu":
        raise UserError("device_alone", device=chosen.type)
    backend = "cpu:gloo,cuda:nccl" if chosen.type == "cuda" else "gloo"
    dist.init_process_group(backend, timeout=TIMEOUT)


def leave() -> None:
    """Close the group; after a failure end the process instead, the others may not come."""
    dist.destroy_process_group()


def world_size() -> int:
    """Processes that train this pair."""
    return dist.get_world_size() if dist.is_initialized() else 1


def rank() -> int:
    """Which of them this is, from 0."""
    return dist.get_rank() if dist.is_initialized() else 0


def least_batch() -> int:
    """Examples from which every rank gets some; a smaller last batch joins the one before."""
    return max(LEAST, world_size())


def own_part(size: int) -> slice:
    """This rank's part of a batch of ``size``; parts differ by one example at most."""
    each, left = divmod(size, world_size())
    start = rank() * each + min(rank(), left)
    return slice(start, start + each + (rank() < left))


def to_whole(gradient: Tensor, size: int) -> Tensor:
    """From the gradient of a part's mean to that of the mean over the whole batch, in place.

    Args:
        gradient: at the part's logits, ``[..., B, C]``.
        size: examples in the whole batch; the parts of all ranks need not be equal.

    Returns:
        ``gradient``; summed over the ranks, what follows from it is the whole batch's.
    """
    part = gradient.shape[-2]
    return gradient if part == size else gradient.mul_(part / size)


def replicated(module: nn.Module) -> nn.Module:
    """The module for training steps: its gradients are summed over all ranks.

    Batch normalisation sees the whole batch on CUDA alone, where ``SyncBatchNorm`` works; on a
    CPU each rank normalises its own part, and the running statistics are those of rank 0.
    """
    if next(module.parameters()).is_cuda:
        module = nn.SyncBatchNorm.convert_sync_batchnorm(module)
    wrapped = DistributedDataParallel(module)
    wrapped.register_comm_hook(None, _summed)
    return wrapped


def averaged(means: Tensor, norms: Tensor, examples: int) -> tuple[Tensor, Tensor, int]:
    """The same over all ranks.

    Args:
        means: over this rank's examples, float64.
        norms: of this rank's parts of vectors.
        examples: how many this rank had.

    Returns:
        The means over all examples, the norms of the whole vectors, how many examples all had.
    """
    if world_size() == 1:
        return means, norms, examples
    own = [examples * means.flatten(), norms.double().flatten() ** 2, means.new_tensor([examples])]
    message = torch.cat(own).cpu()
    dist.all_reduce(message)
    sums, squares, count = message.split([means.numel(), norms.numel(), 1])
    total = int(count.item())
    return (sums / total).view_as(means), squares.sqrt().view_as(norms), total


def by_first_rank(work: Generator[Event, None, M]) -> Generator[Event, None, M]:
    """What ``work`` returns; rank 0 alone does it, the others are sent a copy, on the CPU.

    So no two processes write the same file, and only rank 0 has to reach the data.

    Raises:
        Stopped: rank 0 was asked to stop; on all ranks.
    """
    if world_size() == 1:
        return (yield from work)
    shared: list[M | None] = [None]
    if rank() == 0:
        with suppress(Stopped):
            shared = [(yield from work).to(torch.device("cpu"))]
    dist.broadcast_object_list(shared, src=0)
    if shared[0] is None:
        raise Stopped
    return shared[0]


def of_first_rank(value: V) -> V:
    """What rank 0 has, on all ranks."""
    if world_size() == 1:
        return value
    shared = [value]
    dist.broadcast_object_list(shared, src=0)
    return shared[0]


class GroupControls(Controls):
    """Rank 0 decides before each batch whether all stop; nothing else changes during the run."""

    def send(self, command: Command) -> None:
        """Queue a ``Stop``; on ranks other than 0 it is ignored.

        Raises:
            UserError: another command: it would act on one rank alone.
        """
        if not isinstance(command, Stop):
            raise UserError("only_stop", command=command.name_on_the_line)
        super().send(command)

    def obey(self, step: int, position: float) -> Iterator[Event]:
        """Do as rank 0 does.

        Raises:
            Stopped: rank 0 was asked to stop.
        """
        stop = torch.zeros(1, dtype=torch.uint8)
        if rank() == 0:
            try:
                yield from super().obey(step, position)
            except Stopped:
                stop.fill_(1)
        dist.broadcast(stop, src=0)
        if stop.item():
            raise Stopped


def _summed(
    state: None,
    bucket: dist.GradBucket,  # type: ignore[name-defined]
) -> torch.futures.Future[Tensor]:
    """PyTorch would average."""
    del state
    work = dist.all_reduce(bucket.buffer(), async_op=True)
    assert work is not None, "this process belongs to the group"
    return work.get_future().then(lambda done: done.value()[0])
