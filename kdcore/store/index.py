"""The SQLite index over the jobs: a cache of what their folders say.

It is written by one process at a time, under a lock file; where it is missing, damaged or of an
older version it is made anew from the folders, and that of a later version is left as it is.
Nothing depends on it: where it cannot be read or written, on a full disk say, everything is read
from the folders.
"""

import contextlib
import fcntl
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

from kdcore.store.row import JobRow

VERSION = 4
AS_JSON = ("config", "summary")
COLUMNS = tuple(item.name for item in fields(JobRow))
TABLE = """
CREATE TABLE job (
    id TEXT PRIMARY KEY, kind TEXT, parent TEXT, created REAL, state TEXT, config TEXT,
    summary TEXT, name TEXT, note TEXT, format INTEGER, starred INTEGER,
    log_size INTEGER
) WITHOUT ROWID
"""

Indexed = tuple[JobRow, int]
"""A row, and the size of the log that it describes."""


class Index:
    """The index in one file; every call opens and closes its own connection."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self, kind: str | None) -> dict[str, Indexed]:
        """All rows, or those of a kind of job, by id; none where the file cannot be read."""
        found = self._read("kind = ?", kind) if kind else self._read()
        return {row.id: (row, size) for row, size in found}

    def row(self, job: str) -> Indexed | None:
        """One row."""
        return next(iter(self._read("id = ?", job)), None)

    def write(self, rows: Iterable[Indexed]) -> None:
        """Add or replace rows; a damaged or old file is moved aside and begun anew."""
        values = [_values(*row) for row in rows]
        with contextlib.suppress(OSError, sqlite3.OperationalError):  # read-only, or a full disk
            try:
                self._insert(values)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # no database at all
                self.clear()
                self._insert(values)

    def forget(self, job: str) -> None:
        """Leave a job out."""
        with contextlib.suppress(OSError, sqlite3.DatabaseError), self._writer() as connection:
            connection.execute("DELETE FROM job WHERE id = ?", (job,))

    def clear(self) -> None:
        """Move the file aside."""
        with contextlib.suppress(OSError), self._lock():
            for suffix in ("", "-wal", "-shm"):
                part = self._path.with_name(self._path.name + suffix)
                if part.exists():
                    part.replace(part.with_name(part.name + ".old"))

    def _read(self, where: str = "1", *values: str) -> list[Indexed]:
        if not self._path.exists():
            return []
        columns = ", ".join((*COLUMNS, "log_size"))
        try:
            with closing(sqlite3.connect(self._path, timeout=5)) as connection:
                if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                    return []
                found = connection.execute(f"SELECT {columns} FROM job WHERE {where}", values)
                return [_indexed(values) for values in found]
        except (sqlite3.DatabaseError, ValueError):
            return []

    def _insert(self, values: list[tuple[Any, ...]]) -> None:
        places = ",".join("?" * (len(COLUMNS) + 1))
        columns = ", ".join((*COLUMNS, "log_size"))
        with self._writer() as connection:
            connection.executemany(
                f"INSERT OR REPLACE INTO job ({columns}) VALUES ({places})", values
            )

    @contextmanager
    def _writer(self) -> Iterator[sqlite3.Connection]:
        with self._lock(), closing(sqlite3.connect(self._path, timeout=5)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise sqlite3.OperationalError("a later version's index")
            if version != VERSION:
                connection.execute("DROP TABLE IF EXISTS run")
                connection.execute("DROP TABLE IF EXISTS job")
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


def _indexed(values: tuple[Any, ...]) -> Indexed:
    row = dict(zip(COLUMNS, values, strict=False))
    row |= {name: json.loads(row[name]) for name in AS_JSON} | {"starred": bool(row["starred"])}
    return JobRow(**row), values[-1]


def _values(row: JobRow, log_size: int) -> tuple[Any, ...]:
    values = dict(zip(COLUMNS, astuple(row), strict=True))
    values |= {name: json.dumps(values[name]) for name in AS_JSON}
    return (*values.values(), log_size)
