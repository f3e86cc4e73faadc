"""What older versions wrote, and how it is read today; nothing else knows of older formats.

Format 1, of version 0.1.0, has neither ``kind`` nor ``format`` in ``config.json``. A selection of a
teacher is called a choice in it and a compression a shrinking: in ids, in folders and in events.
"""

from collections.abc import Mapping
from typing import Any

FORMAT = 2
"""Of what is written today."""

PREFIXES = {"choice-": "teacher_selection", "shrink-": "compression"}
"""Of ids of format 1, with the kind of job."""
FOLDERS = {"teacher_selection": "choices", "compression": "shrinks"}
"""In which jobs of format 1 lie, by kind."""
EVENTS = {
    "choice_started": "teacher_selection_started",
    "teacher_judged": "teacher_evaluated",
    "choice_finished": "teacher_selection_finished",
    "shrink_started": "compression_started",
    "shrink_finished": "compression_finished",
}
KEYS = {"choice": "selection", "shrink": "compression"}
"""Of these events, with the id of the job."""


class LaterFormatError(Exception):
    """Settings that a later version wrote."""

    def __init__(self, format: int) -> None:
        self.format = format
        super().__init__(f"format {format} is later than {FORMAT}")


def read_settings(values: Mapping[str, Any], kind: str) -> tuple[dict[str, Any], int]:
    """The settings that a ``config.json`` holds, and its format.

    Args:
        values: the whole file.
        kind: of job, as its place says.

    Raises:
        LaterFormatError: a later version wrote it.
        ValueError: it is of another kind of job.
    """
    settings = {name: value for name, value in values.items() if name not in ("kind", "format")}
    format = values.get("format", 1)
    if isinstance(format, bool) or not isinstance(format, int) or format < 1:
        raise ValueError(f"its format is {format!r}")
    if format > FORMAT:
        raise LaterFormatError(format)
    if values.get("kind", kind) != kind:
        raise ValueError(f"its kind is {values['kind']!r}")
    return settings, format


def written_settings(settings: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What ``config.json`` holds today."""
    return {"kind": kind, "format": FORMAT, **settings}


def read_event(values: dict[str, Any]) -> dict[str, Any]:
    """The values of an event as they are today."""
    if (name := values["event"]) not in EVENTS:
        return values
    return {KEYS.get(key, key): value for key, value in values.items()} | {"event": EVENTS[name]}
