"""A table as a data set: its examples as images or as features."""

import io
import math
from collections.abc import Generator
from dataclasses import replace
from typing import IO

import numpy as np
import torch

from kdcore.data.assemble import MOST_CLASSES, SMALLEST_CLASS, assemble
from kdcore.data.dataset import AS_THEY_ARE, Dataset, Split
from kdcore.data.names import clean, distinct, is_number, listed, numbered
from kdcore.data.table.encode import encode, is_plain
from kdcore.data.table.examples import Examples, examples_of, names_of_rows
from kdcore.data.table.file import MOST_BYTES
from kdcore.data.table.format import MOST_COLUMNS, TableFormat, table_format
from kdcore.data.table.label import label_column
from kdcore.data.table.pieces import Values, add_piece, pieces_of
from kdcore.data.text.table import read_texts, text_columns
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.inputs import Features, Image
from kdcore.inputs.features import spread
from kdcore.notes import Note, note

SMALLEST_SIDE = 8
"""Pixels: a table of 9 small whole numbers a row is not yet a 3×3 image."""
LOST_IN_FLOAT32 = 1e-4
"""Share of a column's deviation that rounding to float32 may cost."""
SMALLEST, LARGEST = 1e-30, 1e30
"""Deviations that float32 holds well."""
MANY_CLASSES = 50
"""Numbers from which a column of them, some of them rare, is no class."""


def read_table(
    file: IO[bytes], title: str, path: str, asked: str = ""
) -> Generator[Progress, None, Dataset]:
    """Features and a label; or texts and a label, where a column holds texts.

    Whole numbers from 0 to 255 in the number of a square image's pixels, gray or three channels
    one after the other, become images; everything else is float32 features, see ``encode``.

    Args:
        file: open for reading in binary mode, with a position that can be set.
        title: name of the data set.
        path: for messages.
        asked: name of the label column; nothing: it is found, see ``label_column``.

    Raises:
        UserError: the file, a row or a value cannot be used; the sentence names it.
    """
    table = format_of(file, path)
    if texts := text_columns(table, asked):
        return (yield from read_texts(file, table, texts, title, path))
    label = label_column(table, asked, path)
    found, notes = yield from read_examples(file, table, label, title, path)
    notes.insert(len(table.notes), note("label_column", column=table.columns[label]))
    return _dataset(found, title, table.columns[label], path, notes)


def format_of(file: IO[bytes], path: str) -> TableFormat:
    """How a table is written.

    Raises:
        UserError: it is too large, or no table.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > MOST_BYTES:
        raise UserError("table_too_large", path=path, gigabytes=MOST_BYTES >> 30)
    return table_format(file, path)


def read_examples(
    file: IO[bytes], table: TableFormat, label: int, title: str, path: str
) -> Generator[Progress, None, tuple[Examples, list[Note]]]:
    """The rows of a table, and notes.

    Args:
        file: as ``format_of`` left it.
        table: how it is written.
        label: number of the column that the others are to predict.
        title: name of the data set.
        path: for messages.

    Raises:
        UserError: the file, a row or a value cannot be used; the sentence names it.
    """
    beginning = file.tell()
    size = file.seek(0, io.SEEK_END)
    file.seek(beginning)
    notes = [*table.notes]
    unread = names_of_rows(table, label)
    forms = {at: table.form(at) for at in range(len(table.columns))}
    values = Values()
    for piece in pieces_of(file, table, label, forms, path):
        add_piece(piece.drop(columns=unread), values, table, label, forms, path)
        yield Progress(task="read", done=min(file.tell(), size), total=size, detail=title)
    columns = [at for at in range(len(table.columns)) if at != label and at not in unread]
    notes += [note("row_numbers_left_out", column=table.columns[at]) for at in unread]
    found = examples_of(values, columns, forms, table, label, path, notes)
    yield Progress(task="read", done=size, total=size, detail=title)
    return found, notes


def _dataset(found: Examples, title: str, column: str, path: str, notes: list[Note]) -> Dataset:
    _refuse_measured(found, column, path)
    shown = distinct(found.classes)
    if told_apart := numbered(found.classes, shown):
        notes.append(note("names_numbered", names=listed(told_apart)))
    if repeated := _repeats_label(found):
        notes.append(note("column_repeats_label", column=repeated))
    labels = torch.from_numpy(found.labels)
    plain = is_plain(found.features, found.columns)
    images = _images(found.features) if plain else None
    if images is not None:
        data = assemble(title, shown, Split(images, labels), Image.guessed(images))
        return replace(data, notes=(*notes, *data.notes))
    if plain:
        features, names = found.features, [column.name for column in found.columns]
    else:
        features, names = _encoded(found, title, shown, labels, (column, path), notes)
    inputs, offset, scale = _inputs(torch.from_numpy(features))
    data = assemble(title, shown, Split(inputs, labels), Features())
    return replace(
        data,
        offset=offset,
        scale=scale,
        columns=tuple(map(clean, names)),
        notes=(*notes, *data.notes),
    )


def _encoded(
    found: Examples,
    title: str,
    shown: tuple[str, ...],
    labels: torch.Tensor,
    source: tuple[str, str],
    notes: list[Note],
) -> tuple[np.ndarray, list[str]]:
    """Features without gaps and their names; the training rows are those of ``assemble``."""
    rows = torch.arange(len(labels), dtype=torch.float64)[:, None]
    train = (
        assemble(title, shown, Split(rows, labels), Features()).train.inputs[:, 0].long().numpy()
    )
    made = encode(found.features, found.columns, train)
    notes += made.notes
    column, path = source
    if not made.names:
        raise UserError("table_without_features", path=path, column=column)
    if len(made.names) > MOST_COLUMNS:
        raise UserError("table_too_wide", path=path, columns=len(made.names), most=MOST_COLUMNS)
    return np.stack(made.values, axis=1), made.names


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
    for column, values in zip(found.columns, found.features.T, strict=True):
        grouped = values[order]
        lowest = np.minimum.reduceat(grouped, starts)
        constant = (lowest == np.maximum.reduceat(grouped, starts)).all()
        if constant and len(np.unique(lowest)) == len(starts):
            return column.name
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
