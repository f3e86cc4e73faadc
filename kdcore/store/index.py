"""The SQLite index over the runs: a cache of what their folders say.

It is written by one process at a time, under a lock file; where it is missing, damaged or of
another version it is made anew from the folders.
"""

import fcntl
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

VERSION = 1
COLUMNS = "id, created, state, settings, epochs, seconds, teacher, plain, distilled, note"
TABLE = """
CREATE TABLE run (
    id TEXT PRIMARY KEY, created REAL, state TEXT, settings TEXT, epochs INTEGER,
    seconds REAL, teacher REAL, plain REAL, distilled REAL, note TEXT
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run at a glance."""

    id: str
    created: float
    """Seconds since 1970."""
    state: str
    config: dict[str, Any]
    epochs: int
    seconds: float | None
    teacher: float | None
    """Test accuracies of the last evaluation."""
    plain: float | None
    distilled: float | None
    note: str


class Index:
    """The index in one file; every call opens and closes its own connection."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self) -> list[RunRow] | None:
        """All rows, newest first; ``None`` where the file has to be made anew."""
        if not self._path.exists():
            return None
        try:
            with closing(sqlite3.connect(self._path, timeout=5)) as connection:
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if version != VERSION:
                    return None
                found = connection.execute(f"SELECT {COLUMNS} FROM run ORDER BY id DESC")
                return [_row(values) for values in found]
        except (sqlite3.DatabaseError, ValueError):
            return None

    def write(self, rows: list[RunRow]) -> None:
        """Add or replace rows."""
        with self._writer() as connection:
            connection.executemany(
                f"INSERT OR REPLACE INTO run ({COLUMNS}) VALUES ({','.join('?' * 10)})",
                [_values(row) for row in rows],
            )

    def forget(self, run: str) -> None:
        """Leave a run out."""
        with self._writer() as connection:
            connection.execute("DELETE FROM run WHERE id = ?", (run,))

    def clear(self) -> None:
        """Move a damaged or old file aside."""
        with self._lock():
            for suffix in ("", "-wal", "-shm"):
                part = self._path.with_name(self._path.name + suffix)
                if part.exists():
                    part.replace(part.with_name(part.name + ".old"))

    @contextmanager
    def _writer(self) -> Iterator[sqlite3.Connection]:
        with self._lock(), closing(sqlite3.connect(self._path, timeout=5)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                connection.execute("DROP TABLE IF EXISTS run")
                connection.execute(TABLE)
                connection.execute(f"PRAGMA user_version={VERSION}")
            with connection:
                yield connection

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _row(values: tuple[Any, ...]) -> RunRow:
    names = (item.name for item in fields(RunRow))
    told = dict(zip(names, values, strict=True))
    return RunRow(**told | {"config": json.loads(told["config"])})


def _values(row: RunRow) -> tuple[Any, ...]:
    values = list(astuple(row))
    values[3] = json.dumps(row.config, ensure_ascii=False)
    return tuple(values)
