"""Groups of a sweep on a Ray cluster, or on a Ray that is started on this machine.

Whoever reaches a cluster's ports can run programs on it: keep it in a closed network. Its
machines need kdcore, torch and Ray in the versions of this one, but no data and no shared disk:
teacher and data are sent to them, results come back and are written here.
"""

import os
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import torch

from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.threads import available_cores
from kdcore.training.devices.own_process import prepare_process
from kdcore.training.grid.cell_events import Group
from kdcore.training.grid.executors.executor import GroupEnded, Message, after_death
from kdcore.training.grid.executors.local import group_messages

POLL_SECONDS = 0.2
"""Seconds that a worker collects messages, and that its silence is borne before a look at stop."""
CONNECT = 10.0
"""Seconds until a machine that does not answer counts as unreachable."""


class RayExecutor:
    """Workers with a core each, or a GPU each; one that dies is replaced.

    Args:
        address: ``host:6379`` of a cluster that this machine belongs to, ``auto`` for the one
            that runs here, ``ray://host:10001`` for one elsewhere; empty for a Ray that is
            started here.
        device: setting of the runs; ``cuda`` and ``auto`` take GPUs where the cluster has some.
        data: of all cells.

    Raises:
        UserError: Ray is not installed, or nothing answers at the address.
    """

    name = "ray"

    def __init__(self, address: str, device: str, data: Dataset) -> None:
        self._ray = _imported()
        self._data = data
        self._connected_here = not self._ray.is_initialized()
        if self._connected_here:
            _connect(self._ray, address)
        resources = self._ray.cluster_resources()
        gpus = int(resources.get("GPU", 0)) if device in ("auto", "cuda") else 0
        self.workers = gpus or max(1, int(resources.get("CPU", 0)))
        self._make_worker = self._ray.remote(
            num_cpus=1, num_gpus=1 if gpus else 0, max_restarts=0, max_task_retries=0
        )(_Worker)

    def close(self) -> None:
        """Leave the cluster; end a Ray that was started here."""
        if self._connected_here:
            self._ray.shutdown()

    def run(self, groups: Sequence[Group]) -> Iterator[Message | None]:
        """See ``Executor``."""
        ray = self._ray
        data = ray.put(self._data.to(torch.device("cpu")))
        waiting = deque((group, 0) for group in groups)
        pool: dict[Any, WorkerSlot] = {}
        """By the answer that is awaited."""
        try:
            while waiting or any(slot.group for slot in pool.values()):
                busy = sum(slot.group is not None for slot in pool.values())
                while len(pool) < min(self.workers, busy + len(waiting)):
                    slot = WorkerSlot(self._make_worker.remote(data))
                    pool[slot.listen()] = slot
                answered, _ = ray.wait(list(pool), timeout=POLL_SECONDS)
                if not answered:
                    yield None
                for answer in answered:
                    slot = pool.pop(answer)
                    try:
                        messages = ray.get(answer)
                    except ray.exceptions.RayError as error:
                        ray.kill(slot.worker)
                        yield from slot.died(_cause(error), waiting)
                        continue
                    if messages and isinstance(messages[-1], GroupEnded):
                        slot.group = None
                    if slot.group is not None:
                        pool[slot.listen()] = slot
                    elif waiting:
                        pool[slot.take(*waiting.popleft())] = slot
                    else:
                        ray.kill(slot.worker)
                    yield from messages
        finally:
            for slot in pool.values():
                ray.kill(slot.worker)


class WorkerSlot:
    """A worker of the cluster and what it has in hand."""

    def __init__(self, worker: Any) -> None:
        self.worker = worker
        self.group: Group | None = None
        self.deaths = 0
        """Of workers that had this group in hand."""

    def take(self, group: Group, deaths: int) -> Any:
        """Let it begin with a group; the answer to await."""
        self.group, self.deaths = group, deaths
        return self.worker.work.remote(group)

    def listen(self) -> Any:
        """Let it go on; the answer to await."""
        return self.worker.work.remote()

    def died(self, cause: str, waiting: deque[tuple[Group, int]]) -> Iterator[Message]:
        """What becomes of its group; a death before it took one is the next one's."""
        if self.group is None and waiting:
            self.group, self.deaths = waiting.popleft()
        if self.group is not None:
            yield after_death(self.group, self.deaths, cause, waiting)


class _Worker:
    """Lives on the cluster; works only while it is called."""

    def __init__(self, data: Dataset) -> None:
        torch.set_num_threads(1)
        prepare_process()
        self._data = data
        self._messages: Iterator[Message] = iter(())

    def work(self, group: Group | None = None) -> list[Message]:
        """Begin with a group or go on, for a moment; the messages."""
        if group is not None:
            self._messages = group_messages(group, self._data)
        end = monotonic() + POLL_SECONDS
        messages = []
        for message in self._messages:
            messages.append(message)
            if monotonic() > end:
                break
        return messages


def _imported() -> Any:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing leaves the machine
    try:
        import ray  # noqa: PLC0415  (heavy, and an optional extra)
    except ModuleNotFoundError:
        raise UserError("cluster_missing") from None
    # Ray tells of dead workers on stdout, where --json promises events alone
    ray._private.worker._worker_logs_enabled = False
    return ray


def _connect(ray: Any, address: str) -> None:
    """Join the cluster, or start one here.

    Raises:
        UserError: nothing answers.
    """
    if not address:
        ray.init(
            address="local",
            num_cpus=available_cores(),
            include_dashboard=False,
            log_to_driver=False,
            configure_logging=False,
        )
        return
    try:
        _check_reachable(address)
        ray.init(address=address, log_to_driver=False, configure_logging=False)
    # Ray answers a wrong name, version or token each with another exception, an unreachable
    # cluster even with SystemExit
    except (Exception, SystemExit) as error:
        with suppress(Exception):
            ray.shutdown()
        raise UserError("cluster_unreachable", address=address, cause=_cause(error)) from None


def _check_reachable(address: str) -> None:
    """Fail soon where nothing listens: Ray itself tries for two minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), CONNECT).close()


def _cause(error: BaseException) -> str:
    """The core of Ray's many lines, which end with the reason."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1].split(". ")[0].strip(" .")
