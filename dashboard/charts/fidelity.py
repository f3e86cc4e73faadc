"""How closely each student follows its teacher, beside the class it answers."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

MEASURES = {"class_correlation": ".3f", "kl_to_teacher": ".3f"}
"""Score to the way its values are written."""
TWO = 2
"""Classes of which the resemblances are two numbers: their correlation says nothing."""


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Correlation of the class resemblances, and KL to the teacher, after each epoch."""
    if not history.prepared:
        return style.not_yet(words, "time", over=history.over)
    if not history.teacher:
        return style.empty(words, "teacher")
    data = []
    measures = {
        measure: digits
        for measure, digits in MEASURES.items()
        if measure != "class_correlation" or len(history.classes) != TWO
    }
    for at, (measure, digits) in enumerate(measures.items()):
        suffix = str(at + 1) if at else ""
        for student in history.students:
            points = [
                (position, getattr(scores[student], measure))
                for position, scores in history.evaluations
            ]
            known = [(position, value) for position, value in points if value is not None]
            data.append(
                style.line(
                    words,
                    student,
                    [position for position, _ in known],
                    [value for _, value in known],
                    xaxis=f"x{suffix}",
                    yaxis=f"y{suffix}",
                    showlegend=at == 0,
                    hovertemplate=f"%{{y:{digits}}}",
                )
            )
    if history.evaluations and not any(trace["x"] for trace in data):
        return style.empty(words, "unmeasured")
    axes = [{}, {"rangemode": "tozero"}][-len(measures) :]
    layout = timeline.side_by_side(history, words, axes)
    layout["annotations"] += [
        style.heading(words[f"chart.{measure}"], style.panels(len(measures), at, gap=0.1))
        for at, measure in enumerate(measures)
    ]
    return {"data": data, "layout": layout}
