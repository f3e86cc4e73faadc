"""Errors taken over from the teacher, errors of one's own, and the teacher's that are mended."""

from typing import Any

from dashboard.charts import style
from dashboard.history import History
from dashboard.phrases import phrase
from kdcore.events import Snapshot

PARTS = (("teacher_errors_mended", "chart.mended", "#56B4E9", -1),
         ("errors_inherited", "chart.inherited", style.COLOURS["teacher"], 1),
         ("errors_own", "chart.own", style.GAP, 1))  # fmt: skip


def figure(snapshot: Snapshot, words: style.Words, *, history: History, **_: Any) -> dict[str, Any]:
    """A bar a student: to the right its errors, to the left what it mends."""
    if not history.teacher:
        return style.empty(words, "teacher")
    students = [name for name in style.LEARNERS if name in history.students]
    data = []
    for part, title, colour, sign in PARTS:
        counts = [getattr(snapshot.learners[name], part) or 0 for name in students]
        data.append({
            "type": "bar", "orientation": "h", "name": words[title],
            "y": [style.name(words, name) for name in students],
            "x": [sign * count for count in counts], "text": [str(count) for count in counts],
            "textposition": "auto", "marker": {"color": colour}, "hovertemplate": "%{text}",
        })  # fmt: skip
    title = phrase(words, "chart.mended_and_errors", errors=history.teacher.test_errors)
    return {
        "data": data,
        "layout": {
            "barmode": "relative", "bargap": 0.45,
            "xaxis": {"title": {"text": title}, "tickformat": "d", "zeroline": True},
            "yaxis": {"automargin": True},
        },
    }  # fmt: skip
