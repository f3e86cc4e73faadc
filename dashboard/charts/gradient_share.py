"""How hard each term of the loss pulls at the distilled student's logits."""

from math import isnan
from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.text.phrases import Words
from kdcore.catalogue import method_of
from kdcore.jobs.run.record import RunRecord

LINES = (
    ("hard_gradient", "chart.hard_gradient", style.COLOURS["plain"], "dash"),
    ("soft_gradient", "chart.soft_gradient", style.COLOURS["teacher"], "solid"),
    ("soft_gradient_without_t2", "chart.soft_gradient_without", style.COLOURS["teacher"], "dot"),
)


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Norms of the two gradients, and of the soft one as it were without the factor T²."""
    if not history.prepared:
        return style.not_yet(words, "time", over=history.over)
    if "distilled" not in history.students:
        return style.empty(words, "distilled")
    columns = history.steps["distilled"].columns
    if columns["position"] and all(map(isnan, columns["hard_gradient"])):
        return style.empty(words, "gradients")
    has_t2 = method_of(history.config["method"]).has_t2 and not history.config.get("also")
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": words[title],
            "x": list(columns["position"]),
            "y": [value or None for value in columns[column]],
            "line": {"color": colour, "dash": dash, "width": 2},
            "hovertemplate": "%{y:.3g}",
        }
        for column, title, colour, dash in LINES
        if has_t2 or column != LINES[-1][0]
    ]
    return {
        "data": data,
        "layout": timeline.layout(
            history, words, words["chart.gradient"], type="log", exponentformat="power", dtick=1
        ),
    }
