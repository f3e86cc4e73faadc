"""Every teacher by each criterion: does one lead by all of them?"""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.criteria import CRITERIA, Criterion, deviation
from dashboard.charts.parts.message import SEMICOLON, message_text
from dashboard.text.phrases import Words
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord

OTHERS = "#8a94a0"


def figure(record: TeacherSelectionRecord, words: Words) -> dict[str, Any]:
    """A small chart a criterion, side by side; a star is the best of it."""
    if not record.teachers:
        return style.not_yet(words, "teachers", over=record.over)
    layout: dict[str, Any] = {
        "yaxis": {"autorange": "reversed", "automargin": True, "type": "category"},
        "annotations": [],
        "hovermode": "closest",
    }
    data = []
    for at, criterion in enumerate(CRITERIA):
        suffix = str(at + 1) if at else ""
        domain = style.panels(len(CRITERIA), at)
        layout[f"xaxis{suffix}"] = {
            "domain": domain,
            "tickformat": style.PER_CENT if criterion.percent else "",
            "nticks": 4,
        }
        layout["annotations"].append(style.heading(criterion.title(words), domain))
        data.append(_points(record, criterion, words) | {"xaxis": f"x{suffix}"})
    return {
        "data": data,
        "layout": layout,
        "rows": 2 * len(record.teachers),
        "message": words[SEMICOLON].join(_said(record, criterion, words) for criterion in CRITERIA),
    }


def _points(record: TeacherSelectionRecord, criterion: Criterion, words: Words) -> dict[str, Any]:
    best = criterion.best(record.teachers)
    chosen = [one.teacher in best for one in record.teachers]
    points = {
        "type": "scatter",
        "mode": "markers",
        "name": criterion.title(words),
        "showlegend": False,
        "x": [criterion.value(one) for one in record.teachers],
        "y": [one.teacher for one in record.teachers],
        "marker": {
            "color": [style.COLOURS["teacher"] if one else OTHERS for one in chosen],
            "symbol": ["star" if one else "circle" for one in chosen],
            "size": 13,
        },
        "hovertemplate": ("%{y}: %{x:.1%}" if criterion.percent else "%{y}: %{x:.4f}")
        + "<extra></extra>",
    }
    if criterion.name == "student":
        spreads = [deviation(one.students_validation_accuracy) for one in record.teachers]
        if any(spreads):
            points["error_x"] = {"type": "data", "array": spreads, "thickness": 1.5}
    return points


def _said(record: TeacherSelectionRecord, criterion: Criterion, words: Words) -> str:
    best = criterion.best(record.teachers)
    value = next(criterion.value(one) for one in record.teachers if one.teacher in best)
    return message_text(
        words,
        "teacher_criteria",
        criterion=criterion.title(words),
        teachers=words["message.comma"].join(best),
        value=criterion.text(value),
    )
