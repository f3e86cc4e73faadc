"""Errors taken over from the teacher, errors of one's own, and the teacher's that are mended."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.run.events import Snapshot
from kdcore.jobs.run.record import RunRecord

PARTS = (
    ("teacher_errors_mended", "chart.mended", "#56B4E9", -1),
    ("errors_inherited", "chart.inherited", style.COLOURS["teacher"], 1),
    ("errors_own", "chart.own", style.GAP, 1),
)
HATCHED = "errors_own"
"""In grey this part would look like the one before it."""


def figure(snapshot: Snapshot, words: Words, *, history: RunRecord, **_: Any) -> dict[str, Any]:
    """A bar a student: to the right its errors, to the left what it mends."""
    if not history.teacher:
        return style.empty(words, "teacher")
    students = [name for name in LEARNERS if name in history.students]
    data: list[dict[str, Any]] = []
    for part, title, colour, sign in PARTS:
        counts = [getattr(snapshot.learners[name], part) or 0 for name in students]
        names = [learner_name(words, name) for name in students]
        marker: dict[str, Any] = {"color": colour}
        if part == HATCHED:
            marker["pattern"] = {"shape": "/", "fgcolor": colour, "bgcolor": "#ffffff", "size": 6}
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": words[title],
                "y": names,
                "x": [sign * count for count in counts],
                "text": [str(count) for count in counts],
                "textposition": "outside" if part == HATCHED else "auto",
                "marker": marker,
                "hovertemplate": "%{text}",
                "meta": {"table": {"x": counts, "y": names}, "unit": ""},
            }
        )
    title = phrase(words, "chart.mended_and_errors", errors=history.teacher.test_errors)
    return {
        "data": data,
        "layout": {
            "barmode": "relative",
            "bargap": 0.45,
            "xaxis": {"title": {"text": title}, "zeroline": True, **_range(data)},
            "yaxis": {"automargin": True},
        },
        "message": " ".join(
            message_text(
                words,
                "error_origin",
                name=learner_name(words, name),
                inherited=snapshot.learners[name].errors_inherited,
                own=snapshot.learners[name].errors_own,
                mended=snapshot.learners[name].teacher_errors_mended,
                errors=history.teacher.test_errors,
            )
            for name in students
        ),
    }


def _range(data: list[dict[str, Any]]) -> dict[str, Any]:
    """Ends of the axis, with room for the numbers beside the bars, and its ticks."""
    low, *right = (trace["x"] for trace in data)
    ends = [min(low), max(sum(counts) for counts in zip(*right, strict=True))]
    room = 0.15 * max(ends[1] - ends[0], 1)
    return style.whole_ticks(ends) | {"range": [ends[0] - room, ends[1] + room]}
