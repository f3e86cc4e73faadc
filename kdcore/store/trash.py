"""Deleted jobs: their folders under ``trash``, each with a note of when it was deleted."""

import json
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from kdcore.errors import UserError
from kdcore.escapes import ESCAPES
from kdcore.store.files import write_whole
from kdcore.store.folder import JobFolder
from kdcore.store.places import kind_of
from kdcore.store.row import JobRow, row_of

LABEL = "deleted.json"
"""File in a deleted folder: when it was deleted, and its row at that time."""


@dataclass(frozen=True, slots=True)
class TrashRow:
    """A deleted job."""

    row: JobRow
    """As it was when it was deleted."""
    deleted: float
    """Seconds since 1970."""

    @property
    def id(self) -> str:
        """Of the job."""
        return self.row.id


class Trash:
    """The folders under ``place``, by the ids of their jobs."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def rows(self) -> list[TrashRow]:
        """What was deleted, last first."""
        found = [_row(path) for path in _folders(self._place)]
        return sorted(found, key=lambda row: (row.deleted, row.id), reverse=True)

    def take(self, path: Path, row: JobRow) -> None:
        """Move the folder of a job here.

        Raises:
            UserError: another one of this id lies here, or it cannot be moved.
        """
        target = self._place / path.name
        if target.exists():
            raise UserError("already_in_trash", run=path.name)
        label = json.dumps({"deleted": time.time(), "row": asdict(row)}, ensure_ascii=False)
        with suppress(UserError):  # a full disk must not keep anybody from deleting
            write_whole(path / LABEL, label.encode("utf-8", ESCAPES))
        _move(path, target)

    def give_back(self, job: str, target: Path) -> None:
        """Move a deleted job's folder to ``target``.

        Raises:
            UserError: it is not here, there is one in its place, or it cannot be moved.
        """
        path = self.find(job)
        if target.exists():
            raise UserError("id_taken", run=path.name)
        _move(path, target)
        (target / LABEL).unlink(missing_ok=True)

    def purge(self, job: str) -> None:
        """Delete a job for good.

        Raises:
            UserError: it is not here, or cannot be deleted.
        """
        path = self.find(job)
        try:
            shutil.rmtree(path)
        except OSError as error:
            raise UserError("file_not_writable", path=str(path), cause=error.strerror) from None

    def find(self, job: str) -> Path:
        """The folder of the deleted job with this id, or the only one that begins so.

        Raises:
            UserError: there is none, or several.
        """
        names: Sequence[str] = [path.name for path in _folders(self._place)]
        found = [job] if job in names else [name for name in names if job and name.startswith(job)]
        if len(found) != 1:
            raise UserError("not_in_trash", run=job, found=len(found))
        return self._place / found[0]


def _folders(place: Path) -> list[Path]:
    return [path for path in place.iterdir() if path.is_dir()] if place.is_dir() else []


def _move(path: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    except OSError as error:
        raise UserError("file_not_writable", path=str(target), cause=error.strerror) from None


def _row(path: Path) -> TrashRow:
    try:
        label = json.loads((path / LABEL).read_text(encoding="utf-8"))
        return TrashRow(JobRow(**label["row"]), float(label["deleted"]))
    except (OSError, ValueError, KeyError, TypeError):  # of an older version, or a full disk
        return TrashRow(row_of(JobFolder(path, kind_of(path.name))), path.stat().st_ctime)
