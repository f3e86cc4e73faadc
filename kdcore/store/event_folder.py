"""A folder with an append-only ``events.jsonl``, which is the truth about what happened.

Whoever trains holds a lock on the folder; the lock falls with the process, so that work without
an end and without a holder is known to be interrupted.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Self

from kdcore.errors import UserError
from kdcore.events import ENDS, Event, Snapshot, from_json


class EventFolder:
    """Settings in ``config.json`` and events; reading needs no more than the path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name
        self._log: IO[str] | None = None
        self._lock: IO[str] | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """What was asked for, as JSON values, whatever version wrote them."""
        return json.loads((self.path / "config.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def begin(self, settings: Mapping[str, Any]) -> Self:
        """Make the folder.

        Raises:
            UserError: it cannot be written.
        """
        try:
            self.path.mkdir(parents=True)
            text = json.dumps(settings, ensure_ascii=False, indent=1)
            (self.path / "config.json").write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError("store_not_writable", path=str(self.path.parent),
                            cause=error.strerror) from None  # fmt: skip
        return self

    def hold(self) -> None:
        """Mark the folder as this process's, until ``release`` or the end of the process."""
        self._lock = (self.path / "lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def release(self) -> None:
        """The folder is nobody's any more."""
        for opened in (self._log, self._lock):
            if opened is not None:
                opened.close()
        self._log = self._lock = None

    @property
    def held(self) -> bool:
        """Whether a living process works on it."""
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

    @property
    def state(self) -> str:
        """``queued``, ``running``, ``finished``, ``stopped``, ``failed`` or ``interrupted``."""
        return state_of(self.events(), held=self.held)

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
    if last is not None and last.kind == "failed":
        return "failed"
    if last is not None and last.kind in ENDS:
        return "stopped" if getattr(last, "stopped", False) else "finished"
    if held:
        return "running"
    return "interrupted" if events else "queued"


def recorded(events: Iterable[Event], folder: EventFolder) -> Iterator[Event]:
    """Pass events on once each is in the folder's log; holds the folder meanwhile.

    Whoever hears the end may resume or delete at once: the folder is free by then.
    """
    folder.hold()
    try:
        for event in events:
            folder.append(event)
            if event.kind in ENDS:
                folder.release()
            yield event
    finally:
        folder.release()
