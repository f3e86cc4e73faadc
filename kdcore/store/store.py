"""The store: all jobs of a person, in one folder that can be copied and looked into."""

import re
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, overload

from kdcore.errors import UserError
from kdcore.escapes import ESCAPES
from kdcore.jobs.changed import flat
from kdcore.jobs.kind import KINDS, RUN, Config, JobKind, kind_for
from kdcore.store.files import export_whole, not_writable, write_whole
from kdcore.store.folder import JobFolder
from kdcore.store.index import Index, Indexed
from kdcore.store.log import SET_ASIDE
from kdcore.store.pinned_notes import PinnedNote, pin, pinned_notes, unpin
from kdcore.store.places import folders, is_job, kind_of, left_out, owner_of, place_of
from kdcore.store.row import NAME, NOTE, STAR, JobRow, created_at, row_of
from kdcore.store.trash import Trash, TrashRow
from kdcore.store_root import default_root

SETTLED = ("finished", "stopped", "failed", "crashed")
"""States that stay unless the log grows."""
LONGEST_NAME = 200
"""Characters of what a person calls a job."""
LONGEST_NOTE = 20_000
"""Characters of what a person writes about it."""
BEGUN = re.compile(r"\d{8}-\d{6}.*")
"""In an id."""
NOT_EXPORTED = {"lock", "checkpoints", SET_ASIDE}


class Store:
    """The jobs under a folder.

    Args:
        root: default: ``KDCORE_STORE``, or the user's data folder.
        recordings: more job folders, read-only, such as those that come with the program.
    """

    def __init__(self, root: Path | None = None, recordings: Sequence[Path] = ()) -> None:
        self.root = (root or default_root()).expanduser().resolve()
        self._recordings = {path.name: path for path in recordings}
        self._index = Index(self.root / "index.sqlite")
        self._trash = Trash(self.root / "trash")

    # -- one job -----------------------------------------------------------------------------

    def create(self, config: Config, job: str | None = None) -> JobFolder[Config]:
        """A new folder for what is asked for.

        Args:
            config: its type says of which kind the job is.
            job: its id; default: a new one.

        Raises:
            UserError: the store cannot be written.
        """
        kind = kind_for(config)
        place = self.root / kind.plural / (job or self._new_id(kind))
        return JobFolder(place, kind).begin(config.to_dict())

    @overload
    def find(self, text: str, kind: JobKind[Config]) -> JobFolder[Config]: ...
    @overload
    def find(self, text: str, kind: None = None) -> JobFolder[Any]: ...
    def find(self, text: str, kind: JobKind[Any] | None = None) -> JobFolder[Any]:
        """The job with this id, the only one that begins so, or the ``last``.

        The id of a cell, which is a run, is that of its sweep, search or selection with a dot and a
        number.

        Args:
            text: what a person typed.
            kind: that the job must be of; default: any.

        Raises:
            UserError: there is none, or several.
        """
        own = kind_of(text)
        if text in self._recordings and kind in (own, None):
            return JobFolder(self._recordings[text], own)
        if kind in (RUN, None) and (owner := owner_of(text)):
            return self._cell(text, owner)
        exact = JobFolder(place_of(self.root, own, text), own)
        if exact.id == text != ".." and kind in (own, None) and is_job(exact.path):
            return exact
        found = self._folders(kind)
        if text == "last":
            readable = [row.id for row in self.list(kind) if row.readable][:1]
            found = [folder for folder in found if folder.id in readable]
        else:
            found = [folder for folder in found if text and folder.id.startswith(text)]
        if len(found) != 1:
            listing = (kind or own).plural if kind or own is not RUN else "jobs"
            raise UserError("no_such_job", job=text, found=len(found), listing=listing)
        return found[0]

    def row(self, job: str) -> JobRow:
        """A job at a glance, by what ``find`` takes; looked up in the index.

        Raises:
            UserError: there is none, or several.
        """
        folder = self.find(job)
        if folder.path.parents[1] != self.root:  # a cell, or a recording
            return row_of(folder)
        row, new = _current(folder, self._index.row(folder.id))
        if new:
            self._index.write([row])
        return row[0]

    # -- all jobs ----------------------------------------------------------------------------

    def list(self, kind: JobKind[Any] | None = None) -> Sequence[JobRow]:
        """All jobs, or those of a kind, newest first, damaged ones among them."""
        known = self._index.rows(kind.name if kind else None)
        found = [_current(folder, known.get(folder.id)) for folder in self._folders(kind)]
        if changed := [item for item, new in found if new]:
            self._index.write(changed)
        return [item[0] for item, _ in found]

    def readable(self, kind: JobKind[Any]) -> Sequence[str]:
        """The ids of all jobs of a kind that can be opened, newest first."""
        return [row.id for row in self.list(kind) if row.readable]

    def recorded(self, kind: JobKind[Any]) -> Sequence[JobRow]:
        """The jobs of a kind that come with the program."""
        known = [self.find(job) for job in self._recordings if kind_of(job) is kind]
        return [row_of(folder) for folder in known]

    def not_begun(self) -> Sequence[JobFolder[Any]]:
        """The jobs without any event yet that nobody works on."""
        return [self.find(row.id) for row in self.list() if row.state == "queued"]

    def rebuild(self) -> Sequence[UserError]:
        """Make the index anew from the folders; what it leaves out or cannot read."""
        self._index.clear()
        self.list()
        problems = [problem for folder in self._folders() for problem in _problems(folder)]
        others = [path for kind in KINDS.values() for path in left_out(self.root, kind)]
        return [*problems, *(UserError("not_a_job", path=str(path)) for path in others)]

    # -- what people do with them ------------------------------------------------------------

    def note(self, job: str, text: str) -> None:
        """Keep a person's note with a job.

        Raises:
            UserError: there is no such job, the note is too long, or it cannot be written.
        """
        if len(text) > LONGEST_NOTE:
            raise UserError("note_too_long", length=len(text), most=LONGEST_NOTE)
        self._keep(job, NOTE, text)

    def star(self, job: str, starred: bool = True) -> None:
        """Mark a job so that it is found again, or take the mark away.

        Raises:
            UserError: there is no such job, or the mark cannot be written.
        """
        if starred:
            self._keep(job, STAR, "")
            return
        folder = self._own(job)
        try:
            (folder.path / STAR).unlink(missing_ok=True)
        except OSError as error:
            raise not_writable(folder.path, error) from None
        self._describe(folder)

    def pinned(self, run: str) -> Sequence[PinnedNote]:
        """The notes that are pinned to moments of a run, in the order of these.

        Raises:
            UserError: there is no such run.
        """
        return pinned_notes(self.find(run, RUN))

    def pin(self, run: str, position: float, text: str, note: str = "") -> PinnedNote:
        """Pin a note to a moment of a run.

        Args:
            run: its id, or what ``find`` takes.
            position: the moment, in epochs.
            text: of the note.
            note: id of the one that is changed or comes back; default: a new one.

        Raises:
            UserError: there is no such run, it comes with the program, the note is empty or too
                long, the run has no such moment or too many notes, or it cannot be written.
        """
        return pin(self._own(run, RUN), position, text, note)

    def unpin(self, run: str, note: str) -> None:
        """Delete the note with this id; one that is gone already may be.

        Raises:
            UserError: there is no such run, it comes with the program, or the note cannot be
                deleted.
        """
        unpin(self._own(run, RUN), note)

    def rename(self, job: str, name: str) -> None:
        """Keep what a person calls a job; empty for no name. Its id stays.

        Raises:
            UserError: there is no such job, or the name cannot be written.
        """
        self._keep(job, NAME, " ".join(name.split())[:LONGEST_NAME])

    def delete(self, job: str) -> str:
        """Move a job to the trash, from which ``restore`` brings it back; its id.

        Raises:
            UserError: there is none, somebody works on it, or it is a part of another.
        """
        folder = self._own(job)
        if owner := owner_of(folder.id):
            raise UserError("cell_stays", run=folder.id, owner=owner)
        if folder.held:
            raise UserError("run_in_use", run=folder.id)
        self._trash.take(folder.path, row_of(folder))
        self._index.forget(folder.id)
        return folder.id

    def trash(self) -> Sequence[TrashRow]:
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
        self._trash.give_back(name, place_of(self.root, kind_of(name), name))
        return name

    def purge(self, job: str) -> str:
        """Delete a job in the trash for good; its id.

        Raises:
            UserError: it is not in the trash, or cannot be deleted.
        """
        name = self._trash.find(job).name
        self._trash.purge(name)
        return name

    def empty_trash(self, older_than: float = 0.0) -> Sequence[str]:
        """Delete for good what was deleted more than ``older_than`` seconds ago; the ids.

        Raises:
            UserError: something cannot be deleted.
        """
        before = time.time() - older_than
        return [self.purge(row.id) for row in self.trash() if row.deleted <= before]

    def export(self, job: str, path: Path) -> None:
        """Write a job with all its cells as a zip file; what cannot be written whole is not left.

        Without checkpoints, which are many times larger than all the rest.

        Raises:
            UserError: there is no such job, or the file cannot be written.
        """
        folder = self.find(job)
        export_whole(path, lambda part: self._archive(folder, part))

    def compare(self, *jobs: str) -> Sequence[tuple[Any, ...]]:
        """The settings in which jobs differ: the name, then the value of each.

        What is within the settings of their students is called ``base.NAME``.

        Raises:
            UserError: one of them is not there or damaged.
        """
        settings = [flat(self.find(job).settings) for job in jobs]
        names = dict.fromkeys(name for one in settings for name in one)
        rows = [(name, *(one.get(name) for one in settings)) for name in names]
        return [row for row in rows if any(value != row[1] for value in row[2:])]

    # ----------------------------------------------------------------------------------------

    def _own(self, job: str, kind: JobKind[Any] | None = None) -> JobFolder[Any]:
        """As ``find``, but none of those that come with the program."""
        folder = self.find(job, kind)
        if {folder.id, owner_of(folder.id)} & self._recordings.keys():
            raise UserError("run_read_only", run=folder.id)
        return folder

    @staticmethod
    def _archive(folder: JobFolder[Any], path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for item in sorted(folder.path.rglob("*")):
                inner = item.relative_to(folder.path)
                if item.is_dir() or item.suffix == ".part" or NOT_EXPORTED & {*inner.parts}:
                    continue
                archive.write(item, f"{folder.id}/{inner}")

    def _keep(self, job: str, name: str, text: str) -> None:
        folder = self._own(job)
        write_whole(folder.path / name, text.encode("utf-8", ESCAPES))
        self._describe(folder)

    def _describe(self, folder: JobFolder[Any]) -> None:
        """Let the index say of a job what its folder now does."""
        if not owner_of(folder.id):
            self._index.write([(row_of(folder), folder.log_size())])

    def _new_id(self, kind: JobKind[Any]) -> str:
        """An id that no job has, be it in the trash."""
        while True:
            job = kind.new_id()
            if not any((self.root / place / job).exists() for place in (kind.plural, "trash")):
                return job

    def _cell(self, run: str, owner: str) -> JobFolder[Any]:
        folder = self.find(owner, kind_of(owner))
        cell = folder.cell(int(run.rpartition(".")[2]))
        if folder.id != owner or not is_job(cell.path):
            raise UserError("no_such_job", job=run, found=0, listing="jobs")
        return cell

    def _folders(self, kind: JobKind[Any] | None = None) -> Sequence[JobFolder[Any]]:
        """All jobs, or those of a kind, newest first."""
        found = [
            folder
            for one in ([kind] if kind else KINDS.values())
            for folder in folders(self.root, one)
        ]
        return sorted(found, key=_age, reverse=True)


def _age(folder: JobFolder[Any]) -> tuple[str, str]:
    """Grows with the time in an id."""
    begun = BEGUN.search(folder.id)
    return begun[0] if begun else "", folder.id


def _problems(folder: JobFolder[Any]) -> Sequence[UserError]:
    """What of a job cannot be read."""
    found = []
    try:
        folder.config  # noqa: B018
    except UserError as error:
        found.append(error)
    if lines := folder.damaged_lines():
        found.append(UserError("log_damaged", job=folder.id, lines=lines))
    return found


def _current(folder: JobFolder[Any], known: Indexed | None) -> tuple[Indexed, bool]:
    """What the index should say of a folder, and whether that is new to it."""
    if known:
        row, size = known
        settled = row.state in SETTLED
        same = size == folder.log_size() and row.created == created_at(folder)
        if same and (settled or row.state == ("running" if folder.held else "interrupted")):
            return known, False
    size = folder.log_size()  # before the events: what is appended meanwhile is read again
    found = row_of(folder), size
    return found, found != known
