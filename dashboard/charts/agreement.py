"""How often a student answers as its teacher does."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

ROOM = 0.04


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Agreement on test data after each epoch."""
    if not history.prepared:
        return style.not_yet(words, "time", over=history.over)
    if not history.teacher:
        return style.empty(words, "teacher")
    data, after = [], []
    for student in history.students:
        points = [(at, scores[student].agreement) for at, scores in history.evaluations]
        known = [(at, value) for at, value in points if value is not None]
        after += [value for _, value in known]
        data.append(
            style.line(words, student, [at for at, _ in known], [value for _, value in known])
        )
    low = max(0.0, min(after) - ROOM) if after else 0.0
    high = min(1.005, max(after) + ROOM) if after else 1.005
    return {
        "data": data,
        "layout": timeline.layout(
            history,
            words,
            words["chart.agreement"],
            tickformat=style.PER_CENT,
            hoverformat=".1%",
            range=[low, high],
        ),
    }
