"""A table of one's own: a CSV file with a header, one row an example."""

import csv
import math
import warnings
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from kdcore.data.assemble import assemble
from kdcore.data.dataset import Dataset, Split
from kdcore.errors import UserError
from kdcore.events import Progress

LABELS = ("label", "class", "target", "y")
SEPARATORS = ",;\t"
MOST_BYTES, MOST_COLUMNS = 1 << 30, 12_289
"""The columns of 64×64 RGB images and their label."""
LONGEST_HEADER = 1 << 20
SMALLEST_SIDE = 8
"""Pixels: a table of 9 small whole numbers a row is not yet a 3×3 image."""


def read_table(path: Path) -> Generator[Progress, None, Dataset]:
    """Numeric features and a label: the column called label, class, target or y, else the last.

    Whole numbers from 0 to 255 in the number of a square image's pixels, gray or three channels
    one after the other, become images; everything else is float32 features.

    Raises:
        UserError: the file, a row or a value cannot be used; the sentence names it.
    """
    header, separator = _header(path)
    table = _read(path, separator)
    yield Progress(task="read", done=len(table), total=len(table), detail=path.name)
    if table.empty:
        raise UserError("table_empty", path=str(path))
    column = next(
        (name for name in header if name.strip().lower() in LABELS), header[-1]
    )  # fmt: skip
    names = table[column]
    _refuse_missing(path, names.isna().to_numpy()[:, None], [column])
    features = _numbers(path, table.drop(columns=column))
    names = names.astype(str).str.strip()
    classes = sorted(names.unique(), key=_natural)
    codes = pd.Categorical(names, categories=classes).codes
    labels = torch.from_numpy(codes.astype(np.int64))
    shown = tuple(name[:64] for name in classes)
    return assemble(path.stem, shown, Split(_inputs(features), labels))


def _header(path: Path) -> tuple[list[str], str]:
    """The column names and what separates them, before anything is read at length."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            line = file.readline(LONGEST_HEADER)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("table_unreadable", path=str(path), cause=str(error)) from None
    separator = max(SEPARATORS, key=line.count)
    header = next(csv.reader([line], delimiter=separator), [])
    if len(header) < 2:
        raise UserError("table_one_column", path=str(path))
    if len(header) > MOST_COLUMNS or path.stat().st_size > MOST_BYTES:
        raise UserError("table_too_large", path=str(path), columns=MOST_COLUMNS,
                        gigabytes=MOST_BYTES >> 30)  # fmt: skip
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise UserError("table_column_twice", path=str(path), column=twice)
    if all(_is_number(name) for name in header):
        raise UserError("table_without_header", path=str(path))
    return header, separator


def _read(path: Path, separator: str) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():  # a row that is too long would lose its end with a warning
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(path, sep=separator, index_col=False, encoding="utf-8-sig",
                               low_memory=False)  # fmt: skip
    except (pd.errors.ParserError, pd.errors.ParserWarning, UnicodeDecodeError, OSError) as error:
        raise UserError("table_unreadable", path=str(path), cause=str(error).strip()) from None


def _numbers(path: Path, table: pd.DataFrame) -> np.ndarray:
    """The features as float64 ``[n, features]``."""
    for name in table.columns:
        values = table[name]
        numbers = pd.to_numeric(values, errors="coerce")
        text = (numbers.isna() & values.notna()).to_numpy()
        if text.any():
            row = int(text.argmax())
            raise UserError("table_text", path=str(path), row=row + 1, column=str(name),
                            value=str(values.iloc[row])[:40])  # fmt: skip
        table[name] = numbers
    features: np.ndarray = table.to_numpy(dtype=np.float64)
    _refuse_missing(path, ~np.isfinite(features), [str(name) for name in table.columns])
    return features


def _refuse_missing(path: Path, missing: np.ndarray, columns: list[str]) -> None:
    if missing.any():
        row, column = np.argwhere(missing)[0]
        raise UserError("table_value_missing", path=str(path), row=int(row) + 1,
                        column=columns[column])  # fmt: skip


def _inputs(features: np.ndarray) -> torch.Tensor:
    rows, columns = features.shape
    whole = bool(((features >= 0) & (features <= 255) & (features == np.rint(features))).all())
    for channels in (1, 3):
        side = math.isqrt(columns // channels)
        if whole and side >= SMALLEST_SIDE and channels * side * side == columns:
            pixels = features.astype(np.uint8)
            return torch.from_numpy(pixels.reshape(rows, channels, side, side))
    return torch.from_numpy(features.astype(np.float32))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _natural(name: str) -> tuple[bool, float, str]:
    """Numbers by value, then words."""
    number = _is_number(name)
    return (not number, float(name) if number else 0.0, name)
