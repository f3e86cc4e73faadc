"""One colour, line and marker for each learner on every chart; safe for colour-blind eyes.

Colours: Okabe and Ito, Color Universal Design, 2008.
"""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from dashboard.text.names import learner_name
from dashboard.text.phrases import Words

COLOURS = {"teacher": "#009E73", "plain": "#E69F00", "distilled": "#0072B2"}
LINES = {"teacher": "dot", "plain": "dash", "distilled": "solid"}
MARKERS = {"teacher": "diamond", "plain": "square", "distilled": "circle"}
GAP = "#D55E00"
"""What should not be there: the gap between confidence and accuracy."""
STAGES = {
    "teacher": (COLOURS["teacher"], "diamond"),
    "student": (COLOURS["distilled"], "circle"),
    "pruned": ("#CC79A7", "triangle-up"),
    "narrow": ("#D55E00", "square"),
    "low_rank": ("#56B4E9", "triangle-down"),
    "int8_dynamic": ("#8C6D00", "cross"),
    "int8_learned": ("#6A4C93", "x"),
    "narrow_int8": ("#7F7F7F", "star"),
}
"""Colour and marker of each way to compress the distilled student, and of what it comes from."""

PER_CENT = ".1~%"
"""Of ticks: ``96%``, and ``95.5%`` where whole numbers would say the same twice."""
SEQUENCE = ("#0072B2", "#CC79A7", "#E69F00", "#009E73", "#56B4E9", "#D55E00")
"""For what is none of the learners."""
MOST_NAMES = 25
"""Names of classes along an axis."""
LONGEST = 10
"""Letters of a class's name."""
FEW = 5
"""Counts that get a tick each."""


def line(words: Words, learner: str, x: Sequence[Any], y: Sequence[Any], **more: Any) -> Any:
    """A learner's line with its points."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": learner_name(words, learner),
        "x": list(x),
        "y": list(y),
        "line": {"color": COLOURS[learner], "dash": LINES[learner], "width": 2.5},
        "marker": {"color": COLOURS[learner], "symbol": MARKERS[learner], "size": 7},
    } | more


def trail(words: Words, learner: str, x: Sequence[Any], y: Sequence[Any], **more: Any) -> Any:
    """What happened between the epochs: a thin pale line that the legend leaves out.

    ``meta["label"]``, where there is one, sets it apart from the learner's line in a table.
    """
    return (
        {
            "type": "scatter",
            "mode": "lines",
            "name": learner_name(words, learner),
            "showlegend": False,
            "x": list(x),
            "y": list(y),
            "opacity": 0.35,
            "line": {"color": COLOURS[learner], "width": 1.2},
        }
        | more
        | {"meta": {"trail": True} | more.get("meta", {})}
    )


def with_opacity(colour: str, opacity: float) -> str:
    """``#rrggbb`` as a colour that lets through what lies below it."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def empty(words: Words, reason: str) -> dict[str, Any]:
    """No chart, and why: ``chart.empty.REASON``."""
    return {"empty": words[f"chart.empty.{reason}"]}


def not_yet(words: Words, reason: str, *, over: bool) -> dict[str, Any]:
    """No chart yet: when it comes, or that it never will where the run is over."""
    return empty(words, "ended" if over else reason)


def escape_tags(text: str) -> str:
    """A name that people gave, as Plotly shows it: its tags are no tags."""
    return escape(text, quote=False)


def class_ticks(classes: Sequence[str]) -> dict[str, Any]:
    """Ticks with the classes' names, as many as can be read; of many every second or third ….

    Example:
        >>> class_ticks(["cat", "a very long-haired dog"])
        {'tickvals': [0, 1], 'ticktext': ['cat', 'a ver… dog']}
    """
    every = math.ceil(len(classes) / MOST_NAMES)
    shown = range(0, len(classes), every)
    return {
        "tickvals": list(shown),
        "ticktext": [escape_tags(shorten(classes[at])) for at in shown],
    }


def shorten(title: str) -> str:
    """A class's name; of a long one the beginning and the end, which set numbered ones apart."""
    return title if len(title) <= LONGEST else f"{title[:5]}…{title[-4:]}"


def whole_ticks(values: Sequence[float]) -> dict[str, Any]:
    """Ticks at whole numbers only, on an axis of small counts too."""
    few = max(values, default=0) - min(values, default=0) <= FEW
    return {"tickformat": "d"} | ({"dtick": 1} if few else {})


def panels(count: int, at: int, gap: float = 0.06) -> list[float]:
    """The share of the width that panel ``at`` of ``count`` takes."""
    width = (1 - gap * (count - 1)) / count
    return [at * (width + gap), at * (width + gap) + width]


def heading(text: str, domain: Sequence[float], y: float = 1.0) -> dict[str, Any]:
    """A panel's name above it."""
    return {
        "text": text,
        "showarrow": False,
        "xref": "paper",
        "yref": "paper",
        "x": (domain[0] + domain[1]) / 2,
        "y": y,
        "xanchor": "center",
        "yanchor": "bottom",
    }
