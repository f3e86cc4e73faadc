"""A folder with an append-only ``events.jsonl``, which is the truth about what happened.

Whoever trains holds a lock on the folder; the lock falls with the process, so that work without
an end and without a holder is known to be interrupted.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Protocol, Self, TypeVar

from kdcore.errors import UserError
from kdcore.escapes import ESCAPES
from kdcore.events import ENDS, Event, Failed, Snapshot, from_json
from kdcore.store.arrays import write_whole

STATE_OF_FAILURE = {"worker_died": "crashed", "never_began": "interrupted"}
"""By the code of a ``Failed``; any other is a run that failed."""


class Settings(Protocol):
    """What is read from ``config.json``."""

    def to_dict(self) -> dict[str, Any]:
        """All settings by name, as JSON values."""


T = TypeVar("T", bound=Settings)


class EventFolder:
    """Settings in ``config.json`` and events; reading needs no more than the path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name
        self._log: IO[str] | None = None
        self._lock: IO[str] | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """What was asked for, as JSON values, whatever version wrote them.

        Raises:
            UserError: the file is missing, empty, cut off or not one of settings by name.
        """
        try:
            values = json.loads((self.path / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise self._damaged(f"it is no JSON: {error}") from None
        if not isinstance(values, dict) or not values:
            raise self._damaged("it holds no settings by name")
        return values

    def read_as(self, read: Callable[[dict[str, Any]], T]) -> T:
        """The settings as ``read`` understands them.

        Raises:
            UserError: it cannot, or the file is damaged.
        """
        settings = self.settings
        try:
            found = read(settings)
            alike = _alike(settings, found.to_dict())
        except UserError as error:  # of another program or version
            raise self._damaged(str(error).rstrip(".")) from None
        except (TypeError, ValueError, AttributeError, KeyError):
            alike = False
        if not alike:  # a number where a text belongs, say
            raise self._damaged("it holds other kinds of values") from None
        return found

    def _damaged(self, cause: str) -> UserError:
        return UserError("folder_damaged", run=self.id, path=str(self.path), cause=cause)

    def begin(self, settings: Mapping[str, Any]) -> Self:
        """Make the folder with its settings; where they cannot be written there is no folder.

        Raises:
            UserError: it cannot be written.
        """
        text = json.dumps(settings, ensure_ascii=False, indent=1)
        try:
            self.path.mkdir(parents=True)
        except OSError as error:
            raise UserError(
                "store_not_writable", path=str(self.path.parent), cause=error.strerror
            ) from None
        try:
            write_whole(self.path / "config.json", text.encode("utf-8", ESCAPES), durably=True)
        except BaseException:
            shutil.rmtree(self.path, ignore_errors=True)
            raise
        return self

    def hold(self) -> None:
        """Mark the folder as this process's, until ``release`` or the end of the process.

        Raises:
            UserError: it cannot be written.
        """
        try:
            self._lock = (self.path / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        except OSError as error:
            raise UserError(
                "store_not_writable", path=str(self.path), cause=error.strerror
            ) from None

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
            raise UserError(
                "store_not_writable", path=str(self.path), cause=error.strerror
            ) from None

    def events(self, since: int = 0) -> list[Event]:
        """The events from number ``since`` on; a torn or damaged line is left out."""
        return list(self._read(since))

    @property
    def state(self) -> str:
        """What ``state_of`` says of its log, of which only the end is read."""
        held = self.held  # before the log: whoever lets go has written the end
        last = self._last()
        return state_of([last] if last else [], held=held)

    @property
    def finished(self) -> bool:
        """Whether its work came to its own end; stopped, failed or broken off is none."""
        return state_of([last] if (last := self._last()) else [], held=False) == "finished"

    def cut(self, count: int) -> list[Event]:
        """Let the log end after ``count`` events; those behind are returned, and set aside.

        Raises:
            UserError: the log cannot be written.
        """
        path = self.path / "events.jsonl"
        if not path.exists():
            return []
        lines = path.read_bytes().splitlines(keepends=True)
        whole = [at for at, line in enumerate(lines) if _is_whole(line.decode("utf-8", "replace"))]
        if len(whole) <= count:
            return []
        tail = self.events(count)
        at = whole[count]
        try:
            with (self.path / "events-set-aside.jsonl").open("ab") as aside:
                aside.writelines(lines[at:])
                aside.flush()
                os.fsync(aside.fileno())
        except OSError as error:
            raise UserError(
                "store_not_writable", path=str(self.path), cause=error.strerror
            ) from None
        if self._log is not None:
            self._log.close()
            self._log = None
        write_whole(path, b"".join(lines[:at]), durably=True)
        return tail

    def _last(self) -> Event | None:
        """The newest event that can be read."""
        try:
            with (self.path / "events.jsonl").open("rb") as log:
                end = log.seek(0, os.SEEK_END)
                block = 1 << 16
                while True:
                    log.seek(max(0, end - block))
                    lines = log.read(min(block, end)).splitlines(keepends=True)
                    for line in reversed(lines[1:] if block < end else lines):
                        if found := _event(line.decode("utf-8", "replace")):
                            return found
                    if block >= end:
                        return None
                    block *= 8
        except OSError:
            return None

    def _read(self, since: int) -> Iterator[Event]:
        try:
            lines = (self.path / "events.jsonl").open(encoding="utf-8", errors="replace")
        except OSError:
            return
        number = 0
        with lines:
            for line in lines:
                if not _is_whole(line):
                    continue
                number += 1
                if number > since and (event := _event(line)):
                    yield event

    def _open_log(self) -> IO[str]:
        path = self.path / "events.jsonl"
        torn = path.exists() and path.stat().st_size and path.read_bytes()[-1:] != b"\n"
        log = path.open("a", encoding="utf-8", errors=ESCAPES)
        if torn:
            log.write("\n")
        return log


def _alike(given: Any, read: Any) -> bool:
    """Whether settings are of the kinds as which they were read, texts or numbers or lists."""
    if isinstance(given, Mapping) and isinstance(read, Mapping):
        return all(_alike(value, read[name]) for name, value in given.items() if name in read)
    if isinstance(given, list | tuple) and isinstance(read, list | tuple):
        return set(map(_kind, given)) <= set(map(_kind, read))
    return _kind(given) is _kind(read)


def _kind(value: Any) -> type:
    return float if isinstance(value, int) else type(value)


def _is_whole(line: str) -> bool:
    """Whether a line of a log is not torn, and no zeros where a machine went down."""
    return line.startswith("{") and line.endswith("}\n")


def _event(line: str) -> Event | None:
    """The event of a line; ``None`` where it is damaged, or of another version."""
    if not _is_whole(line):
        return None
    try:
        return from_json(line)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def state_of(events: list[Event], *, held: bool) -> str:
    """The state that a log tells of.

    Returns:
        ``queued``, ``running``, ``finished``, ``stopped``, ``failed``, ``crashed`` (the process
        that trained it died) or ``interrupted`` (nobody trains it any more).
    """
    last = events[-1] if events else None
    if isinstance(last, Failed):
        return STATE_OF_FAILURE.get(last.code, "failed")
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
