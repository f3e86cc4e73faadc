"""The rows of a table as numbers, some at a time."""

import io
import math
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
import pandas as pd

from kdcore.data.table.cells import Form, plain_with_unit
from kdcore.data.table.format import TableFormat
from kdcore.data.table.numbers import MISSING, is_missing
from kdcore.errors import UserError

NUMBERS = Form("number")
MOST_HELD = 2 << 30
"""Bytes of all numbers as they are held while reading."""
CELLS_PER_PIECE = 4_000_000
PIECE = 1 << 16
"""Bytes that are read at a time."""
LONGEST_LINE = 8 << 20
"""Bytes."""
LONGEST_LABEL = 10_000
"""Characters."""
MOST_LABELS = 500_000
"""Different ones, from which it is clear that they are no classes."""
WRITTEN_MISSING = sorted(
    {spelling for word in MISSING for spelling in (word, word.upper(), word.capitalize())} | {"NaN"}
)


@dataclass(slots=True)
class Values:
    """What was read so far."""

    features: list[np.ndarray] = field(default_factory=list)
    """Pieces ``[rows, features]``, uint8 where that holds all of a piece, else float64."""
    labels: list[np.ndarray] = field(default_factory=list)
    """Pieces ``[rows]`` of numbers of ``classes``."""
    classes: dict[str, int] = field(default_factory=dict)
    """As they are written, in the order in which they came."""
    categories: dict[int, dict[str, int]] = field(default_factory=dict)
    """Of the columns that hold words, likewise."""
    rows: int = 0


def pieces_of(
    file: IO[bytes], table: TableFormat, label: int, forms: Mapping[int, Form], path: str
) -> Iterator[pd.DataFrame]:
    """The rows, some at a time; columns are called by their numbers."""
    width = len(table.columns)
    lines = io.BufferedReader(_Lines(file, path), PIECE)
    text = io.TextIOWrapper(lines, encoding=table.encoding, newline="")
    try:
        for _ in range(table.lines_before):
            text.readline()
        # by column: in that of the label None and NA are classes
        missing = {at: WRITTEN_MISSING for at in range(width) if at != label}
        pieces = pd.read_csv(
            text,
            sep=table.separator,
            header=None,
            names=list(range(width)),
            index_col=False,
            converters={label: str},
            dtype={at: str for at, form in forms.items() if at != label and form != NUMBERS},
            keep_default_na=False,
            na_values=missing,
            decimal=table.decimal,
            thousands=table.thousands,
            low_memory=False,
            chunksize=max(1, CELLS_PER_PIECE // width),
        )
        while (piece := _next(pieces)) is not None:
            yield piece
    except pd.errors.EmptyDataError:  # a header alone
        return
    except UserError:
        raise
    # pandas' own errors are ValueErrors
    except (ValueError, OSError, pd.errors.ParserWarning) as error:
        raise _refused(error, table.lines_before, path) from None
    finally:
        text.detach()


class _Lines(io.RawIOBase):
    """A file whose lines are of bounded length: the reader holds each of them whole."""

    def __init__(self, file: IO[bytes], path: str) -> None:
        self._file, self._path = file, path
        self._length = 0
        """Bytes of the line that has not ended yet."""

    def readable(self) -> bool:
        """See ``io.RawIOBase``."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See ``io.RawIOBase``.

        Raises:
            UserError: a line is too long.
        """
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        end = max(piece.rfind(b"\n"), piece.rfind(b"\r")) + 1
        self._length = len(piece) - end + (0 if end else self._length)
        if self._length > LONGEST_LINE:
            raise UserError("table_row_too_long", path=self._path, most=LONGEST_LINE >> 20)
        return len(piece)


def _next(pieces: Iterator[pd.DataFrame]) -> pd.DataFrame | None:
    with warnings.catch_warnings():  # a row that is too long would lose its end with a warning
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return next(pieces, None)


def _refused(error: Exception, lines_before: int, path: str) -> UserError:
    """What pandas says, with the line's number in the file."""
    if match := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error)):
        expected, line, found = map(int, match.groups())
        return UserError(
            "table_row_long", path=path, line=line + lines_before, found=found, expected=expected
        )
    if match := re.search(r"EOF inside string starting at row (\d+)", str(error)):
        return UserError("table_quote_open", path=path, line=int(match[1]) + lines_before + 1)
    cause = " ".join(str(error).split()).rstrip(".")
    if isinstance(error, pd.errors.ParserWarning):
        cause = "a row has more values than there are columns"
    return UserError("table_unreadable", path=path, cause=cause)


def add_piece(
    piece: pd.DataFrame,
    values: Values,
    table: TableFormat,
    label: int,
    forms: Mapping[int, Form],
    path: str,
) -> None:
    """Add a piece of the table.

    Raises:
        UserError: a feature is text, a label is none, or there is more than can be held.
    """
    if piece.empty:
        return
    names = piece.pop(label).fillna("").astype(str).str.strip()
    length = names.str.len()
    if length.max() > LONGEST_LABEL:
        raise UserError(
            "table_label_too_long",
            path=path,
            row=values.rows + int(length.argmax()) + 1,
            column=table.columns[label],
            length=int(length.max()),
            most=LONGEST_LABEL,
        )
    codes, found = pd.factorize(names)
    numbers = [values.classes.setdefault(name, len(values.classes)) for name in found]
    features = _numbers(piece, values, table, forms, path)
    values.features.append(features)
    values.labels.append(np.array(numbers, dtype=np.int64)[codes])
    values.rows += len(piece)
    if len(values.classes) > MOST_LABELS:
        different = len(values.classes)
        column = table.columns[label]
        raise UserError(
            "label_not_classes", path=path, column=column, rows=values.rows, different=different
        )
    held = sum(part.nbytes for part in values.features)
    if held > MOST_HELD:
        raise UserError(
            "table_too_many_numbers", path=path, gigabytes=MOST_HELD >> 30, rows=values.rows
        )


def _numbers(
    piece: pd.DataFrame, values: Values, table: TableFormat, forms: Mapping[int, Form], path: str
) -> np.ndarray:
    """The features of a piece as ``[rows, features]``; NaN where there is no value."""
    columns = []
    for at in piece.columns:
        form, name = forms[at], table.columns[at]
        if form.kind == "category":
            columns.append(_codes(piece[at], values.categories.setdefault(at, {})))
        elif form.kind == "date":
            columns.append(_days(piece[at], form, values.rows, name, path))
        else:
            columns.append(_column(piece[at], form, values.rows, table, name, path))
    if not columns:
        return np.empty((len(piece), 0), dtype=np.uint8)
    small = all(
        column.dtype.kind in "biu" and column.min() >= 0 and column.max() <= 255
        for column in columns
    )
    return np.stack([column.astype(np.uint8 if small else np.float64) for column in columns], 1)


def _codes(cells: "pd.Series[Any]", categories: dict[str, int]) -> np.ndarray:
    """Numbers of categories, to which new ones are added; float64, NaN where nothing stands."""
    written = cells.astype(object).map(lambda cell: cell.strip() if isinstance(cell, str) else "")
    codes, found = pd.factorize(written)
    numbers = [
        np.nan if is_missing(name) else categories.setdefault(name, len(categories))
        for name in found
    ]
    found_codes: np.ndarray = np.array(numbers, dtype=np.float64)[codes]
    return found_codes


def _days(
    cells: "pd.Series[Any]", form: Form, rows_before: int, name: str, path: str
) -> np.ndarray:
    """Days since 1970, float64; NaN where nothing stands."""
    written = cells.astype(object).map(
        lambda cell: None if not isinstance(cell, str) or is_missing(cell) else cell.strip()
    )
    dates = pd.to_datetime(
        written, format="mixed", dayfirst=form.day_first, errors="coerce", utc=True
    )
    _refuse_text(dates.isna() & written.notna(), written, rows_before, name, path)
    days: np.ndarray = ((dates - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)).to_numpy(
        dtype=np.float64
    )
    return days


def _plain(cell: Any, table: TableFormat, unit: str) -> Any:
    """A cell of a column that pandas could not read, as it reads numbers; ``None``: no value."""
    if not isinstance(cell, str):
        return cell
    if is_missing(cell):
        return None
    if unit:
        return plain_with_unit(cell, unit, table.decimal, table.thousands)
    return table.plain(cell)


def _as_float(cell: Any) -> Any:
    """A number as a float, infinite where it is beyond all of them; anything else as it is."""
    try:
        return float(cell)
    except OverflowError:
        return math.inf
    except (TypeError, ValueError):
        return cell


def _column(
    values: "pd.Series[Any]", form: Form, rows_before: int, table: TableFormat, name: str, path: str
) -> np.ndarray:
    """One feature of a piece."""
    numbers = values
    if values.dtype.kind not in "biuf":
        plain = values.astype(object).map(lambda cell: _plain(cell, table, form.unit))
        try:
            numbers = pd.to_numeric(plain, errors="coerce")
        except OverflowError:  # a whole number of hundreds of digits
            numbers = pd.to_numeric(plain.map(_as_float), errors="coerce")
        written = values.fillna("").astype(str).str.strip()
        _refuse_text(numbers.isna() & plain.notna(), written, rows_before, name, path)
    return numbers.to_numpy()  # type: ignore[no-any-return]


def _refuse_text(
    bad: "pd.Series[bool]", written: "pd.Series[Any]", rows_before: int, name: str, path: str
) -> None:
    """Raise ``UserError`` for the first cell that is not what its column holds."""
    if not bad.any():
        return
    row = int(bad.to_numpy().argmax())
    comma = re.fullmatch(r"[+-]?\d+,\d+", written.iloc[row])
    raise UserError(
        "table_text_comma" if comma else "table_text",
        path=path,
        row=rows_before + row + 1,
        column=name,
        value=written.iloc[row][:40],
    )
