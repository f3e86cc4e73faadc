"""How T, λ and the learning rate were moved by their schedules, and by hand."""

from typing import Any

from dashboard.charts import style, timeline
from dashboard.history import History

COLOUR = style.COLOURS["distilled"]
SHOWN = {"temperature": "T", "weight": "λ", "lr": "η"}


def figure(history: History, words: style.Words) -> dict[str, Any]:
    """One small chart for each setting that has a schedule."""
    moved = [name for name in SHOWN if history.config.get(f"{name}_schedule")]
    if history.prepared and not moved:
        return style.empty(words, "schedule")
    if history.courses is None:
        return style.empty(words, "time")
    columns = history.courses.columns
    layout = timeline.layout(history, words, "")
    marks = {kind: layout[kind] for kind in ("shapes", "annotations")}
    layout |= {"shapes": [], "annotations": []}
    data = []
    for at, name in enumerate(moved):
        suffix = str(at + 1) if at else ""
        domain = style.panels(len(moved), at, gap=0.1)
        data.append({
            "type": "scatter", "mode": "lines", "name": words[f"live.slider.{name}"],
            "x": list(columns["position"]), "y": list(columns[name]), "showlegend": False,
            "xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "line": {"width": 2, "color": COLOUR},
            "hovertemplate": "%{y:.4g}",
        })  # fmt: skip
        for kind, marked in marks.items():
            layout[kind] += [mark | {"xref": f"x{suffix}"} for mark in marked]
        layout[f"xaxis{suffix}"] = layout["xaxis"] | {"domain": domain, "anchor": f"y{suffix}"}
        layout[f"yaxis{suffix}"] = {"title": {"text": SHOWN[name]}, "anchor": f"x{suffix}",
                                    "rangemode": "tozero"}  # fmt: skip
    return {"data": data, "layout": layout}
