"""How far the distilled student is ahead of the plain one, with what chance leaves of it."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_values, message_text
from dashboard.text.numbers import with_sign
from dashboard.text.phrases import Words, phrase
from kdcore.catalogue import CORRUPTIONS
from kdcore.jobs.robustness.events import Comparison, Estimate
from kdcore.jobs.robustness.record import RobustnessRecord

ROWS = 2
"""Lines of type for each row."""


def figure(
    record: RobustnessRecord, words: Words, *, metric: str = "accuracy", **_: Any
) -> dict[str, Any]:
    """A point and its 95% interval for every corruption, and for the means over them."""
    if not record.over:
        return style.not_yet(words, "robust_soon", over=record.ended)
    single = {
        words[f"corruption.{name}"]: gain
        for name, ended in record.over.items()
        if (gain := gain_of(ended.comparison, metric))
    }
    if not single:
        return style.empty(words, "robust_pair")
    means = {words[f"chart.robust.mean_{kind}"]: gain for kind, gain in _means(record, metric)}
    learner = "distilled"
    data = [
        _points(single, words["chart.robust.single"], style.COLOURS[learner], "circle", 8),
        _points(means, words["chart.robust.means"], style.GAP, "diamond", 11),
    ]
    rows = [*means, *single]
    said = list_values(words, [(name, _text(words, one)) for name, one in (means | single).items()])
    return {
        "data": [trace for trace in data if trace["x"]],
        "layout": {
            "xaxis": {"title": {"text": words[f"chart.robust.{metric}_gain"]}, "zeroline": False},
            "yaxis": {
                "categoryorder": "array",
                "categoryarray": rows[::-1],
                "range": [-0.6, len(rows) - 0.4],
            },
            "hovermode": "closest",
            "shapes": [
                {
                    "type": "line",
                    "x0": 0,
                    "x1": 0,
                    "y0": 0,
                    "y1": 1,
                    "xref": "x",
                    "yref": "paper",
                    "line": {"dash": "dot", "width": 1.5, "color": "#8a94a0"},
                }
            ],
        },
        "rows": ROWS * len(rows),
        "message": message_text(
            words, "robust_gains", metric=words[f"chart.robust.{metric}_gain"], values=said
        ),
    }


def gain_of(comparison: Comparison | None, metric: str) -> Estimate | None:
    """Distilled minus plain student, in the metric; ``None`` where one of them is missing."""
    if comparison is None:
        return None
    return comparison.accuracy_gain if metric == "accuracy" else comparison.ece_gain


def _means(record: RobustnessRecord, metric: str) -> list[tuple[str, Estimate]]:
    if record.finished is None:
        return []
    several = {
        kind: sum(CORRUPTIONS[name].attack == (kind == "attacks") for name in record.over) > 1
        for kind in ("corruptions", "attacks")
    }
    return [
        (kind, gain)
        for kind in several
        if several[kind] and (gain := gain_of(getattr(record.finished, kind), metric))
    ]


def _points(
    gains: dict[str, Estimate], name: str, colour: str, symbol: str, size: int
) -> dict[str, Any]:
    values = [100 * one.value for one in gains.values()]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": values,
        "y": list(gains),
        "marker": {"color": colour, "symbol": symbol, "size": size},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [100 * (one.high - one.value) for one in gains.values()],
            "arrayminus": [100 * (one.value - one.low) for one in gains.values()],
            "color": colour,
            "thickness": 2,
        },
        "customdata": [[100 * one.low, 100 * one.high] for one in gains.values()],
        "hovertemplate": "%{y}<br>%{x:+.1f} (%{customdata[0]:+.1f} … %{customdata[1]:+.1f})"
        "<extra></extra>",
    }


def _text(words: Words, one: Estimate) -> str:
    ends = {name: with_sign(100 * getattr(one, name)) for name in ("value", "low", "high")}
    return phrase(words, "chart.robust.interval", **ends)
