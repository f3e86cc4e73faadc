"""What the charts of a method's own measures have in common."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.charts.parts import style
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

Line = tuple[str, str, str, str]
"""Column, key of its name, colour and dash."""


def missing(history: RunRecord, words: Words, measure: str) -> dict[str, Any] | None:
    """Why a run has not this measure of its distilled student, as an empty chart; else nothing."""
    if history.prepared and "distilled" not in history.students:
        return style.empty(words, "distilled")
    if "distilled" not in history.measures:
        return style.not_yet(words, "time", over=history.over)
    if measure not in history.measures["distilled"].columns:
        return style.empty(words, "method")
    return None


def lines(
    columns: Mapping[str, Sequence[float]], words: Words, shown: Iterable[Line], number_format: str
) -> list[dict[str, Any]]:
    """Lines over ``position``; ``number_format`` is how a value is written at the pointer."""
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": words[title],
            "x": list(columns["position"]),
            "y": list(columns[column]),
            "line": {"width": 2, "color": colour, "dash": dash},
            "hovertemplate": f"%{{y:{number_format}}}",
        }
        for column, title, colour, dash in shown
    ]
