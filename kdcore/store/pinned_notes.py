"""What people write about a moment of a run: a file a note, in the folder ``notes`` of the run.

So a note that two write at once is the one of whoever was last, and no other is touched.
"""

import json
import math
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from kdcore.errors import UserError
from kdcore.escapes import ESCAPES
from kdcore.store.files import not_writable, write_whole
from kdcore.store.folder import RunFolder

FOLDER = "notes"
LONGEST_TEXT = 1000
"""Characters of a note."""
MOST = 200
"""Notes of a run."""
ID = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedNote:
    """A text and the moment that it speaks of."""

    id: str
    position: float
    """On the time axis, in epochs."""
    text: str


def pinned_notes(folder: RunFolder) -> list[PinnedNote]:
    """The notes of a run in the order of their moments; a file that is none is left out."""
    try:
        paths = list((folder.path / FOLDER).iterdir())
    except OSError:  # nobody has written any
        return []
    found = (_read(path) for path in paths if path.suffix == ".json" and ID.fullmatch(path.stem))
    return sorted(filter(None, found), key=lambda note: (note.position, note.id))


def pin(folder: RunFolder, position: float, text: str, id: str = "") -> PinnedNote:
    """Keep a note with a run, in the place of the one with this id.

    Args:
        folder: of the run.
        position: the moment, in epochs.
        text: what is written; blanks around it go.
        id: of the note that is changed or comes back; default: a new one.

    Raises:
        UserError: the text has nothing to see or is too long, the run has no such moment or too
            many notes, no note has such an id, or it cannot be written.
    """
    text, epochs = text.strip(), folder.config.epochs
    if not any(letter.isprintable() and not letter.isspace() for letter in text):
        raise UserError("note_empty")
    if len(text) > LONGEST_TEXT:
        raise UserError("note_too_long", length=len(text), most=LONGEST_TEXT)
    if not (math.isfinite(position) and 0 <= position <= epochs):
        raise UserError("note_outside", epoch=position, epochs=epochs)
    path = _path(folder, id or secrets.token_hex(6))
    if not path.exists() and len(pinned_notes(folder)) >= MOST:
        raise UserError("notes_too_many", most=MOST)
    note = PinnedNote(id=path.stem, position=round(float(position), 3), text=text)
    _write(folder, note)
    return note


def unpin(folder: RunFolder, id: str) -> None:
    """Delete a note; one that is gone already may be.

    Raises:
        UserError: no note has such an id, or it cannot be deleted.
    """
    path = _path(folder, id)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise not_writable(path.parent, error) from None


def copy_notes(source: RunFolder, target: RunFolder, until: float) -> None:
    """Give a run the notes that another one has up to a moment.

    Raises:
        UserError: they cannot be written.
    """
    for note in pinned_notes(source):
        if note.position <= until:
            _write(target, note)


def _path(folder: RunFolder, id: str) -> Path:
    if not ID.fullmatch(id):
        raise UserError("note_unreadable")
    return folder.path / FOLDER / f"{id}.json"


def _write(folder: RunFolder, note: PinnedNote) -> None:
    values = {"position": note.position, "text": note.text}
    text = json.dumps(values, ensure_ascii=False)
    write_whole(_path(folder, note.id), text.encode("utf-8", ESCAPES))


def _read(path: Path) -> PinnedNote | None:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        position, text = float(values["position"]), str(values["text"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if not math.isfinite(position):
        return None
    return PinnedNote(id=path.stem, position=position, text=text[:LONGEST_TEXT])
