"""An append-only ``events.jsonl`` in a folder, which is the truth about what happened.

Whoever executes the job holds a lock on the folder; the lock falls with the process, so that work
without an end and without a holder is known to be interrupted.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from kdcore.escapes import ESCAPES
from kdcore.events import Ended, Event, from_dict
from kdcore.jobs.run.events import Snapshot
from kdcore.store.files import not_writable, write_whole

NAME = "events.jsonl"
SET_ASIDE = "events-set-aside.jsonl"
"""What was recorded after the checkpoint from which a job went on."""
TAIL = 1 << 16
"""Bytes that are read first where only the end of a log is looked for."""

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


class EventLog:
    """The events of a folder.

    Args:
        path: the folder.
        upgrade: makes of an event's values, as an older version wrote them, what they are today.
    """

    def __init__(self, path: Path, upgrade: Upgrade) -> None:
        self.path = path
        self._upgrade = upgrade
        self._log: IO[bytes] | None = None
        self._lock: IO[str] | None = None

    def hold(self) -> None:
        """Mark the folder as this process's, until ``release`` or the end of the process.

        Raises:
            UserError: it cannot be written.
        """
        try:
            self._lock = (self.path / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        except OSError as error:
            raise not_writable(self.path, error) from None

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

    @property
    def state(self) -> str:
        """What ``state_of`` says of its newest event."""
        held = self.held  # before the log: whoever lets go has written the end
        return state_of(self.last(), held=held or self.held)  # after: who has just begun holds it

    def append(self, event: Event) -> None:
        """Write one event whole or not at all; those that close something are on the disk then.

        Raises:
            UserError: it cannot be written, the disk being full, say.
        """
        line = (event.to_json() + "\n").encode("utf-8", ESCAPES)
        try:
            if self._log is None:
                self._log = self._open()
            end = self._log.seek(0, os.SEEK_END)
            try:
                _write_all(self._log, line)
                if isinstance(event, Snapshot | Ended):
                    os.fsync(self._log.fileno())
            except BaseException:
                self._log.truncate(end)
                raise
        except OSError as error:
            raise not_writable(self.path, error) from None

    def events(self, since: int = 0) -> list[Event]:
        """The events from number ``since`` on; a torn or damaged line is left out."""
        return [event for _, event in self.numbered(since)]

    def numbered(self, since: int = 0) -> list[tuple[int, Event]]:
        """The same with their numbers, as ``cut`` counts: a damaged line that is whole has one."""
        whole = enumerate(filter(_is_whole, self._lines()))
        return [
            (number, event)
            for number, line in whole
            if number >= since and (event := self._event(line))
        ]

    def damaged_lines(self) -> int:
        """How many lines hold no event that can be read."""
        return sum(self._event(line) is None for line in self._lines())

    def last(self) -> Event | None:
        """The newest event that can be read; only the end of the log is looked at."""
        try:
            with (self.path / NAME).open("rb") as log:
                end = log.seek(0, os.SEEK_END)
                block = TAIL
                while True:
                    log.seek(max(0, end - block))
                    lines = log.read(min(block, end)).splitlines(keepends=True)
                    for line in reversed(lines[1:] if block < end else lines):
                        if found := self._event(line.decode("utf-8", "replace")):
                            return found
                    if block >= end:
                        return None
                    block *= 8
        except OSError:
            return None

    @property
    def finished(self) -> bool:
        """Whether the job came to its own end; stopped, failed or broken off is none."""
        return state_of(self.last(), held=False) == "finished"

    def cut(self, count: int) -> list[Event]:
        """Let the log end after ``count`` events; those behind are returned, and set aside.

        Raises:
            UserError: the log cannot be written.
        """
        path = self.path / NAME
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        whole = [at for at, line in enumerate(lines) if _is_whole(line.decode("utf-8", "replace"))]
        if len(whole) <= count:
            return []
        tail, at = self.events(count), whole[count]
        try:
            with (self.path / SET_ASIDE).open("ab") as aside:
                aside.writelines(lines[at:])
                aside.flush()
                os.fsync(aside.fileno())
        except OSError as error:
            raise not_writable(self.path, error) from None
        if self._log is not None:
            self._log.close()
            self._log = None
        write_whole(path, b"".join(lines[:at]))
        return tail

    @property
    def edition(self) -> tuple[int, int]:
        """Another one once the log was cut, and not before: what was read of it counts no more."""
        return _status(self.path / SET_ASIDE).st_size, _status(self.path / NAME).st_ino

    def log_size(self) -> int:
        """Bytes of the log."""
        return _status(self.path / NAME).st_size

    def _lines(self) -> Iterator[str]:
        try:
            with (self.path / NAME).open(encoding="utf-8", errors="replace") as lines:
                yield from lines
        except OSError:
            return

    def _event(self, line: str) -> Event | None:
        """The event of a line; ``None`` where it is damaged, or of a later version."""
        if not _is_whole(line):
            return None
        try:
            return from_dict(self._upgrade(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def _open(self) -> IO[bytes]:
        path = self.path / NAME
        torn = path.exists() and path.stat().st_size and path.read_bytes()[-1:] != b"\n"
        log = path.open("ab", buffering=0)
        if torn:
            _write_all(log, b"\n")
        return log


def _status(path: Path) -> os.stat_result:
    """Of a file; zeros where there is none."""
    try:
        return path.stat()
    except OSError:
        return os.stat_result([0] * 10)


def _write_all(log: IO[bytes], line: bytes) -> None:
    """An unbuffered file may take only a part at a time."""
    rest = memoryview(line)
    while rest:
        rest = rest[log.write(rest) :]


def _is_whole(line: str) -> bool:
    """Whether a line of a log is not torn, and no zeros where a machine went down."""
    return line.startswith("{") and line.endswith("}\n")


def state_of(last: Event | None, *, held: bool) -> str:
    """The state of a job whose newest event is ``last``.

    Returns:
        ``queued``, ``running``, ``finished``, ``stopped``, ``failed``, ``crashed`` (the process
        that executed it died) or ``interrupted`` (nobody works on it any more).
    """
    if isinstance(last, Ended):
        return last.state
    if held:
        return "running"
    return "interrupted" if last else "queued"


def recorded(events: Iterable[Event], log: EventLog) -> Iterator[Event]:
    """Pass events on once each is in the log; the folder is held meanwhile.

    Whoever gets the end may resume or delete at once: the folder is free by then.
    """
    log.hold()
    try:
        for event in events:
            log.append(event)
            if isinstance(event, Ended):
                log.release()
            yield event
    finally:
        log.release()
