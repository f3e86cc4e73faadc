"""All rows of a table together, without what is empty or only counts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kdcore.data.names import listed, natural_order
from kdcore.data.table.cells import Form
from kdcore.data.table.encode import Column
from kdcore.data.table.format import TableFormat
from kdcore.data.table.pieces import Values
from kdcore.errors import UserError
from kdcore.notes import Note, note

ROW_NUMBERS = ("index", "Index", "rownames", "row.names", "row_names", "level_0", "X")
"""Names of a first or last column which only counts the rows."""
IDENTIFIERS = ("id", "ids", "no", "no.", "nr", "nr.", "row", "rowid", "row_id", "序号", "编号")


@dataclass(frozen=True, slots=True)
class Examples:
    """A table that was read and checked."""

    features: np.ndarray
    """``[n, columns]``, uint8 or float64; NaN where there is no value."""
    columns: list[Column]
    """What they are."""
    labels: np.ndarray
    """``[n]`` int64, numbers of ``classes``."""
    classes: list[str]
    """In order."""


def names_of_rows(table: TableFormat, label: int) -> list[int]:
    """The first column where it has no name and holds another word in each row, as R writes it."""
    values = table.values(0)
    words = [value for value in values if not table.numeric(value)]
    distinct_words = len(words) > 1 and len(set(values)) == len(values)
    return [0] if distinct_words and 0 in table.nameless and label != 0 else []


def examples_of(
    values: Values,
    columns: list[int],
    forms: Mapping[int, Form],
    table: TableFormat,
    label: int,
    path: str,
    notes: list[Note],
) -> Examples:
    """All rows together, without what is empty or only counts.

    Raises:
        UserError: a label is missing or a value infinite, or the label is no class.
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
    _refuse_missing_label(labels, written, rows, table.columns[label], path)
    left_out = _empty_columns(features, columns, table, notes)
    measured = {place for place, at in enumerate(columns) if forms[at].kind == "number"}
    if number := _row_numbers(features, columns, table, notes, measured):
        left_out |= number
    if left_out:
        kept = [at for at in range(len(columns)) if at not in left_out]
        features, columns = features[:, kept], [columns[at] for at in kept]
    if not columns:
        raise UserError("table_without_features", path=path, column=table.columns[label])
    found = [
        Column(table.columns[at], forms[at], tuple(values.categories.get(at, ()))) for at in columns
    ]
    _refuse_infinite(features, rows, found, path)
    used, labels = np.unique(labels, return_inverse=True)
    known = [written[at] for at in used]
    order = sorted(range(len(known)), key=lambda at: natural_order(known[at]))
    place = np.empty(len(known), dtype=np.int64)
    place[order] = np.arange(len(known))
    return Examples(features, found, place[labels], [known[at] for at in order])


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


def _refuse_infinite(
    features: np.ndarray, rows: np.ndarray, columns: list[Column], path: str
) -> None:
    if features.dtype == np.uint8:
        return
    bad = np.isinf(features).any(1)
    if bad.any():
        row = int(bad.argmax())
        column = int(np.isinf(features[row]).argmax())
        raise _missing("value", path, columns[column].name, int(rows[row]) + 1, int(bad.sum()))


def _missing(what: str, path: str, column: str, row: int, count: int) -> UserError:
    """That one row or several lack a ``label``, or a ``value`` that is finite."""
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
    features: np.ndarray,
    columns: list[int],
    table: TableFormat,
    notes: list[Note],
    measured: set[int],
) -> set[int]:
    """Places in ``columns`` of the table's first and last where they only number the rows."""
    ends = {0, len(table.columns) - 1}
    return {
        place
        for place, at in enumerate(columns)
        if at in ends and place in measured and _numbers_rows(features[:, place], at, table, notes)
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
