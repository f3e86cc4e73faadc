"""Accuracy on the training batches, on an axis of its own: test data stand elsewhere."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """A line a student, batch by batch."""
    if not history.prepared:
        return style.not_yet(words, "time", over=history.over)
    data = []
    for student in history.students:
        columns = history.steps[student].columns
        data.append(
            style.line(
                words,
                student,
                columns["position"],
                columns["accuracy"],
                mode="lines",
                hovertemplate="%{y:.1%}",
            )
        )
    return {
        "data": data,
        "layout": timeline.layout(
            history,
            words,
            words["chart.batch_accuracy"],
            tickformat=style.PER_CENT,
            range=[0, 1.005],
        ),
    }
