"""Where the text of a table lies: in a file, in a compressed file, or alone in an archive."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kdcore.data.archive import budget, entries, readable, unpacked
from kdcore.data.table.format import table_format
from kdcore.data.text.table import text_columns
from kdcore.errors import UserError

TABLES = (".csv", ".tsv", ".tab")
PERHAPS = (".txt", ".data", ".dat")
"""Endings of tables, and of other texts."""
COMPRESSED = re.compile(r"\.(gz|bz2|xz)$", re.IGNORECASE)
MOST_BYTES = 1 << 30
"""Of a table's text."""
PIECE = 1 << 20
NO_TABLE = ("table_one_column", "table_file_empty", "table_line_too_long", "table_unreadable")
"""What is said of a text that is no table."""
MOST_LOOKED_INTO = 5
"""Texts of an archive."""


def is_table(path: Path) -> bool:
    """Whether a file is to be read as a table: by its name, or by its text where that says little.

    Raises:
        UserError: it cannot be read.
    """
    name = COMPRESSED.sub("", path.name).lower()
    return name.endswith(TABLES) or (name.endswith(PERHAPS) and _is_table(path))


def _is_table(path: Path, inside: str = "") -> bool:
    try:
        with open_table(path, inside) as file:
            found = table_format(file, str(path))
            return found.has_numbers or text_columns(found) is not None
    except UserError as error:
        return error.code not in NO_TABLE


def title_of_table(name: str) -> str:
    """What the data are called: the file's name without its ending."""
    return Path(COMPRESSED.sub("", name)).stem


def tables_in(path: Path) -> list[str]:
    """The tables of an archive or folder, by where they lie.

    Raises:
        UserError: it cannot be read.
    """
    names = [entry.name for entry in entries(path) if entry.open]
    if sure := [name for name in names if name.lower().endswith(TABLES)]:
        return sure
    perhaps = [name for name in names if name.lower().endswith(PERHAPS)]
    return [name for name in perhaps[:MOST_LOOKED_INTO] if _is_table(path, name)]


@contextmanager
def open_table(path: Path, inside: str = "") -> Iterator[IO[bytes]]:
    """The text of a table, with a position that can be set.

    Args:
        path: a file, compressed or not, or the archive or folder that the table lies in.
        inside: where it lies in there.

    Raises:
        UserError: it cannot be read, or unfolds to too much.
    """
    try:
        if not inside and not COMPRESSED.search(path.name):
            with path.open("rb") as file:
                yield file
            return
        with tempfile.TemporaryFile() as copy:
            if inside:
                for entry in entries(path):  # contents can be read until the next one
                    if entry.name == inside and entry.open:
                        with readable(path), entry.open() as contents:
                            _copy(contents, copy, path)
            else:
                with readable(path), unpacked(path) as contents:
                    _copy(contents, copy, path)
            copy.seek(0)
            yield copy
    except OSError as error:
        raise UserError(
            "table_unreadable", path=str(path), cause=error.strerror or str(error)
        ) from None


def _copy(contents: IO[bytes], copy: IO[bytes], path: Path) -> None:
    most = min(MOST_BYTES, budget(path))
    for piece in iter(lambda: contents.read(PIECE), b""):
        copy.write(piece)
        if copy.tell() > most:
            raise UserError("table_too_large", path=str(path), gigabytes=MOST_BYTES >> 30)
