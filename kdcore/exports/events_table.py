"""All events of a job as one file: CSV, JSON or Parquet."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from kdcore.escapes import ESCAPES
from kdcore.events import Event
from kdcore.store import JobFolder
from kdcore.store.files import export_whole
from kdcore.store.upgrade import FORMAT


def events_table(events: Iterable[Event]) -> pd.DataFrame:
    """One row an event, in order; what is within another value is a column ``OUTER.INNER``.

    Lists, such as a confusion matrix, are JSON texts; so is every value of a column that holds
    several kinds. What an event does not have is missing.

    Returns:
        The column ``event`` names the kind.
    """
    table = pd.json_normalize([event.to_dict() for event in events], sep=".")
    for name in table.columns:
        if table[name].dtype == object:
            table[name] = _column(table[name])
    return table


def write_table(folder: JobFolder[Any], path: Path) -> None:
    """Write the events of a job as the file's ending says.

    Args:
        folder: of the job.
        path: ends in one of ``kinds.TABLES``.

    Raises:
        UserError: there is no folder for the file, or it cannot be written.
    """
    export_whole(path, lambda part: WRITERS[path.suffix](folder, part))


def _csv(folder: JobFolder[Any], path: Path) -> None:
    events_table(folder.events()).to_csv(path, index=False)


def _parquet(folder: JobFolder[Any], path: Path) -> None:
    events_table(folder.events()).to_parquet(path, index=False)


def _json(folder: JobFolder[Any], path: Path) -> None:
    values = {
        "job": folder.id,
        "kind": folder.kind.name,
        "format": FORMAT,
        "settings": folder.config.to_dict(),
        "events": [event.to_dict() for event in folder.events()],
    }
    text = json.dumps(values, ensure_ascii=False, indent=1)
    path.write_text(text, encoding="utf-8", errors=ESCAPES)


WRITERS: Mapping[str, Callable[[JobFolder[Any], Path], None]] = {
    ".csv": _csv,
    ".json": _json,
    ".parquet": _parquet,
}
"""By the ending of the file."""


def _column(values: pd.Series) -> pd.Series:
    """Values of one kind, so that every format can hold them."""
    kinds = {_kind(value) for value in values if not _is_missing(value)}
    if kinds <= {"number"}:
        return pd.to_numeric(values)
    if kinds == {"bool"}:
        return values.astype("boolean")
    as_text = _text if kinds == {"text"} else _json_text
    return values.map(lambda value: None if _is_missing(value) else as_text(value)).astype("string")


def _text(value: str) -> str:
    """Valid Unicode, which Parquet and CSV need: the name of a class may be something else."""
    return value.encode("utf-8", ESCAPES).decode("utf-8")


def _json_text(value: Any) -> str:
    return _text(json.dumps(value, ensure_ascii=False))


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "other"


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)
