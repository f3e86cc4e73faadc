"""The store: all jobs of a person, in one folder that can be copied and looked into."""

import os
import secrets
import sys
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from kdcore.errors import UserError
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.store.folder import RunFolder
from kdcore.store.index import Index, Indexed
from kdcore.store.kinds import KINDS, JobConfig, JobFolder, Kind, kind_for, kind_of, owner_of
from kdcore.store.outcome import RunRow, created_at, described
from kdcore.store.sweep_folder import (
    CellsFolder,
    ChoiceFolder,
    SearchFolder,
    ShrinkFolder,
    SweepFolder,
)
from kdcore.store.trash import Trash, TrashRow

SETTLED = ("finished", "stopped", "failed", "crashed")
"""States that stay unless the log grows."""


class Store:
    """The jobs under a folder.

    Args:
        root: default: ``KDCORE_STORE``, or the user's data folder.
        recordings: more run folders, read-only, such as one that comes with the program.
    """

    def __init__(self, root: Path | None = None, recordings: Sequence[Path] = ()) -> None:
        self.root = (root or default_root()).expanduser().resolve()
        self._recordings = {path.name: path for path in recordings}
        self._index = Index(self.root / "index.sqlite")
        self._trash = Trash(self.root / "trash")

    # -- new jobs ----------------------------------------------------------------------------

    def create(self, config: RunConfig, run: str | None = None) -> RunFolder:
        """A new run's folder.

        Raises:
            UserError: the store cannot be written.
        """
        return cast(RunFolder, self.create_job(config, run))

    def create_sweep(self, config: SweepConfig) -> SweepFolder:
        """A new sweep's folder; see ``create``."""
        return cast(SweepFolder, self.create_job(config))

    def create_search(self, config: SearchConfig) -> SearchFolder:
        """A new search's folder; see ``create``."""
        return cast(SearchFolder, self.create_job(config))

    def create_choice(self, config: TeacherSelectionConfig) -> ChoiceFolder:
        """A new folder for a choice of teacher; see ``create``."""
        return cast(ChoiceFolder, self.create_job(config))

    def create_shrink(self, config: CompressionConfig) -> ShrinkFolder:
        """A new shrinking's folder; see ``create``."""
        return cast(ShrinkFolder, self.create_job(config))

    def create_job(self, config: JobConfig, job: str | None = None) -> JobFolder:
        """A new folder for whatever is asked for.

        Args:
            config: its settings.
            job: its id; default: a new one.

        Raises:
            UserError: the store cannot be written.
        """
        kind = kind_for(config)
        place = self.root / kind.place / (job or self._new_id(kind))
        return kind.folder(place).begin(config.to_dict())

    # -- one job -----------------------------------------------------------------------------

    def folder(self, run: str) -> RunFolder:
        """The run with this id, the only one that begins so, or the ``last``.

        The id of a cell is that of its sweep, search or choice with a dot and a number.

        Raises:
            UserError: there is none, or several.
        """
        if run in self._recordings:
            return RunFolder(self._recordings[run])
        if owner := owner_of(run):
            return self._cell(run, owner)
        return cast(RunFolder, self._found(KINDS["run"], run))

    def sweep(self, sweep: str) -> SweepFolder:
        """The sweep with this id, the only one that begins so, or the ``last``.

        Raises:
            UserError: there is none, or several.
        """
        return cast(SweepFolder, self._found(KINDS["sweep"], sweep))

    def search(self, search: str) -> SearchFolder:
        """The search; see ``sweep``."""
        return cast(SearchFolder, self._found(KINDS["search"], search))

    def shrink(self, shrink: str) -> ShrinkFolder:
        """The shrinking; see ``sweep``."""
        return cast(ShrinkFolder, self._found(KINDS["shrink"], shrink))

    def job(self, job: str) -> JobFolder:
        """The folder of a job of any kind, by its id, the beginning of it, or ``last`` for a run.

        Raises:
            UserError: there is none, or several.
        """
        kind = kind_of(job)
        if kind is KINDS["run"] or owner_of(job):
            return self.folder(job)
        return self._found(kind, job)

    def row(self, job: str) -> RunRow:
        """A job at a glance, by its id or what ``job`` takes; looked up in the index.

        Raises:
            UserError: there is none, or several.
        """
        folder = self.job(job)
        kind = kind_of(folder.id).name
        if folder.path.parents[1] != self.root:  # a cell, or a recording
            return described(folder, "run")
        row, new = _current(folder, kind, self._index.row(folder.id))
        if new:
            self._index.write([row])
        return row[0]

    # -- many jobs ---------------------------------------------------------------------------

    def runs(self) -> list[RunRow]:
        """All runs, newest first; see ``rows``."""
        return self.rows("run")

    def rows(self, kind: str) -> list[RunRow]:
        """All jobs of a kind, a name in ``KINDS``, newest first, those that are damaged too.

        What changed since it was indexed is read again.
        """
        known = self._index.rows(kind)
        current = [_current(folder, kind, known.get(folder.id)) for folder in self._folders(kind)]
        if changed := [row for row, new in current if new]:
            self._index.write(changed)
        return [row for (row, _), _ in current]

    def sweeps(self) -> list[str]:
        """The ids of all sweeps that can be opened, newest first."""
        return self._readable("sweep")

    def searches(self) -> list[str]:
        """The ids of all searches that can be opened, newest first."""
        return self._readable("search")

    def choices(self) -> list[str]:
        """The ids of all choices of a teacher that can be opened, newest first."""
        return self._readable("choice")

    def shrinks(self) -> list[str]:
        """The ids of all shrinkings that can be opened, newest first."""
        return self._readable("shrink")

    def not_begun(self) -> list[JobFolder]:
        """The jobs of all kinds that have told nothing yet and that nobody works on."""
        return [
            folder
            for kind in KINDS
            for folder in self._folders(kind)
            if not _log_size(folder) and not folder.held
        ]

    def rebuild(self) -> None:
        """Make the index anew from the folders."""
        self._index.clear()
        for kind in KINDS:
            self.rows(kind)

    # -- what people do with them ------------------------------------------------------------

    def note(self, run: str, text: str) -> None:
        """Keep a person's note with a run.

        Raises:
            UserError: there is no such run, or the note cannot be written.
        """
        folder = self.folder(run)
        path = folder.path / "note.txt"
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError("file_not_writable", path=str(path), cause=error.strerror) from None
        self._index.write([_read(folder, "run")])

    def delete(self, job: str) -> str:
        """Move a job of any kind to the trash, from which ``restore`` brings it back; its id.

        Raises:
            UserError: there is none, somebody works on it, or it is a part of another.
        """
        folder = self.job(job)
        if folder.id in self._recordings:
            raise UserError("run_read_only", run=folder.id)
        if owner := owner_of(folder.id):
            raise UserError("cell_stays", run=folder.id, owner=owner)
        if folder.held:
            raise UserError("run_in_use", run=folder.id)
        self._trash.take(folder.path, described(folder, kind_of(folder.id).name))
        self._index.forget(folder.id)
        return folder.id

    def trash(self) -> list[TrashRow]:
        """The deleted jobs of all kinds, last deleted first."""
        return self._trash.rows()

    def restore(self, job: str) -> str:
        """Bring a deleted job back; its id.

        Args:
            job: its id, or the beginning of it.

        Raises:
            UserError: it is not in the trash, or the store has another one of this id.
        """
        name = self._trash.find(job).name
        self._trash.give_back(name, self.root / kind_of(name).place / name)
        return name

    def purge(self, job: str) -> str:
        """Delete a job in the trash for good; its id.

        Raises:
            UserError: it is not in the trash, or cannot be deleted.
        """
        name = self._trash.find(job).name
        self._trash.purge(name)
        return name

    def empty_trash(self, older_than: float = 0.0) -> list[str]:
        """Delete for good what was deleted more than ``older_than`` seconds ago; the ids.

        Raises:
            UserError: something cannot be deleted.
        """
        before = time.time() - older_than
        return [self.purge(row.id) for row in self.trash() if row.deleted <= before]

    def export(self, run: str, path: Path) -> None:
        """Write a run as a zip file.

        Raises:
            UserError: there is no such run, or the file cannot be written.
        """
        folder = self.folder(run)
        if not path.parent.is_dir():
            raise UserError("export_folder_missing", folder=str(path.parent), file=path.name)
        try:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for item in sorted(folder.path.iterdir()):
                    if item.is_file() and item.name != "lock":
                        archive.write(item, f"{folder.id}/{item.name}")
        except OSError as error:
            raise UserError("file_not_writable", path=str(path), cause=error.strerror) from None

    def compare(self, run: str, other: str) -> list[tuple[str, Any, Any]]:
        """The settings in which two runs differ: name, one, other."""
        one, two = self.folder(run).settings, self.folder(other).settings
        return [
            (name, one.get(name), two.get(name))
            for name in one | two
            if one.get(name) != two.get(name)
        ]

    # ----------------------------------------------------------------------------------------

    def _new_id(self, kind: Kind) -> str:
        """An id that no job has, be it in the trash."""
        while True:
            job = kind.prefix + new_run_id()
            if not any((self.root / place / job).exists() for place in (kind.place, "trash")):
                return job

    def _found(self, kind: Kind, text: str) -> JobFolder:
        """The job of a kind that a person means.

        Raises:
            UserError: there is none, or several.
        """
        exact = kind.folder(self.root / kind.place / text)
        if exact.id == text != ".." and _is_job(exact.path):
            return exact
        folders = self._folders(kind.name)
        if text == "last":
            readable = [row.id for row in self.rows(kind.name) if row.state != "damaged"][:1]
            found = [folder for folder in folders if folder.id in readable]
        else:
            found = [folder for folder in folders if text and folder.id.startswith(text)]
        if len(found) != 1:
            raise UserError(kind.missing, **{_named(kind): text}, found=len(found))
        return found[0]

    def _cell(self, run: str, owner: str) -> RunFolder:
        folder = self._found(kind_of(owner), owner)
        assert isinstance(folder, CellsFolder), "only those own cells"
        cell = folder.cell(int(run.rpartition(".")[2]))
        if folder.id != owner or not _is_job(cell.path):
            raise UserError("no_such_run", run=run, found=0)
        return cell

    def _folders(self, kind: str) -> list[JobFolder]:
        """All jobs of a kind, newest first."""
        place, folder = self.root / KINDS[kind].place, KINDS[kind].folder
        try:
            names = [path.name for path in place.iterdir()]
        except OSError:  # nothing is stored yet
            return []
        return [
            folder(place / name) for name in sorted(names, reverse=True) if _is_job(place / name)
        ]

    def _readable(self, kind: str) -> list[str]:
        return [row.id for row in self.rows(kind) if row.state != "damaged"]


def _is_job(path: Path) -> bool:
    try:
        return (path / "config.json").exists()
    except (OSError, ValueError):  # a name that is too long, or none at all
        return False


def _named(kind: Kind) -> str:
    """What the sentence that there is none calls its id."""
    return kind.missing.removeprefix("no_such_")


def _current(folder: JobFolder, kind: str, known: Indexed | None) -> tuple[Indexed, bool]:
    """What the index should say of a folder, and whether that is new to it."""
    if known:
        row, size = known
        settled = row.state in SETTLED
        same = size == _log_size(folder) and row.created == created_at(folder)
        if same and (settled or row.state == ("running" if folder.held else "interrupted")):
            return known, False
    found = _read(folder, kind)
    return found, found != known


def _read(folder: JobFolder, kind: str) -> Indexed:
    size = _log_size(folder)  # before the events: what is appended meanwhile is read again
    return described(folder, kind), size


def _log_size(folder: JobFolder) -> int:
    try:
        return (folder.path / "events.jsonl").stat().st_size
    except OSError:
        return 0


def new_run_id() -> str:
    """Sorts by time: ``20260131-174502-3f9a``, in UTC."""
    return time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + "-" + secrets.token_hex(2)


def default_root() -> Path:
    """``KDCORE_STORE``, or the platform's place for a program's data."""
    if given := os.environ.get("KDCORE_STORE"):
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "kdcore"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "kdcore"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "kdcore"
