"""A table as a data set: read at length, checked, made images or features."""

import io
import math
import re
import warnings
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from typing import IO, Any

import numpy as np
import pandas as pd
import torch

from kdcore.data.assemble import MOST_CLASSES, SMALLEST_CLASS, assemble, spread
from kdcore.data.dataset import AS_THEY_ARE, Dataset, Split
from kdcore.data.names import clean, distinct, is_number, listed, natural_order, numbered
from kdcore.data.table.file import MOST_BYTES
from kdcore.data.table.format import MISSING, TableFormat, is_missing, table_format
from kdcore.data.table.label import label_column
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.notes import Note, note

MOST_HELD = 2 << 30
"""Bytes of all numbers as they are held while reading."""
CELLS_PER_PIECE = 4_000_000
WRITTEN_MISSING = sorted(
    {spelling for word in MISSING for spelling in (word, word.upper(), word.capitalize())} | {"NaN"}
)
SMALLEST_SIDE = 8
"""Pixels: a table of 9 small whole numbers a row is not yet a 3×3 image."""
LOST_IN_FLOAT32 = 1e-4
"""Share of a column's deviation that rounding to float32 may cost."""
SMALLEST, LARGEST = 1e-30, 1e30
"""Deviations that float32 holds well."""
MANY_CLASSES = 50
"""Numbers from which a column of them, some of them rare, is no class."""
ROW_NUMBERS = ("index", "Index", "rownames", "row.names", "row_names", "level_0", "X")
"""Names of a first or last column which only counts the rows."""
IDENTIFIERS = ("id", "ids", "no", "no.", "nr", "nr.", "row", "rowid", "row_id", "序号", "编号")


@dataclass(slots=True)
class Values:
    """What was read so far."""

    features: list[np.ndarray] = field(default_factory=list)
    """Pieces ``[rows, features]``, uint8 where that holds all of a piece, else float64."""
    labels: list[np.ndarray] = field(default_factory=list)
    """Pieces ``[rows]`` of numbers of ``classes``."""
    classes: dict[str, int] = field(default_factory=dict)
    """As they are written, in the order in which they came."""
    rows: int = 0


def read_table(
    file: IO[bytes], title: str, path: str, asked: str = ""
) -> Generator[Progress, None, Dataset]:
    """Numeric features and a label.

    Whole numbers from 0 to 255 in the number of a square image's pixels, gray or three channels
    one after the other, become images; everything else is float32 features.

    Args:
        file: open for reading in binary mode, with a position that can be set.
        title: name of the data set.
        path: for messages.
        asked: name of the label column; nothing: it is found, see ``label_column``.

    Raises:
        UserError: the file, a row or a value cannot be used; the sentence names it.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > MOST_BYTES:
        raise UserError("table_too_large", path=path, gigabytes=MOST_BYTES >> 30)
    table = table_format(file, path)
    label = label_column(table, asked, path)
    notes = [*table.notes, note("label_column", column=table.columns[label])]
    unread = _names_of_rows(table, label)
    values = Values()
    for piece in _pieces(file, table, label, path):
        _take(piece.drop(columns=unread), values, table, label, path)
        yield Progress(task="read", done=min(file.tell(), size), total=size, detail=title)
    columns = [at for at in range(len(table.columns)) if at != label and at not in unread]
    notes += [note("row_numbers_left_out", column=table.columns[at]) for at in unread]
    found = _whole(values, columns, table, label, path, notes)
    yield Progress(task="read", done=size, total=size, detail=title)
    return _dataset(found, title, table.columns[label], path, notes)


@dataclass(frozen=True, slots=True)
class Examples:
    """A table that was read and checked."""

    features: np.ndarray
    """``[n, features]``, uint8 or float64."""
    names: list[str]
    """Of the features."""
    labels: np.ndarray
    """``[n]`` int64, numbers of ``classes``."""
    classes: list[str]
    """In order."""


def _names_of_rows(table: TableFormat, label: int) -> list[int]:
    """The first column where it has no name and holds another word in each row, as R writes it."""
    values = table.values(0)
    words = [value for value in values if not table.numeric(value)]
    distinct_words = len(words) > 1 and len(set(values)) == len(values)
    return [0] if distinct_words and 0 in table.nameless and label != 0 else []


def _pieces(file: IO[bytes], table: TableFormat, label: int, path: str) -> Iterator[pd.DataFrame]:
    """The rows, some at a time; columns are called by their numbers."""
    width = len(table.columns)
    text = io.TextIOWrapper(file, encoding=table.encoding, newline="")
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
    except (ValueError, OSError) as error:  # pandas' own errors are ValueErrors
        raise _refused(error, table.lines_before, path) from None
    finally:
        text.detach()


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


def _take(piece: pd.DataFrame, values: Values, table: TableFormat, label: int, path: str) -> None:
    """Add a piece of the table.

    Raises:
        UserError: a feature is text, or there is more than can be held.
    """
    if piece.empty:
        return
    names = piece.pop(label).fillna("").astype(str).str.strip()
    codes, found = pd.factorize(names)
    numbers = [values.classes.setdefault(name, len(values.classes)) for name in found]
    features = _numbers(piece, values.rows, table, path)
    values.features.append(features)
    values.labels.append(np.array(numbers, dtype=np.int64)[codes])
    values.rows += len(piece)
    held = sum(part.nbytes for part in values.features)
    if held > MOST_HELD:
        raise UserError(
            "table_too_many_numbers", path=path, gigabytes=MOST_HELD >> 30, rows=values.rows
        )


def _numbers(piece: pd.DataFrame, rows_before: int, table: TableFormat, path: str) -> np.ndarray:
    """The features of a piece as ``[rows, features]``; NaN where there is no value."""
    columns = [
        _column(piece[at], rows_before, table, table.columns[at], path) for at in piece.columns
    ]
    if not columns:
        return np.empty((len(piece), 0), dtype=np.uint8)
    small = all(
        column.dtype.kind in "biu" and column.min() >= 0 and column.max() <= 255
        for column in columns
    )
    return np.stack([column.astype(np.uint8 if small else np.float64) for column in columns], 1)


def _plain(cell: Any, table: TableFormat) -> Any:
    """A cell of a column that pandas could not read, as it reads numbers; ``None``: no value."""
    if not isinstance(cell, str):
        return cell
    return None if is_missing(cell) else table.plain(cell)


def _column(
    values: "pd.Series[Any]", rows_before: int, table: TableFormat, name: str, path: str
) -> np.ndarray:
    """One feature of a piece."""
    numbers = values
    if values.dtype.kind not in "biuf":
        plain = values.astype(object).map(lambda cell: _plain(cell, table))
        numbers = pd.to_numeric(plain, errors="coerce")
        written = values.fillna("").astype(str).str.strip()
        text = (numbers.isna() & plain.notna()).to_numpy()
        if text.any():
            row = int(text.argmax())
            comma = re.fullmatch(r"[+-]?\d+,\d+", written.iloc[row])
            raise UserError(
                "table_text_comma" if comma else "table_text",
                path=path,
                row=rows_before + row + 1,
                column=name,
                value=written.iloc[row][:40],
            )
    return numbers.to_numpy()  # type: ignore[no-any-return]


def _whole(
    values: Values, columns: list[int], table: TableFormat, label: int, path: str, notes: list[Note]
) -> Examples:
    """All rows together, without what is empty or only counts.

    Raises:
        UserError: a value is missing, or the label is no class.
    """
    if not values.rows:
        raise UserError("table_empty", path=path)
    features, labels = _joined(values.features), _joined(values.labels)
    written = list(values.classes)
    filled = _filled_rows(features, labels, written)
    rows = np.flatnonzero(filled)
    if len(rows) < len(filled):
        notes.append(note("empty_rows_left_out", count=len(filled) - len(rows)))
        features, labels = features[rows], labels[rows]
    if not len(rows):
        raise UserError("table_empty", path=path)
    names = [table.columns[at] for at in columns]
    _refuse_missing_label(labels, written, rows, table.columns[label], path)
    left_out = _empty_columns(features, columns, table, notes)
    if number := _row_numbers(features, columns, table, notes):
        left_out |= number
    if left_out:
        kept = [at for at in range(len(names)) if at not in left_out]
        features, names = features[:, kept], [names[at] for at in kept]
    if not names:
        raise UserError("table_one_column", path=path)
    _refuse_missing(features, rows, names, path)
    used, labels = np.unique(labels, return_inverse=True)
    known = [written[at] for at in used]
    order = sorted(range(len(known)), key=lambda at: natural_order(known[at]))
    place = np.empty(len(known), dtype=np.int64)
    place[order] = np.arange(len(known))
    return Examples(features, names, place[labels], [known[at] for at in order])


def _joined(pieces: list[np.ndarray]) -> np.ndarray:
    """The rows of all pieces; each piece is given up once it is copied."""
    size = sum(len(piece) for piece in pieces)
    kind = np.result_type(*pieces)
    whole = np.empty((size, *pieces[0].shape[1:]), kind)
    while pieces:
        piece = pieces.pop()
        size -= len(piece)
        whole[size : size + len(piece)] = piece
    return whole


def _filled_rows(features: np.ndarray, labels: np.ndarray, written: list[str]) -> np.ndarray:
    filled: np.ndarray = np.array([bool(name) for name in written])[labels]
    filled[~filled] = ~np.isnan(features[~filled].astype(np.float64)).all(1)
    return filled


def _refuse_missing_label(
    labels: np.ndarray, written: list[str], rows: np.ndarray, column: str, path: str
) -> None:
    if "" in written:
        missing = labels == written.index("")
        if missing.any():
            row, count = int(rows[missing.argmax()]) + 1, int(missing.sum())
            raise _missing("label", path, column, row, count)


def _refuse_missing(features: np.ndarray, rows: np.ndarray, names: list[str], path: str) -> None:
    if features.dtype == np.uint8:
        return
    bad = ~np.isfinite(features).all(1)
    if bad.any():
        row = int(bad.argmax())
        column = int((~np.isfinite(features[row])).argmax())
        raise _missing("value", path, names[column], int(rows[row]) + 1, int(bad.sum()))


def _missing(what: str, path: str, column: str, row: int, count: int) -> UserError:
    """That one row or several lack a ``label`` or a ``value``."""
    if count == 1:
        return UserError(f"table_{what}_missing", path=path, column=column, row=row)
    return UserError(f"table_{what}s_missing", path=path, column=column, row=row, count=count)


def _empty_columns(
    features: np.ndarray, columns: list[int], table: TableFormat, notes: list[Note]
) -> set[int]:
    """Places in ``columns`` of those that hold nothing."""
    if features.dtype == np.uint8:
        return set()
    empty = {int(at) for at in np.flatnonzero(np.isnan(features).all(0))}
    named = [
        table.columns[columns[at]] for at in sorted(empty) if columns[at] not in table.nameless
    ]
    if named:
        notes.append(note("empty_columns_left_out", columns=listed(named)))
    return empty


def _row_numbers(
    features: np.ndarray, columns: list[int], table: TableFormat, notes: list[Note]
) -> set[int]:
    """Places in ``columns`` of the table's first and last where they only number the rows."""
    ends = {0, len(table.columns) - 1}
    return {
        place
        for place, at in enumerate(columns)
        if at in ends and _numbers_rows(features[:, place], at, table, notes)
    }


def _numbers_rows(values: np.ndarray, at: int, table: TableFormat, notes: list[Note]) -> bool:
    """Whether a column only numbers the rows; one that is called id is but noted."""
    numbers = values.astype(np.float64)
    name = "" if at in table.nameless else table.columns[at]
    lower = name.lower()
    if len(numbers) < 2 or not np.isfinite(numbers).all() or (numbers != np.rint(numbers)).any():
        return False
    counts = bool((np.diff(numbers) == 1).all()) and numbers[0] in (0, 1)
    all_differ = len(np.unique(numbers)) == len(numbers)
    unnamed = not lower or lower.startswith("unnamed:")
    if (unnamed and all_differ and "first_row_is_data" not in {one.code for one in notes}) or (
        counts and name in ROW_NUMBERS
    ):
        notes.append(note("row_numbers_left_out", column=table.columns[at]))
        return True
    if all_differ and (lower in IDENTIFIERS or lower.endswith("_id") or counts):
        notes.append(note("row_numbers_kept", column=name or table.columns[at]))
    return False


def _dataset(found: Examples, title: str, column: str, path: str, notes: list[Note]) -> Dataset:
    _refuse_measured(found, column, path)
    shown = distinct(found.classes)
    if told_apart := numbered(found.classes, shown):
        notes.append(note("names_numbered", names=listed(told_apart)))
    if repeated := _repeats_label(found):
        notes.append(note("column_repeats_label", column=repeated))
    labels = torch.from_numpy(found.labels)
    images = _images(found.features)
    if images is not None:
        data = assemble(title, shown, Split(images, labels))
        return replace(data, notes=(*notes, *data.notes))
    inputs, offset, scale = _inputs(torch.from_numpy(found.features))
    data = assemble(title, shown, Split(inputs, labels))
    return replace(
        data,
        offset=offset,
        scale=scale,
        columns=tuple(map(clean, found.names)),
        notes=(*notes, *data.notes),
    )


def _refuse_measured(found: Examples, column: str, path: str) -> None:
    """Raise ``UserError`` where the label is something measured, or has too many values."""
    counts = np.bincount(found.labels)
    measured = all(map(is_number, found.classes)) and (
        len(found.classes) > MANY_CLASSES
        or not all(float(name).is_integer() for name in found.classes)
    )
    rare = int(counts.min()) < SMALLEST_CLASS
    if rare and (measured or 3 * len(found.classes) > max(len(found.labels), 8)):
        raise UserError(
            "label_not_classes",
            path=path,
            column=column,
            rows=len(found.labels),
            different=len(found.classes),
        )
    if len(found.classes) > MOST_CLASSES:
        raise UserError("too_many_classes", dataset=column, most=MOST_CLASSES)


def _repeats_label(found: Examples) -> str:
    """The name of a feature that has one value for each class, another for each; else nothing."""
    order = found.labels.argsort(kind="stable")
    starts = np.flatnonzero(np.diff(found.labels[order], prepend=-1))
    for name, values in zip(found.names, found.features.T, strict=True):
        grouped = values[order]
        lowest = np.minimum.reduceat(grouped, starts)
        constant = (lowest == np.maximum.reduceat(grouped, starts)).all()
        if constant and len(np.unique(lowest)) == len(starts):
            return name
    return ""


def _images(features: np.ndarray) -> torch.Tensor | None:
    """uint8 ``[n, channels, side, side]`` where the features are the pixels of a square."""
    rows, columns = features.shape
    for channels in (1, 3):
        side = math.isqrt(columns // channels)
        if side < SMALLEST_SIDE or channels * side * side != columns:
            continue
        whole = features.dtype == np.uint8 or bool(
            ((features >= 0) & (features <= 255) & (features == np.rint(features))).all()
        )
        if whole:
            pixels = features.astype(np.uint8)
            return torch.from_numpy(pixels.reshape(rows, channels, side, side))
    return None


def _inputs(features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """float32 features; those whose differences it would lose are centred and scaled before.

    Returns:
        The inputs, offset and scale: see ``Dataset``.
    """
    if features.dtype == torch.uint8:
        return features.float(), *AS_THEY_ARE
    mean, std = spread(features)
    largest = features.abs().amax(0)
    rounding = largest * torch.finfo(torch.float32).eps
    lost = (std > 0) & ((rounding > LOST_IN_FLOAT32 * std) | (std < SMALLEST))
    lost |= largest > LARGEST
    if not lost.any():
        return features.float(), *AS_THEY_ARE
    offset = torch.where(lost, mean, 0.0)
    scale = torch.where(lost & (std > 0), std, 1.0)
    return ((features - offset) / scale).float(), offset, scale
