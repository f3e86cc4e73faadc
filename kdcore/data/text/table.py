"""A table of texts with their classes: which columns they are, and its rows."""

import csv
import io
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import IO

from kdcore.data.assemble import MOST_CLASSES
from kdcore.data.dataset import Dataset
from kdcore.data.names import clean, distinct, listed, natural_order, numbered
from kdcore.data.table.format import TableFormat
from kdcore.data.table.label import NAMES
from kdcore.data.text.texts import Places, data_of_texts
from kdcore.data.text.vocabulary import NumberedTexts
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.inputs.text import words
from kdcore.notes import note

LEAST_WORDS, SURELY_WORDS = 3, 8
"""On average, from which a column may hold texts, and from which it does whatever stands beside it:
a name has few words, and beside it stand measurements. Half of its values differ or more."""
ROWS_PER_REPORT = 1_000
FEW_VALUES = 0.5
"""Share of the rows up to which a column's different values may be classes."""


@dataclass(frozen=True, slots=True)
class TextColumns:
    """Numbers of two columns."""

    text: int
    label: int


def text_columns(table: TableFormat, asked: str = "") -> TextColumns | None:
    """The columns of texts and of their classes; ``None`` where none holds texts.

    The texts are the column with the most words. The classes are the column that is asked for, else
    one that is called label, class or target, else the one with the fewest different values.
    """
    columns = range(len(table.columns))
    texts = {at: length for at in columns if (length := _words(table, at)) >= LEAST_WORDS}
    names = [name.lower() for name in table.columns]
    labels = [at for at in columns if asked and names[at] == clean(asked).lower()]
    if asked and not labels:
        return None  # the table says which columns there are
    texts = {at: length for at, length in texts.items() if at not in labels}
    if not texts:
        return None
    text = max(texts, key=lambda at: texts[at])
    others = [at for at in columns if at != text and _filled(table, at)]
    if not labels:
        labels = [at for group in NAMES for at in others if names[at] in group]
    if not labels:
        few = {at: len(set(_filled(table, at))) for at in others}
        labels = [
            at
            for at in sorted(few, key=lambda at: few[at])
            if 1 < few[at] <= max(2, FEW_VALUES * len(_filled(table, at)))
        ]
    if not labels:
        return None
    measured = [at for at in others if at != labels[0] and not _only_names(table, at)]
    if measured and texts[text] < SURELY_WORDS:
        return None
    return TextColumns(text, labels[0])


def _filled(table: TableFormat, at: int) -> list[str]:
    """What the sample has in a column; a class may be called None or NA."""
    return [row[at].strip() for row in table.sample if at < len(row) and row[at].strip()]


def _only_names(table: TableFormat, at: int) -> bool:
    """Whether a column has another value in each row, as one that numbers the rows."""
    values = _filled(table, at)
    return len(set(values)) == len(values)


def _words(table: TableFormat, at: int) -> float:
    """Words of a value on average, those of digits alone not counted; 0 where they come again.

    So a date is no text.
    """
    values = table.values(at)
    if not values or 2 * len(set(values)) < len(values) or all(map(table.numeric, values)):
        return 0.0
    counts = (sum(not word.isdigit() for word in words(value)) for value in values)
    return sum(counts) / len(values)


def read_texts(
    file: IO[bytes], table: TableFormat, columns: TextColumns, title: str, path: str
) -> Generator[Progress, None, Dataset]:
    """The texts of a table as a data set; rows without a text are left out.

    Args:
        file: open for reading in binary mode, at its beginning.
        table: how it is written.
        columns: of the texts and their classes.
        title: name of the data set.
        path: for messages.

    Raises:
        UserError: a class is missing, or there are too few or too many of them.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    found = NumberedTexts("words")
    written: dict[str, int] = {}
    labels: list[int] = []
    empty = 0
    for row, cells in enumerate(_rows(file, table, path), start=1):
        text, name = (cells[at].strip() for at in (columns.text, columns.label))
        if not words(text):
            empty += 1
            continue
        if not name:
            raise UserError(
                "table_label_missing", path=path, column=table.columns[columns.label], row=row
            )
        found.add(text)
        labels.append(written.setdefault(name, len(written)))
        if len(written) > MOST_CLASSES:
            raise UserError("too_many_classes", dataset=title, most=MOST_CLASSES)
        if row % ROWS_PER_REPORT == 0:
            yield Progress(task="read", done=min(file.tell(), size), total=size, detail=title)
    if not labels:
        raise UserError("table_empty", path=path)
    order = sorted(written, key=natural_order)
    shown = distinct(order)
    places = {written[name]: at for at, name in enumerate(order)}
    notes = [
        *table.notes,
        note("text_column", column=table.columns[columns.text]),
        note("label_column", column=table.columns[columns.label]),
    ]
    if others := [
        name for at, name in enumerate(table.columns) if at not in (columns.text, columns.label)
    ]:
        notes.append(note("text_columns_left_out", columns=listed(others)))
    if empty:
        notes.append(note("texts_without_words_left_out", count=empty))
    if told_apart := numbered(order, shown):
        notes.append(note("names_numbered", names=listed(told_apart)))
    data = data_of_texts(
        title, shown, found, [places[at] for at in labels], Places(range(len(labels)))
    )
    yield Progress(task="read", done=size, total=size, detail=title)
    return replace(data, notes=(*notes, *data.notes))


def _rows(file: IO[bytes], table: TableFormat, path: str) -> Iterator[list[str]]:
    """The rows that hold anything, each of all columns."""
    text = io.TextIOWrapper(file, encoding=table.encoding, errors="replace", newline="")
    try:
        for _ in range(table.lines_before):
            text.readline()
        reader = csv.reader(text, delimiter=table.separator)
        width = len(table.columns)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield [*cells, *[""] * (width - len(cells))]
    except (csv.Error, OSError) as error:
        raise UserError("table_unreadable", path=path, cause=str(error).rstrip(".")) from None
    finally:
        text.detach()
