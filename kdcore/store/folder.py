"""One run on disk: ``config.json``, the append-only ``events.jsonl``, arrays and weights.

The event log is the truth. Whoever trains holds a lock on the folder; the lock falls with the
process, so that a run without an end and without a holder is known to be interrupted.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from kdcore.config import RunConfig
from kdcore.errors import UserError
from kdcore.events import ENDS, Event, Snapshot, from_json
from kdcore.store.arrays import load_arrays, save_arrays


class RunFolder:
    """A run's folder; reading needs no more than the path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name
        self._log: IO[str] | None = None
        self._lock: IO[str] | None = None

    @property
    def root(self) -> Path:
        """The store that the folder lies in."""
        return self.path.parent.parent

    @property
    def config(self) -> RunConfig:
        """What was asked for."""
        return RunConfig.from_dict(self.settings)

    @property
    def settings(self) -> dict[str, Any]:
        """The same as JSON values, whatever version wrote them."""
        return json.loads((self.path / "config.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def teacher_path(self, key: str) -> Path:
        """Where the trained teacher of this content lies in the store."""
        return self.root / "teachers" / f"{key}.safetensors"

    def begin(self, config: RunConfig) -> None:
        """Make the folder.

        Raises:
            UserError: it cannot be written.
        """
        try:
            self.path.mkdir(parents=True)
            text = json.dumps(config.to_dict(), ensure_ascii=False, indent=1)
            (self.path / "config.json").write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError("store_not_writable", path=str(self.path.parent),
                            cause=error.strerror) from None  # fmt: skip

    def hold(self) -> None:
        """Mark the run as this process's, until ``release`` or the end of the process."""
        self._lock = (self.path / "lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def release(self) -> None:
        """The run is nobody's any more."""
        for opened in (self._log, self._lock):
            if opened is not None:
                opened.close()
        self._log = self._lock = None

    @property
    def held(self) -> bool:
        """Whether a living process trains this run."""
        try:
            with (self.path / "lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def append(self, event: Event) -> None:
        """Write one event; those that close something are on the disk before it returns.

        Raises:
            UserError: it cannot be written, the disk being full, say.
        """
        try:
            if self._log is None:
                self._log = self._open_log()
            self._log.write(event.to_json() + "\n")
            self._log.flush()
            if isinstance(event, Snapshot) or event.kind in ENDS:
                os.fsync(self._log.fileno())
        except OSError as error:
            raise UserError("store_not_writable", path=str(self.path),
                            cause=error.strerror) from None  # fmt: skip

    def events(self, since: int = 0) -> list[Event]:
        """The events from number ``since`` on; a torn or damaged line is left out."""
        return list(self._read(since))

    def _read(self, since: int) -> Iterator[Event]:
        try:
            lines = (self.path / "events.jsonl").open(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        with lines:
            for number, line in enumerate(lines):
                if number >= since and line.endswith("\n"):
                    try:
                        yield from_json(line)
                    except (ValueError, KeyError, TypeError):
                        continue

    @property
    def state(self) -> str:
        """``queued``, ``running``, ``finished``, ``stopped``, ``failed`` or ``interrupted``."""
        return state_of(self.events(), held=self.held)

    def save_arrays(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Write arrays to the file ``name`` of the folder, wholly or not at all."""
        save_arrays(self.path / name, arrays)

    def load_arrays(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of the file ``name``."""
        return load_arrays(self.path / name)[0]

    def _open_log(self) -> IO[str]:
        path = self.path / "events.jsonl"
        torn = path.exists() and path.stat().st_size and path.read_bytes()[-1:] != b"\n"
        log = path.open("a", encoding="utf-8")
        if torn:
            log.write("\n")
        return log


def state_of(events: list[Event], *, held: bool) -> str:
    """The state that a log tells of."""
    last = events[-1] if events else None
    if last is not None and last.kind == "finished":
        return "stopped" if getattr(last, "stopped", False) else "finished"
    if last is not None and last.kind == "failed":
        return "failed"
    if held:
        return "running"
    return "interrupted" if events else "queued"


def recorded(events: Iterable[Event], folder: RunFolder) -> Iterator[Event]:
    """Pass events on once each is in the folder's log; holds the folder meanwhile."""
    folder.hold()
    try:
        for event in events:
            folder.append(event)
            yield event
    finally:
        folder.release()
