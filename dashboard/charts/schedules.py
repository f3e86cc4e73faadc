"""How T, λ and the learning rate were moved by their schedules, and by hand."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

COLOUR = style.COLOURS["distilled"]
SHOWN = {"temperature": "T", "weight": "λ", "lr": "η"}


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """One small chart for each setting that has a schedule."""
    moved = [name for name in SHOWN if history.config.get(f"{name}_schedule")]
    if history.prepared and not moved:
        return style.empty(words, "schedule")
    if history.schedules is None:
        return style.not_yet(words, "time", over=history.over)
    columns = history.schedules.columns
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": words[f"live.slider.{name}"],
            "x": list(columns["position"]),
            "y": list(columns[name]),
            "showlegend": False,
            "xaxis": f"x{number}",
            "yaxis": f"y{number}",
            "line": {"width": 2, "color": COLOUR},
            "hovertemplate": "%{y:.4g}",
        }
        for name, number in zip(moved, ("", "2", "3"), strict=False)
    ]
    axes = [{"title": {"text": SHOWN[name]}, "rangemode": "tozero"} for name in moved]
    return {"data": data, "layout": timeline.side_by_side(history, words, axes)}
