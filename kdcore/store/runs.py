"""The store: all runs of a person, in one folder that can be copied and looked into."""

import os
import secrets
import sys
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kdcore.choice_config import ChoiceConfig
from kdcore.config import RunConfig
from kdcore.errors import UserError
from kdcore.events import Epoch, Event, Finished, Prepared, Scores
from kdcore.search_config import SearchConfig
from kdcore.shrink_config import ShrinkConfig
from kdcore.store.event_folder import state_of
from kdcore.store.folder import RunFolder
from kdcore.store.index import Index, RunRow
from kdcore.store.sweep_folder import (
    CHOICE,
    PLACES,
    SEARCH,
    SHRINK,
    SWEEP,
    ChoiceFolder,
    JobConfig,
    JobFolder,
    SearchFolder,
    ShrinkFolder,
    SweepFolder,
    owner_of,
)
from kdcore.sweep_config import SweepConfig

UNFINISHED = ("queued", "running", "paused")


class Store:
    """The runs under a folder.

    Args:
        root: default: ``KDCORE_STORE``, or the user's data folder.
        recordings: more run folders, read-only, such as one that comes with the program.
    """

    def __init__(self, root: Path | None = None, recordings: Sequence[Path] = ()) -> None:
        self.root = (root or default_root()).expanduser().resolve()
        self._recordings = {path.name: path for path in recordings}
        self._index = Index(self.root / "index.sqlite")

    def create(self, config: RunConfig, run: str | None = None) -> RunFolder:
        """A new run's folder.

        Raises:
            UserError: the store cannot be written.
        """
        return RunFolder(self.root / "runs" / (run or new_run_id())).begin(config.to_dict())

    def create_sweep(self, config: SweepConfig) -> SweepFolder:
        """A new sweep's folder.

        Raises:
            UserError: the store cannot be written.
        """
        return SweepFolder(self.root / "sweeps" / (SWEEP + new_run_id())).begin(config.to_dict())

    def create_job(self, config: JobConfig) -> JobFolder:
        """A new folder for whatever is asked for.

        Raises:
            UserError: the store cannot be written.
        """
        match config:
            case SweepConfig():
                return self.create_sweep(config)
            case SearchConfig():
                return self.create_search(config)
            case ChoiceConfig():
                return self.create_choice(config)
            case ShrinkConfig():
                return self.create_shrink(config)
        return self.create(config)

    def create_search(self, config: SearchConfig) -> SearchFolder:
        """A new search's folder.

        Raises:
            UserError: the store cannot be written.
        """
        place = self.root / "searches" / (SEARCH + new_run_id())
        return SearchFolder(place).begin(config.to_dict())

    def create_choice(self, config: ChoiceConfig) -> ChoiceFolder:
        """A new folder for a choice of teacher.

        Raises:
            UserError: the store cannot be written.
        """
        place = self.root / "choices" / (CHOICE + new_run_id())
        return ChoiceFolder(place).begin(config.to_dict())

    def create_shrink(self, config: ShrinkConfig) -> ShrinkFolder:
        """A new shrinking's folder.

        Raises:
            UserError: the store cannot be written.
        """
        place = self.root / "shrinks" / (SHRINK + new_run_id())
        return ShrinkFolder(place).begin(config.to_dict())

    def sweep(self, sweep: str) -> SweepFolder:
        """The sweep with this id, the only one that begins so, or the ``last``.

        Raises:
            UserError: there is none, or several.
        """
        found = _meant(sweep, self.sweeps())
        if len(found) != 1:
            raise UserError("no_such_sweep", sweep=sweep, found=len(found))
        return SweepFolder(self.root / "sweeps" / found[0])

    def sweeps(self) -> list[str]:
        """The ids of all sweeps, newest first."""
        return self._listed("sweeps")

    def search(self, search: str) -> SearchFolder:
        """The search with this id, the only one that begins so, or the ``last``.

        Raises:
            UserError: there is none, or several.
        """
        found = _meant(search, self.searches())
        if len(found) != 1:
            raise UserError("no_such_search", search=search, found=len(found))
        return SearchFolder(self.root / "searches" / found[0])

    def searches(self) -> list[str]:
        """The ids of all searches, newest first."""
        return self._listed("searches")

    def choices(self) -> list[str]:
        """The ids of all choices of a teacher, newest first."""
        return self._listed("choices")

    def shrink(self, shrink: str) -> ShrinkFolder:
        """The shrinking with this id, the only one that begins so, or the ``last``.

        Raises:
            UserError: there is none, or several.
        """
        found = _meant(shrink, self.shrinks())
        if len(found) != 1:
            raise UserError("no_such_shrink", shrink=shrink, found=len(found))
        return ShrinkFolder(self.root / "shrinks" / found[0])

    def shrinks(self) -> list[str]:
        """The ids of all shrinkings, newest first."""
        return self._listed("shrinks")

    def job(self, job: str) -> JobFolder:
        """The folder of a run, a sweep, a search, a choice or a shrinking, by its full id.

        Raises:
            UserError: there is none.
        """
        if job.startswith(SHRINK) and job in self.shrinks():
            return self.shrink(job)
        if job.startswith(tuple(PLACES)) and not owner_of(job):
            return self._cells_folder(job)
        return self.folder(job)

    def folder(self, run: str) -> RunFolder:
        """The run with this id, the only one that begins so, or the ``last``.

        The id of a cell is that of its sweep, search or choice with a dot and a number.

        Raises:
            UserError: there is none, or several.
        """
        if run in self._recordings:
            return RunFolder(self._recordings[run])
        if owner := owner_of(run):
            cell = self._cells_folder(owner).cell(int(run.rpartition(".")[2]))
            if not (cell.path / "config.json").exists():
                raise UserError("no_such_run", run=run, found=0)
            return cell
        ids = self._ids()
        found = ids[-1:] if run == "last" else [name for name in ids if name.startswith(run)]
        if run in ids:
            found = [run]
        if len(found) != 1 or not run:
            raise UserError("no_such_run", run=run, found=len(found))
        return RunFolder(self.root / "runs" / found[0])

    def runs(self) -> list[RunRow]:
        """All runs, newest first; what changed since it was indexed is read again."""
        known = {row.id: row for row in self._index.rows() or []}
        ids = self._ids()
        unsettled = {*UNFINISHED, "interrupted"}
        fresh = [self._describe(name) for name in ids
                 if name not in known or known[name].state in unsettled]  # fmt: skip
        changed = [row for row in fresh if known.get(row.id) != row]
        if changed:
            self._write(changed)
        known |= {row.id: row for row in changed}
        return [known[name] for name in reversed(ids)]

    def rebuild(self) -> None:
        """Make the index anew from the folders."""
        self._index.clear()
        self._write([self._describe(name) for name in self._ids()])

    def note(self, run: str, text: str) -> None:
        """Keep a person's note with a run."""
        folder = self.folder(run)
        (folder.path / "note.txt").write_text(text, encoding="utf-8")
        self._write([self._describe(folder.id)])

    def delete(self, run: str) -> None:
        """Move a run to the trash, from which ``restore`` brings it back."""
        folder = self.folder(run)
        if folder.id in self._recordings:
            raise UserError("run_read_only", run=run)
        if folder.held:
            raise UserError("run_in_use", run=run)
        trash = self.root / "trash"
        trash.mkdir(parents=True, exist_ok=True)
        folder.path.replace(trash / folder.id)
        self._index.forget(folder.id)

    def restore(self, run: str) -> None:
        """Bring a deleted run back."""
        place = self.root / "trash" / run
        if not place.is_dir() or place.parent != self.root / "trash":
            raise UserError("no_such_run", run=run, found=0)
        place.replace(self.root / "runs" / run)
        self._write([self._describe(run)])

    def export(self, run: str, path: Path) -> None:
        """Write a run as a zip file.

        Raises:
            UserError: there is no such run, or the file cannot be written.
        """
        folder = self.folder(run)
        try:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for item in sorted(folder.path.iterdir()):
                    if item.is_file() and item.name != "lock":
                        archive.write(item, f"{folder.id}/{item.name}")
        except OSError as error:
            raise UserError("store_not_writable", path=str(path), cause=error.strerror) from None

    def compare(self, run: str, other: str) -> list[tuple[str, Any, Any]]:
        """The settings in which two runs differ: name, one, other."""
        one, two = self.folder(run).settings, self.folder(other).settings
        return [(name, one.get(name), two.get(name)) for name in one | two
                if one.get(name) != two.get(name)]  # fmt: skip

    def _cells_folder(self, job: str) -> SweepFolder | SearchFolder | ChoiceFolder:
        place, kind = PLACES[job.partition("-")[0] + "-"]
        if job not in self._listed(place):
            raise UserError("no_such_run", run=job, found=0)
        return kind(self.root / place / job)

    def _listed(self, place: str) -> list[str]:
        folder = self.root / place
        if not folder.is_dir():
            return []
        found = [path.name for path in folder.iterdir() if (path / "config.json").exists()]
        return sorted(found, reverse=True)

    def _ids(self) -> list[str]:
        runs = self.root / "runs"
        if not runs.is_dir():
            return []
        return sorted(path.name for path in runs.iterdir() if (path / "config.json").exists())

    def _write(self, rows: list[RunRow]) -> None:
        try:
            self._index.write(rows)
        except OSError:
            return  # a read-only store is shown from its folders alone
        except Exception:
            self._index.clear()
            self._index.write([self._describe(name) for name in self._ids()])

    def _describe(self, name: str) -> RunRow:
        folder = RunFolder(self.root / "runs" / name)
        events = folder.events()
        created = (folder.path / "config.json").stat().st_mtime
        try:
            settings = folder.settings
        except ValueError:
            settings, state = {}, "damaged"
        else:
            state = state_of(events, held=folder.held)
        note = folder.path / "note.txt"
        return RunRow(
            name, created, state, settings, *_outcome(events),
            note.read_text(encoding="utf-8") if note.exists() else "",
        )  # fmt: skip


def _outcome(
    events: list[Event],
) -> tuple[int, float | None, float | None, float | None, float | None]:
    """Epochs, seconds and the accuracies of the last evaluation."""
    epochs, seconds, teacher = 0, None, None
    students: dict[str, Scores] = {}
    for event in events:
        match event:
            case Prepared():
                teacher = event.teacher
            case Epoch():
                epochs, students = event.epoch, event.students
            case Finished():
                epochs, seconds = event.epochs, event.seconds
                students = event.students or students
    accuracies = [scores.test_accuracy if scores else None for scores in
                  (teacher, students.get("plain"), students.get("distilled"))]  # fmt: skip
    return epochs, seconds, accuracies[0], accuracies[1], accuracies[2]


def _meant(given: str, ids: list[str]) -> list[str]:
    """The ids that a person may mean, ``ids`` being newest first."""
    if given in ids:
        return [given]
    if given == "last":
        return ids[:1]
    return [name for name in ids if given and name.startswith(given)]


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
