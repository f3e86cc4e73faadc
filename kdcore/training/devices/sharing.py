"""Whether another job trains on the same accelerator: two of them share its memory and time.

A job of whatever kind holds a lock on a file of the machine's folder for temporary files, one a
device. It keeps nobody out: it is looked at to say that the device is shared.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from kdcore.events import Event
from kdcore.notes import Note, note
from kdcore.training.devices.device import choose_device

GIBIBYTE = 1 << 30
TRIES, PAUSE = 5, 0.01
"""To hold the lock together with others, and seconds between two."""
_held: dict[str, int] = {}
"""Files of this process's locks, by device."""


def alone_or_said(events: Iterator[Event], device: str) -> Iterator[Event]:
    """The events of a job, to which others can see meanwhile that it uses its device.

    Where another process uses it already, the first event that has notes says so.

    Args:
        events: of the job.
        device: as its settings have it.

    Raises:
        UserError: there is no such device.
    """
    with in_use(choose_device(device)) as shared:
        if shared:
            for event in events:
                told: Any = event
                if hasattr(event, "notes"):
                    yield replace(told, notes=[*told.notes, *shared])
                    break
                yield event
        yield from events


@contextmanager
def in_use(device: torch.device) -> Iterator[list[Note]]:
    """Inside, other processes can see that this one uses the accelerator.

    Args:
        device: a processor is shared anyway, and nothing is done.

    Yields:
        A sentence where another process uses it already, else nothing.
    """
    name = _name(device)
    if not name or name in _held:
        yield []
        return
    file = _opened(name)
    if file is None:
        yield []
        return
    _held[name] = file
    try:
        yield [_shared(device)] if _taken_by_others(file) else []
    finally:
        del _held[name]
        os.close(file)


def _taken_by_others(file: int) -> bool:
    """Hold the lock together with all others that do; whether there are any.

    Where the folder lies on a file system without locks nobody is seen.
    """
    taken = False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        taken = True
    except OSError:
        return False
    for _ in range(TRIES):  # another looks, as this one did, for a moment; nobody is waited for
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            break
        time.sleep(PAUSE)
    return taken


def _shared(device: torch.device) -> Note:
    free, whole = torch.cuda.mem_get_info(device) if device.type == "cuda" else (0, 0)
    if not whole:
        return note("device_shared", device=device.type)
    return note(
        "gpu_shared",
        device=device.type,
        free=round(free / GIBIBYTE, 1),
        whole=round(whole / GIBIBYTE, 1),
    )


def _name(device: torch.device) -> str:
    """Of the accelerator on this machine, whatever its number in this process."""
    if device.type == "cpu":
        return ""
    if device.type != "cuda":
        return device.type
    index = torch.cuda.current_device() if device.index is None else device.index
    return f"cuda-{getattr(torch.cuda.get_device_properties(index), 'uuid', index)}"


def _opened(name: str) -> int | None:
    """The file, opened for reading, which is enough for a lock; nothing where that is refused."""
    path = Path(tempfile.gettempdir()) / f"kdcore-{name}.lock"
    for how in (0, os.O_CREAT):  # another person's file may be opened but not made
        with suppress(OSError):
            return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | how, 0o644)
    return None
