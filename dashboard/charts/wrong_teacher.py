"""What the students answer where the teacher is wrong: the label, its error, or something else."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.run.record import RunRecord

PARTS = {"teacher_errors_mended": "chart.right_there", "errors_inherited": "chart.follows_there"}
"""Count of a diagnosis, and what is written above its share."""


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Over the snapshots: the share of the teacher's errors on test data, right and followed."""
    if not history.prepared:
        return style.not_yet(words, "time", over=history.over)
    if not history.teacher:
        return style.empty(words, "teacher")
    errors = history.teacher.test_errors
    if not errors:
        return style.empty(words, "teacher_right")
    if not history.snapshots:
        return style.not_yet(words, "moment", over=history.over)
    data = []
    epochs = sorted(history.snapshots)
    for at, part in enumerate(PARTS):
        suffix = str(at + 1) if at else ""
        for student in history.students:
            counts = [getattr(history.snapshots[epoch].learners[student], part) for epoch in epochs]
            data.append(
                style.line(
                    words,
                    student,
                    epochs,
                    [(count or 0) / errors for count in counts],
                    xaxis=f"x{suffix}",
                    yaxis=f"y{suffix}",
                    showlegend=at == 0,
                    hovertemplate="%{y:.1%}",
                )
            )
    shares = {"tickformat": style.PER_CENT, "range": [0, 1.02]}
    title = {"text": phrase(words, "chart.of_teachers_errors", errors=errors)}
    layout = timeline.side_by_side(history, words, [shares | {"title": title}, shares])
    layout["annotations"] += [
        style.heading(words[title], style.panels(len(PARTS), at, gap=0.1))
        for at, title in enumerate(PARTS.values())
    ]
    return {"data": data, "layout": layout}
