"""How alike each student and the teacher see the examples, at the layer that is compared."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.charts.parts.measures import missing
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Linear CKA of the newest batches, student by student."""
    if empty := missing(history, words, "cka"):
        return empty
    data = [
        style.line(
            words,
            student,
            measures.columns["position"],
            measures.columns["cka"],
            mode="lines",
            hovertemplate="%{y:.3f}",
        )
        for student, measures in history.measures.items()
        if "cka" in measures.columns
    ]
    return {
        "data": data,
        "layout": timeline.layout(history, words, words["chart.cka"], tickformat=".2f"),
    }
