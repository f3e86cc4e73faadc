"""Tables of which a number is predicted: read, split, and in the form that networks take."""

import gzip
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from kdcore.catalogue import DATASETS
from kdcore.data.assemble import TEST_SHARE, VALIDATION_SHARE
from kdcore.data.bundled_tables import bundled_file
from kdcore.data.load import data_kind, existing_path
from kdcore.data.names import clean, listed
from kdcore.data.split import SPLIT_SEED
from kdcore.data.table.cells import form_of, plain_with_unit
from kdcore.data.table.encode import encode
from kdcore.data.table.file import open_table, tables_in, title_of_table
from kdcore.data.table.format import TableFormat
from kdcore.data.table.label import NAMES, column_named
from kdcore.data.table.read import format_of, read_examples
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.inputs.features import spread
from kdcore.notes import Note, note

DIABETES = (
    "age (years)",
    "sex",
    "body mass index (kg/m²)",
    "blood pressure (mm Hg)",
    "total cholesterol (mg/dl)",
    "LDL (mg/dl)",
    "HDL (mg/dl)",
    "total cholesterol / HDL",
    "log triglycerides",
    "blood sugar (mg/dl)",
)
DIABETES_TARGET = "disease progression after a year"
SMALLEST = 20
"""Rows."""
LARGEST = 1e150
"""Numbers whose squares are some, too."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Examples of one split."""

    inputs: Tensor
    """``[n, features]`` float32, normalised by the training data."""
    targets: Tensor
    """``[n]`` float32, likewise."""

    def to(self, device: torch.device) -> "Rows":
        """The same on another device."""
        return Rows(self.inputs.to(device), self.targets.to(device))


@dataclass(frozen=True, slots=True, eq=False)
class RegressionData:
    """A table of which one column is predicted; validation data come from the training data."""

    name: str
    target: str
    """Name of the column, with its unit."""
    columns: tuple[str, ...]
    """Of the features."""
    train: Rows
    validation: Rows
    test: Rows
    mean: float
    """Of the training targets, in their unit."""
    std: float
    notes: tuple[Note, ...] = ()


def load_regression(dataset: str, target: str) -> Generator[Progress, None, RegressionData]:
    """``diabetes``, or the table at a path.

    Args:
        dataset: the name or the path.
        target: name of the column to predict; nothing: one called target, label or y, else the
            last column of numbers.

    Raises:
        UserError: there is no such table, or the column holds no numbers.
    """
    if dataset == "diabetes":
        return (yield from _diabetes())
    if dataset in DATASETS:
        raise UserError("regression_no_table", path=dataset)
    path = existing_path(dataset)
    inside = ""
    if data_kind(path) != "table":
        found = tables_in(path)
        if not found:
            raise UserError("regression_no_table", path=str(path))
        if len(found) > 1:
            raise UserError("tables_inside", path=str(path), found=listed(found))
        (inside,) = found
    with open_table(path, inside) as file:
        title = title_of_table(inside or path.name)
        table = format_of(file, str(path))
        at = target_column(table, target, str(path))
        examples, notes = yield from read_examples(file, table, at, title, str(path))
    name, numbers = _numbers(examples.classes, table, at, str(path))
    train, validation, test = _split(len(examples.labels), str(path))
    made = encode(examples.features, examples.columns, train)
    notes = [*notes, note("target_column", column=name), *made.notes]
    if not made.names:
        raise UserError("table_without_features", path=str(path), column=name)
    return _assembled(
        title,
        name,
        [clean(one) for one in made.names],
        np.stack(made.values, axis=1),
        numbers[examples.labels],
        (train, validation, test),
        tuple(notes),
        str(path),
    )


def target_column(table: TableFormat, asked: str, path: str) -> int:
    """The number of the column that is predicted; see ``load_regression``.

    Raises:
        UserError: there is no column of the name that is asked for, or none of numbers.
    """
    if asked:
        return column_named(asked, table.columns, path)
    measured = [
        at
        for at in range(len(table.columns))
        if table.form(at).kind == "number" and table.values(at)
    ]
    if not measured:
        raise UserError("regression_no_table", path=path)
    for group in NAMES:
        if found := [at for at in measured if table.columns[at].lower() in group]:
            return found[-1]
    return measured[-1]


def _numbers(
    written: Sequence[str], table: TableFormat, at: int, path: str
) -> tuple[str, np.ndarray]:
    """The column's name with its unit, and its numbers, by place in ``written``."""
    cells = [row[at] for row in table.sample if at < len(row)]
    unit = form_of(cells, table.decimal, table.thousands).unit
    name = table.columns[at]
    found = []
    for cell in written:
        plain = (
            plain_with_unit(cell, unit, table.decimal, table.thousands)
            if unit
            else table.plain(cell)
        )
        try:
            found.append(float(plain))
        except ValueError:
            raise UserError("target_not_numbers", path=path, column=name, value=cell[:40]) from None
    numbers = np.array(found)
    usable = np.abs(numbers) < LARGEST
    if not usable.all():
        wrong = written[int((~usable).argmax())]
        raise UserError("target_not_numbers", path=path, column=name, value=wrong[:40])
    if len(set(found)) < 2:
        raise UserError("target_constant", path=path, column=name)
    return (f"{name} ({unit})" if unit and unit not in name else name), numbers


def _diabetes() -> Generator[Progress, None, RegressionData]:
    """442 patients.

    Source:
        Efron, Hastie, Johnstone, Tibshirani: Least Angle Regression, 2004.
    """
    with gzip.open(bundled_file("diabetes_data_raw.csv.gz")) as lines:
        features = np.loadtxt(lines)
    with gzip.open(bundled_file("diabetes_target.csv.gz")) as lines:
        numbers = np.loadtxt(lines)
    yield Progress(task="read", done=len(numbers), total=len(numbers), detail="diabetes")
    splits = _split(len(numbers), "diabetes")
    return _assembled(
        "diabetes", DIABETES_TARGET, DIABETES, features, numbers, splits, (), "diabetes"
    )


def _split(rows: int, path: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers of the training, validation and test rows, always alike."""
    if rows < SMALLEST:
        raise UserError("too_few_rows", path=path, rows=rows, least=SMALLEST)
    order = torch.randperm(rows, generator=torch.Generator().manual_seed(SPLIT_SEED)).numpy()
    test = int(np.ceil(TEST_SHARE * rows))
    validation = int(np.ceil(VALIDATION_SHARE * (rows - test)))
    return (
        np.sort(order[test + validation :]),
        np.sort(order[test : test + validation]),
        np.sort(order[:test]),
    )


def _assembled(
    name: str,
    target: str,
    columns: Sequence[str],
    features: np.ndarray,
    numbers: np.ndarray,
    splits: tuple[np.ndarray, np.ndarray, np.ndarray],
    notes: tuple[Note, ...],
    path: str,
) -> RegressionData:
    train = splits[0]
    mean, std = spread(torch.from_numpy(features[train].astype(np.float64)))
    std[std == 0] = 1.0
    center, deviation = float(numbers[train].mean()), float(numbers[train].std())
    if deviation == 0:
        raise UserError("target_constant", path=path, column=target)
    inputs = ((torch.from_numpy(features).double() - mean) / std).float()
    targets = torch.from_numpy((numbers - center) / deviation).float()
    train_rows, validation, test = (
        Rows(inputs[index], targets[index]) for index in map(torch.from_numpy, splits)
    )
    return RegressionData(
        name, target, tuple(columns), train_rows, validation, test, center, deviation, notes
    )
