"""Data of one's own are read in the background, by a process of its own."""

import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from dashboard.server.engine import store
from dashboard.server.roots import check_path
from kdcore.errors import UserError
from kdcore.events import Failed, Preview, Progress, from_json

KEPT = 16
"""Readings that are remembered."""


@dataclass(slots=True)
class Reading:
    """Data that are looked at, or were."""

    progress: Progress | None = None
    ended: Preview | Failed | None = None


@dataclass(slots=True)
class Readings:
    """Readings by what is read, one at a time; the newest are kept."""

    read: Callable[[list[str], Reading], None]
    start: Callable[[Callable[[], None]], None]
    _kept: OrderedDict[tuple[Any, ...], Reading] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _turn: Lock = field(default_factory=Lock)

    def of(self, path: str, image_size: int, label_column: str) -> Reading:
        """The reading of data as they are now; it begins at the first call.

        Raises:
            UserError: who asks may not have them read.
        """
        check_path("dataset", path)
        key = (path, image_size, label_column, _state(Path(path)))
        with self._lock:
            fresh = key not in self._kept
            reading = self._kept.setdefault(key, Reading())
            self._kept.move_to_end(key)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        if fresh:
            arguments = [
                "--image-size",
                str(image_size),
                "--label-column",
                label_column,
                "--store",
                str(store().root),
                "--json",
                "--",
                path,
            ]
            self.start(partial(self._read, arguments, reading))
        return reading

    def _read(self, arguments: list[str], reading: Reading) -> None:
        with self._turn:
            self.read(arguments, reading)


@cache
def readings() -> Readings:
    """Those of this process."""
    return Readings(read_in_process, lambda work: Thread(target=work, daemon=True).start())


def _state(path: Path) -> tuple[int, ...]:
    """Changes when a file is written, or when files come to a folder or leave it."""
    try:
        about = path.expanduser().stat()
        newest = about.st_mtime_ns
        if path.is_dir():
            newest = max([newest, *(inner.stat().st_mtime_ns for inner in os.scandir(path))])
    except (OSError, RuntimeError):  # the reading says why
        return ()
    return about.st_size, newest


def read_in_process(arguments: list[str], reading: Reading) -> None:
    """Fill ``reading`` from the events of ``python -m kdcore preview``."""
    command = [sys.executable, "-m", "kdcore", "preview", *arguments]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    assert process.stdout is not None, "it is a pipe"
    with process.stdout as lines:
        for line in lines:
            match from_json(line):
                case Progress() as progress:
                    reading.progress = progress
                case Preview() | Failed() as end:
                    reading.ended = end
    status = process.wait()
    if reading.ended is None:
        error = UserError("preview_died", cause=f"status {status}")
        reading.ended = Failed(error=str(error), code=error.code, values=error.values)
