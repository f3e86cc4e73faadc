"""Groups of a sweep in processes of one thread each: what serves a processor's cores best."""

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

import torch

from kdcore.training.devices.own_process import prepare_process
from kdcore.training.grid.cell_events import Group
from kdcore.training.grid.executors.child_process import child_process
from kdcore.training.grid.executors.executor import GroupEnded, Message, after_death
from kdcore.training.grid.executors.local import group_messages

POLL_SECONDS = 0.2
"""Seconds of silence after which the caller may look whether to go on."""


class ProcessExecutor:
    """Warm processes that take one group after the other; one that dies is replaced.

    Args:
        workers: how many at the same time.
    """

    name = "processes"

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, groups: Sequence[Group]) -> Iterator[Message | None]:
        """See ``Executor``."""
        waiting = deque((group, 0) for group in groups)
        pool: list[_Worker] = []
        try:
            while waiting or any(worker.group for worker in pool):
                while waiting and len(pool) < self.workers:
                    pool.append(_Worker())
                for worker in pool:
                    if waiting and worker.group is None:
                        worker.take(*waiting.popleft())
                ready = wait([worker.pipe for worker in pool], POLL_SECONDS)
                if not ready:
                    yield None
                for worker in [worker for worker in pool if worker.pipe in ready]:
                    message = worker.receive()
                    if message is not None:
                        yield message
                        continue
                    pool.remove(worker)
                    if worker.group is not None:
                        yield after_death(worker.group, worker.deaths, worker.cause, waiting)
        finally:
            for worker in pool:
                worker.end()


class _Worker:
    """A process and what it has in hand."""

    def __init__(self) -> None:
        self.pipe, theirs = multiprocessing.get_context("spawn").Pipe()
        self._process = child_process(f"{__name__}:train_groups", theirs)
        self._process.start()
        theirs.close()
        self.group: Group | None = None
        self.deaths = 0
        """Of workers that had this group in hand."""

    def take(self, group: Group, deaths: int) -> None:
        """Begin with a group."""
        self.group, self.deaths = group, deaths
        with suppress(BrokenPipeError):  # it died: the silence of its pipe tells
            self.pipe.send(group)

    def receive(self) -> Message | None:
        """Its next message; ``None`` when it is dead."""
        try:
            message: Message = self.pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            return None
        if isinstance(message, GroupEnded):
            self.group = None
        return message

    @property
    def cause(self) -> str:
        """Why it died."""
        status = self._process.exitcode or 0
        return f"signal {-status}" if status < 0 else f"exit status {status}"

    def end(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def train_groups(pipe: "Connection[Any, Any]") -> None:
    """Train the groups that come through a pipe until nobody sends any more."""
    torch.set_num_threads(1)
    prepare_process()
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            for message in group_messages(pipe.recv()):
                pipe.send(message)
