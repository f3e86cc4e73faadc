"""Whether a judge can still tell the student's answers from the teacher's."""

from typing import Any

from dashboard.charts import style, timeline
from dashboard.history import History

CHANCE = 0.5


def figure(history: History, words: style.Words) -> dict[str, Any]:
    """The judge's accuracy on the newest batches, and what guessing would have."""
    if history.prepared and "distilled" not in history.students:
        return style.empty(words, "distilled")
    if "distilled" not in history.measures:
        return style.empty(words, "time")
    columns = history.measures["distilled"].columns
    if "discriminator_accuracy" not in columns:
        return style.empty(words, "method")
    x = list(columns["position"])
    guess = {
        "type": "scatter", "mode": "lines", "name": words["chart.indistinguishable"],
        "x": x, "y": [CHANCE] * len(x), "hoverinfo": "skip",
        "line": {"color": style.COLOURS["teacher"], "dash": style.LINES["teacher"], "width": 2},
    }  # fmt: skip
    judge = style.line(words, "distilled", x, columns["discriminator_accuracy"], mode="lines",
                       name=words["chart.judge"], hovertemplate="%{y:.1%}")  # fmt: skip
    return {
        "data": [guess, judge],
        "layout": timeline.layout(history, words, words["chart.judge"], tickformat=".0%",
                                  range=[0, 1.02]),
    }  # fmt: skip
