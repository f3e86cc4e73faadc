"""The time axis that all charts over time share, in epochs, with the marks of what was changed."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.charts.parts.style import panels
from dashboard.text.phrases import Words
from kdcore.catalogue import method_of
from kdcore.jobs.run.record import Mark, RunRecord

SYMBOLS = {"temperature": "T", "weight": "λ", "lr": "η"}
NEAR = 0.06
"""Share of the axis within which the next turn of a setting is the same movement of the hand."""


def layout(history: RunRecord, words: Words, y_title: str, **y_axis: Any) -> dict[str, Any]:
    """Axes, and a labelled dashed line where something was changed."""
    end = axis_end(history)
    marks = _at_rest(history.marks, end)
    return {
        "xaxis": {"title": {"text": words["chart.epoch"]}, "range": [0, end]},
        "yaxis": {"title": {"text": y_title}} | y_axis,
        "hovermode": "x",
        "shapes": [_stroke(mark) for mark in marks],
        "annotations": _labels(history, marks, words),
    }


def side_by_side(
    history: RunRecord, words: Words, y_axes: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The layout of small charts beside each other: axes ``x`` and ``y``, ``x2`` and ``y2``, …."""
    usual = layout(history, words, "")
    whole = usual | {"shapes": [], "annotations": []}
    for at, y_axis in enumerate(y_axes):
        suffix = str(at + 1) if at else ""
        for kind in ("shapes", "annotations"):
            whole[kind] += [mark | {"xref": f"x{suffix}"} for mark in usual[kind]]
        domain = panels(len(y_axes), at, gap=0.1)
        whole[f"xaxis{suffix}"] = usual["xaxis"] | {"domain": domain, "anchor": f"y{suffix}"}
        whole[f"yaxis{suffix}"] = {"anchor": f"x{suffix}", **y_axis}
    return whole


def axis_end(history: RunRecord) -> float:
    """The epoch that the axis reaches: the one that is under way, the last once it is over."""
    if history.phase == "over":
        return max(history.position, 1e-3)
    epochs: int = history.config.get("epochs", 1)
    return max(1, min(math.ceil(history.position + 0.05), epochs))


def _stroke(mark: Mark) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": mark.position,
        "x1": mark.position,
        "y0": 0,
        "y1": 1,
        "line": {"width": 1, "dash": "dot", "color": "#8a94a0"},
    }


def _at_rest(marks: Sequence[Mark], end: float) -> list[Mark]:
    """The marks without those of a slider that was still moving: where it stopped counts."""
    return [
        mark
        for number, mark in enumerate(marks)
        if not any(
            later.name == mark.name and later.position - mark.position < NEAR * end
            for later in marks[number + 1 :]
        )
    ]


def _labels(history: RunRecord, marks: Sequence[Mark], words: Words) -> list[dict[str, Any]]:
    """The browser finds the height at which a label covers no other."""
    own = method_of(history.config["method"]).settings if marks else {}
    symbols = SYMBOLS | {name: about.symbol for name, about in own.items()}
    return [
        {
            "text": _text(mark, symbols, words),
            "x": mark.position,
            "xref": "x",
            "yref": "paper",
            "y": 1,
            "xanchor": "left",
            "yanchor": "top",
            "showarrow": False,
            "font": {"size": 11},
            "name": "mark",
        }
        for mark in marks
    ]


def _text(mark: Mark, symbols: Mapping[str, str], words: Words) -> str:
    if mark.name.endswith("_weight"):
        return f"{mark.name.removesuffix('_weight')}×{mark.value:g}"
    symbol = symbols.get(mark.name) or words[f"chart.{mark.name}"]
    value = words["live.max"] if mark.name == "speed" and not mark.value else f"{mark.value:g}"
    return f"{symbol}={value}"
