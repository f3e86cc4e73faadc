"""A job at a glance: a line of a listing, and of the index."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.store.folder import UNREADABLE, JobFolder
from kdcore.store.log import state_of

NOTE, NAME, STAR = "note.txt", "name.txt", "starred"
"""Files in a job's folder: what a person wrote about it and calls it, and that it is starred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job at a glance."""

    id: str
    kind: str = RUN.name
    parent: str = ""
    """Id of the job that it starts from."""
    created: float
    """Seconds since 1970."""
    state: str
    """See ``state_of``; ``damaged`` where the settings cannot be read, ``newer`` where a later
    version wrote them."""
    config: dict[str, Any]
    """As JSON values; empty where they cannot be read."""
    summary: dict[str, Any] = field(default_factory=dict)
    """What it has found, as its record sums it up."""
    name: str = ""
    """That a person gave it."""
    note: str = ""
    format: int = 0
    """Of the stored settings; 0 where they cannot be read."""
    starred: bool = False
    """Whether a person wants to find it again."""

    @property
    def readable(self) -> bool:
        """Whether it can be opened."""
        return self.state not in UNREADABLE


def row_of(folder: JobFolder[Any]) -> JobRow:
    """The row of a folder that exists, however damaged it is."""
    held = folder.held  # before the events and after them, as in ``EventLog.state``
    events = folder.events()
    record = folder.kind.record()
    with suppress(UserError, LookupError, TypeError, ValueError):  # of another program, say
        record.fold(events)
    settings: dict[str, Any] = {}
    format = 0
    try:
        folder.config  # noqa: B018  (that it can be read is what tells settings from anything else)
        settings, format = folder.settings, folder.format
        state = state_of(events[-1] if events else None, held=held or folder.held)
    except UserError as error:
        state = "newer" if error.code == "format_newer" else "damaged"
    return JobRow(
        id=folder.id,
        kind=folder.kind.name,
        parent=str(settings.get(folder.kind.parent, "")),
        created=created_at(folder),
        state=state,
        config=settings,
        summary=record.summary(),
        name=folder.text(NAME),
        note=folder.text(NOTE),
        format=format,
        starred=(folder.path / STAR).exists(),
    )


def created_at(folder: JobFolder[Any]) -> float:
    """When the settings were written, in seconds since 1970; without them, when the folder was."""
    for path in (folder.path / "config.json", folder.path):
        try:
            return path.stat().st_mtime
        except OSError:
            continue
    return 0.0
