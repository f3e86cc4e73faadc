"""Columns of a table as numbers without gaps: categories, dates and missing values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from kdcore.data.names import clean, listed, natural_order
from kdcore.data.table.cells import Form
from kdcore.notes import Note, note

MOST_CATEGORIES = 30
"""That get a column each, the most frequent ones."""
FEWEST = 3
FEWEST_SHARE = 0.005
"""A category with fewer training rows, or a smaller share of them, gets no column of its own."""
FEW_TEXTS = 10
"""Different ones up to which a column holds categories, however few rows there are."""
OTHER, MISSING = "…", "?"
"""Stand in place of a category for those without a column, and where nothing stands."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it was read."""

    name: str
    form: Form = field(default_factory=lambda: Form("number"))
    categories: tuple[str, ...] = ()
    """By number; the values of such a column are these numbers."""


@dataclass(slots=True)
class Encoded:
    """Features that were made of columns."""

    names: list[str] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)
    """``[n]`` float64 each."""
    notes: list[Note] = field(default_factory=list)


def is_plain(features: np.ndarray, columns: Sequence[Column]) -> bool:
    """Whether all are numbers, and none is missing."""
    numbers = all(column.form == Form("number") for column in columns)
    return numbers and (features.dtype == np.uint8 or not np.isnan(features).any())


def encode(features: np.ndarray, columns: Sequence[Column], train: np.ndarray) -> Encoded:
    """Features for a network; what they are made with is taken from the training rows.

    A category becomes a column of 0 and 1, of two categories the second; rare ones share a column
    ``= …``, and of one that training data lack all are 0. A date becomes days since the earliest
    one. A missing number is filled with the median, and a column ``= ?`` says where one was
    missing; it does so for a missing category, too. A column ``= …`` or ``= ?`` is made where
    training rows need one: of another a network would learn nothing.

    Args:
        features: ``[n, columns]``, NaN where there is no value.
        columns: what they are.
        train: numbers of the training rows.
    """
    made = Encoded()
    told: dict[str, list[str]] = {}
    for column, values in zip(columns, features.astype(np.float64).T, strict=True):
        if column.form.kind == "category":
            encoded = _categories(column, values, train, told)
        else:
            encoded = _measured(column, values, train, told)
        for name, numbers in encoded:
            made.names.append(clean(name))
            made.values.append(numbers)
    made.notes = [note(code, columns=listed(names)) for code, names in told.items()]
    return made


def _measured(
    column: Column, values: np.ndarray, train: np.ndarray, told: dict[str, list[str]]
) -> list[tuple[str, np.ndarray]]:
    """A number or a date, and where it was missing."""
    missing = np.isnan(values)
    name = column.name
    if column.form.kind == "date":
        first = np.floor(np.nanmin(values if np.isnan(values[train]).all() else values[train]))
        values = values - first
        name = f"{name} (days since {EPOCH + timedelta(days=float(first)):%Y-%m-%d})"
        told.setdefault("dates_read", []).append(name)
        if column.form.doubtful:
            told.setdefault("dates_month_first", []).append(column.name)
    elif column.form.unit:
        name = name if column.form.unit in name else f"{name} ({column.form.unit})"
        told.setdefault("units_read", []).append(name)
    if not missing.any():
        return [(name, values)]
    learned = missing[train].any()
    told.setdefault("missing_filled" if learned else "missing_unlearned", []).append(column.name)
    seen = values[train][~missing[train]]
    middle = float(np.median(seen if len(seen) else values[~missing]))
    found = [(name, np.where(missing, middle, values))]
    if learned:
        found.append((f"{column.name} = {MISSING}", missing.astype(np.float64)))
    return found


def _categories(
    column: Column, values: np.ndarray, train: np.ndarray, told: dict[str, list[str]]
) -> list[tuple[str, np.ndarray]]:
    """A column for each frequent category, for the others, and for none."""
    missing = np.isnan(values)
    codes = np.where(missing, -1, values).astype(np.int64)
    different = len(np.unique(codes[~missing]))
    if different > FEW_TEXTS and different * 2 > (~missing).sum():
        told.setdefault("texts_left_out", []).append(column.name)
        return []
    if different < 2 and not missing.any():
        told.setdefault("one_category", []).append(column.name)
        return []
    told.setdefault("categories_encoded", []).append(column.name)
    counts = np.bincount(codes[train][codes[train] >= 0], minlength=len(column.categories))
    least = max(FEWEST, int(np.ceil(FEWEST_SHARE * len(train))))
    frequent = [at for at in np.argsort(-counts, kind="stable") if counts[at] >= least]
    kept = sorted(frequent[:MOST_CATEGORIES], key=lambda at: natural_order(column.categories[at]))
    rest = ~missing & ~np.isin(codes, kept)
    found = [(f"{column.name} = {column.categories[at]}", codes == at) for at in kept]
    if rest.any():
        told.setdefault("rare_categories", []).append(column.name)
    if len(kept) == 2 and not rest.any() and not missing.any():
        found = found[1:]
    if rest[train].any():
        found.append((f"{column.name} = {OTHER}", rest))
    if missing[train].any():
        told.setdefault("missing_category", []).append(column.name)
        found.append((f"{column.name} = {MISSING}", missing))
    elif missing.any():
        told.setdefault("missing_unlearned", []).append(column.name)
    return [(name, here.astype(np.float64)) for name, here in found]
