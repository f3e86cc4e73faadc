"""What a class did, in an append-only file: what was acknowledged is on the disk."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Any

from kdcore.store.files import not_writable, write_whole

Entry = list[Any]
"""What happened and what to, as JSON values: ``["vote", QUESTION, BROWSER, OPTION, NUMBER]``."""


class ClassLog:
    """Entries, a line each.

    Many may add at once: what waits is written together, and the disk is waited for once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._adding, self._writing = Lock(), Lock()
        self._waiting: list[Entry] = []
        self._added = 0
        self._written = 0

    def read(self) -> tuple[list[Entry], int]:
        """All entries, and how many lines cannot be read, such as one that was cut off."""
        try:
            lines = self._path.read_bytes().split(b"\n")
        except OSError:
            return [], 0
        entries: list[Entry] = []
        damaged = 0
        for line in filter(None, lines):
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                entry = None
            if isinstance(entry, list) and entry and isinstance(entry[0], str):
                entries.append(entry)
            else:
                damaged += 1
        return entries, damaged

    def add(self, entry: Entry) -> int:
        """Have an entry written; its number for ``sync``."""
        with self._adding:
            self._waiting.append(entry)
            self._added += 1
            return self._added

    @property
    def newest(self) -> int:
        """Number of the entry that was added last; 0 before the first."""
        with self._adding:
            return self._added

    def sync(self, number: int) -> None:
        """Return when the entry is on the disk.

        Raises:
            UserError: it cannot be written now; it is kept, and written with the next.
        """
        with self._writing:
            if self._written >= number:
                return
            with self._adding:
                entries, self._waiting, newest = self._waiting, [], self._added
            try:
                self._append(b"".join(map(_line, entries)))
            except OSError as error:
                with self._adding:
                    self._waiting = entries + self._waiting
                raise not_writable(self._path.parent, error) from None
            self._written = newest

    def replace(self, entries: Iterable[Entry]) -> None:
        """Hold these entries alone; nobody adds meanwhile.

        Raises:
            UserError: they cannot be written; the file is as it was.
        """
        with self._writing, self._adding:
            write_whole(self._path, b"".join(map(_line, entries)))
            self._waiting, self._written = [], self._added

    def _append(self, lines: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+") as file:
            if file.tell() and not _ends_a_line(file):
                file.write(b"\n")  # the one before was cut off
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())


def _ends_a_line(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")


def _line(entry: Entry) -> bytes:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
