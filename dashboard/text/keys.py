"""The keys of the pages, for the Help page and for the list that ``?`` opens."""

from collections.abc import Sequence

from dashboard.text.viewer import t

ROWS = (
    "pause",
    "projector",
    "follow",
    "note",
    "list",
    "lesson",
    "deck",
    "scrubber",
    "microscope",
    "zoom",
    "unpin",
    "examples",
    "step",
    "pen",
    "spray",
    "map",
    "surface",
    "runs",
)
"""What a few keys do, in the order of the list; their words are in ``keys.toml``."""


def key_list(rows: Sequence[str] = ROWS) -> list[dict[str, str]]:
    """Keys and what they do, in the viewer's language: ``keys`` and ``does`` by row."""
    return [{"keys": t(f"keys.keys.{row}"), "does": t(f"keys.does.{row}")} for row in rows]


def list_words() -> dict[str, str]:
    """What else the list says."""
    return {
        "title": t("keys.title"),
        "key": t("keys.column_keys"),
        "does": t("keys.column_does"),
        "close": t("keys.close"),
    }
