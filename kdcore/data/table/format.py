"""How a table is written: encoding, separator, header, and what decimal numbers look like.

All is read off its first megabyte, as a person would, before it is read at length.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from kdcore.data.encodings import SHOWN, text_encoding
from kdcore.data.names import clean
from kdcore.data.table.cells import Form, form_of, without_units
from kdcore.data.table.numbers import (
    COMMA,
    NUMBER,
    is_missing,
    is_number,
    number_style,
    plain_number,
    transposed,
    with_keyboard_signs,
)
from kdcore.errors import UserError
from kdcore.notes import Note, note

SEPARATORS = ",;\t|"
HEAD = 1 << 20
"""Bytes that are looked at."""
MOST_ROWS = 1_000
"""Rows that are looked at."""
MOST_COLUMNS = 12_289
"""Those of 64×64 RGB images and their label."""
Row = tuple[list[str], int]
"""The cells of a row and the number of the line on which it ends, from 1."""


@dataclass(frozen=True, slots=True)
class TableFormat:
    """What has to be known to read the rows of a table."""

    encoding: str
    separator: str
    columns: tuple[str, ...]
    """Names, each once; a nameless one is called by its number."""
    nameless: frozenset[int]
    """Numbers of the columns that the header gives no name."""
    lines_before: int
    """Lines up to the first row of values."""
    decimal: str
    thousands: str | None
    sample: list[list[str]]
    """The first rows of values, as they are written."""
    notes: list[Note]

    def numeric(self, text: str) -> bool:
        """Whether a cell is a number as this table writes it."""
        return is_number(text, self.decimal, self.thousands)

    def plain(self, text: str) -> str:
        """A number of this table with a decimal point and nothing between thousands."""
        return plain_number(text, self.decimal, self.thousands)

    @property
    def has_numbers(self) -> bool:
        """Whether a column of the sample holds nothing else."""
        columns = (self.values(at) for at in range(len(self.columns)))
        return any(values and all(map(self.numeric, values)) for values in columns)

    def form(self, column: int) -> Form:
        """What the cells of a column are, by the sample."""
        cells = [row[column] for row in self.sample if column < len(row)]
        return form_of(cells, self.decimal, self.thousands)

    def values(self, column: int) -> list[str]:
        """What the sample has in a column, without what is missing."""
        cells = (row[column].strip() for row in self.sample if column < len(row))
        return [cell for cell in cells if not is_missing(cell)]


def table_format(file: IO[bytes], path: str) -> TableFormat:
    """How the table in ``file`` is written; the file is left at its beginning.

    Args:
        file: open for reading in binary mode, with a position that can be set.
        path: for messages.

    Raises:
        UserError: it is no table, or has no usable header; the sentence says why.
    """
    notes: list[Note] = []
    encoding = _encoding(file, path)
    if encoding != "utf-8-sig":
        notes.append(note("encoding", encoding=SHOWN[encoding]))
    named, skipped, text = _named_separator(_head(file, encoding, path))
    if not text.strip() and not named:
        raise UserError("table_file_empty", path=path)
    separator = named or _separator(text)
    rows = [(cells, line + skipped) for cells, line in _rows(text, separator)]
    width = _width(rows)
    if width < 2:
        raise UserError("table_one_column", path=path)
    if width > MOST_COLUMNS:
        raise UserError("table_too_wide", path=path, columns=width, most=MOST_COLUMNS)
    at = _header_row(rows, width, path)
    header, line = _header(rows, at, width, path, notes)
    body = [cells for cells, _ in rows[at + 1 :]]
    decimal, thousands = number_style(without_units(body), separator, path)
    if decimal == ",":
        notes.append(note("decimal_comma"))
    if thousands:
        notes.append(note("thousands_separator", separator=thousands))
    if not _is_header(header, body, decimal, thousands, path):
        notes.append(note("first_row_is_data"))
        body = [header, *body]
        line = rows[at - 1][1] if at else skipped
        header = [""] * width
    if at:
        notes.append(note("lines_before_header", count=at))
    columns = _named(header, path)
    nameless = frozenset(number for number, name in enumerate(header) if not clean(name))
    return TableFormat(
        encoding, separator, columns, nameless, line, decimal, thousands, body, notes
    )


def _encoding(file: IO[bytes], path: str) -> str:
    try:
        return text_encoding(file)
    except UnicodeError as error:
        raise UserError("table_unreadable", path=path, cause=str(error)) from None


def _head(file: IO[bytes], encoding: str, path: str) -> str:
    """Whole lines of the beginning."""
    contents = file.read(HEAD)
    more = bool(file.read(1))
    file.seek(0)
    text = contents.decode(encoding, "ignore" if more else "replace")
    if not more:
        return text
    end = max(text.rfind("\n"), text.rfind("\r"))
    if end < 0:
        raise UserError("table_line_too_long", path=path, most=HEAD >> 20)
    return text[: end + 1]


def _named_separator(text: str) -> tuple[str, int, str]:
    """What a first line ``sep=;``, as Excel writes it, says; the lines that takes; the rest."""
    lines = io.StringIO(text, newline="")
    for number, line in enumerate(lines, start=1):
        if match := re.fullmatch(r'"?sep=(.|\\t)"?[\s,;]*', line.strip("\r\n"), re.IGNORECASE):
            return match[1].replace("\\t", "\t"), number, lines.read()
        if line.strip():
            break
    return "", 0, text


def _rows(text: str, separator: str) -> list[Row]:
    """The first rows that hold anything; one that the csv module cannot read ends them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[Row] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((cells, reader.line_num))
            if len(rows) > MOST_ROWS:
                break
    except csv.Error:  # a field without end
        pass
    return rows


def _separator(text: str) -> str:
    """The one at which the rows come apart most alike."""

    def likeness(separator: str) -> tuple[float, int]:
        rows = _rows(text, separator)
        width = _width(rows)
        alike = sum(len(cells) == width for cells, _ in rows)
        return (alike / len(rows), width) if width > 1 else (0.0, 0)

    return max(SEPARATORS, key=likeness)


def _width(rows: Sequence[Row]) -> int:
    """Cells of most rows."""
    counts = Counter(len(cells) for cells, _ in rows)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def _header_row(rows: list[Row], width: int, path: str) -> int:
    """Which row names the columns: the first that is no title, remark or comment."""
    at = 0
    while at < len(rows) - 1 and _precedes_header(rows[at][0], rows[at + 1][0], width):
        at += 1
    cells, line = rows[at]
    if len(cells) not in (width - 1, width, width + 1):
        cause = f"line {line} has {len(cells)} values, most have {width}"
        raise UserError("table_unreadable", path=path, cause=cause)
    return at


def _precedes_header(cells: list[str], following: list[str], width: int) -> bool:
    """Whether a row is a title, a remark or a comment."""
    names_follow = not any(
        NUMBER.fullmatch(with_keyboard_signs(cell)) or COMMA.fullmatch(with_keyboard_signs(cell))
        for cell in following
    )
    if cells[0].lstrip().startswith("#"):  # NumPy writes the names of the columns so
        return len(cells) != width or names_follow
    title = sum(bool(cell.strip()) for cell in cells) < 2 and (len(cells) < width or width > 2)
    near = len(cells) in (width - 1, width, width + 1)
    return title or not near or (len(cells) != width and len(following) == width and names_follow)


def _header(
    rows: list[Row], at: int, width: int, path: str, notes: list[Note]
) -> tuple[list[str], int]:
    """The names in the row ``at``, as many as the columns, and the line on which it ends."""
    header, line = list(rows[at][0]), rows[at][1]
    header[0] = header[0].lstrip().removeprefix("#")
    body = [cells for cells, _ in rows[at + 1 :] if len(cells) == width]
    if len(header) == width + 1 and not header[-1].strip():
        return header[:-1], line
    if len(header) == width - 1 and body:
        if all(not cells[-1].strip() for cells in body):
            return [*header, ""], line
        first = [cells[0] for cells in body]
        if len(set(first)) == len(first) > 1:
            notes.append(note("row_names_without_header"))
            return ["", *header], line
    if len(header) != width:
        raise UserError(
            "table_unreadable",
            path=path,
            cause=f"most rows have {width} values, but line {line} names {len(header)} columns",
        )
    return header, line


def _is_header(
    header: list[str], body: Sequence[list[str]], decimal: str, thousands: str | None, path: str
) -> bool:
    """Whether the row names the columns; where not, it is the first row of values.

    Raises:
        UserError: it holds numbers alone, so that nobody can say which column is the label.
    """
    columns = [
        [cell.strip() for cell in column if not is_missing(cell)] for column in transposed(body)
    ]
    of_numbers = [
        at
        for at, column in enumerate(columns[: len(header)])
        if column and all(is_number(cell, decimal, thousands) for cell in column)
    ]
    if not of_numbers:
        # a table of words alone: a name that is a class of its own column is none
        return not any(
            name.strip() in column and 2 * len(set(column)) <= len(column)
            for name, column in zip(header, columns, strict=False)
            if name.strip()
        )
    named = [header[at].strip() for at in of_numbers if header[at].strip()]
    if not all(is_number(name, decimal, thousands) for name in named):
        return True
    if not named or _counts(named):
        return True
    of_words = [
        at for at, column in enumerate(columns[: len(header)]) if column and at not in of_numbers
    ]
    if not of_words and all(is_number(name, decimal, thousands) for name in filter(None, header)):
        raise UserError("table_without_header", path=path)
    return not any(header[at].strip() in columns[at] for at in of_words)


def _counts(names: Sequence[str]) -> bool:
    """Whether names are 0, 1, 2 … or 1, 2, 3 …, as pandas calls columns without a name."""
    return len(names) > 1 and any(
        list(names) == [str(number) for number in range(first, first + len(names))]
        for first in (0, 1)
    )


def _named(header: Sequence[str], path: str) -> tuple[str, ...]:
    """Names of the columns, each once.

    Raises:
        UserError: two have the same one.
    """
    cleaned = [clean(name) for name in header]
    if twice := [name for name, count in Counter(filter(None, cleaned)).items() if count > 1]:
        raise UserError("table_column_twice", path=path, column=twice[0])
    return tuple(name or _by_number(at, cleaned) for at, name in enumerate(cleaned))


def _by_number(at: int, taken: Sequence[str]) -> str:
    name = f"#{at + 1}"
    return f"{name} (?)" if name in taken else name
