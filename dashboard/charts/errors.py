"""Test errors after each epoch, counted."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.run.record import RunRecord


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Wrong answers over the epochs, of how many test examples in the axis title."""
    if not history.started or not history.evaluations:
        return style.not_yet(words, "epoch", over=history.over)
    data = []
    counts = [
        scores[student].test_errors
        for _, scores in history.evaluations
        for student in history.students
    ]
    if history.teacher:
        level = history.teacher.test_errors
        counts.append(level)
        data.append(
            style.line(
                words, "teacher", [0, history.config["epochs"]], [level, level], mode="lines"
            )
        )
    for student in history.students:
        data.append(
            style.line(
                words,
                student,
                [at for at, _ in history.evaluations],
                [scores[student].test_errors for _, scores in history.evaluations],
            )
        )
    title = phrase(words, "chart.errors", size=history.started.test_size)
    return {
        "data": data,
        "layout": timeline.layout(
            history, words, title, rangemode="tozero", **style.whole_ticks([0, *counts])
        ),
    }
