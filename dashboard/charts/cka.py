"""How alike each student and the teacher see the examples, at the layer that is compared."""

from typing import Any

from dashboard.charts import style, timeline
from dashboard.history import History


def figure(history: History, words: style.Words) -> dict[str, Any]:
    """Linear CKA of the newest batches, student by student."""
    if history.prepared and "distilled" not in history.students:
        return style.empty(words, "distilled")
    if not history.measures:
        return style.empty(words, "time")
    if not all("cka" in measures.columns for measures in history.measures.values()):
        return style.empty(words, "method")
    data = [
        style.line(words, student, measures.columns["position"], measures.columns["cka"],
                   mode="lines", hovertemplate="%{y:.3f}")
        for student, measures in history.measures.items()
    ]  # fmt: skip
    return {
        "data": data,
        "layout": timeline.layout(history, words, words["chart.cka"], tickformat=".2f"),
    }
