"""How much each of several teachers counts."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.charts.parts.measures import lines, missing
from dashboard.text.names import role_name
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """The mean weight of each teacher on the newest batches; they add up to 1."""
    if history.prepared and len(weighted_teachers(history)) < 2:
        return style.empty(words, "one_teacher")
    if history.epochs and not history.measures:
        return style.empty(words, "no_batches")
    if empty := missing(history, words, "teacher_weight_1"):
        return empty
    named = {
        one.role: f"{role_name(words, one.role)} · {one.model}"
        for one in weighted_teachers(history)
    }
    shown = [
        (
            f"teacher_weight_{number}",
            role,
            style.SEQUENCE[number % len(style.SEQUENCE)],
            DASHES[number % len(DASHES)],
        )
        for number, role in enumerate(named, start=1)
    ]
    columns = history.measures["distilled"].columns
    return {
        "data": lines(columns, named, shown, ".1%"),
        "layout": timeline.layout(
            history,
            words,
            words["chart.teacher_weight"],
            tickformat=style.PER_CENT,
            rangemode="tozero",
        ),
    }


def weighted_teachers(history: RunRecord) -> list[Any]:
    """The teachers, assistants left out."""
    teachers = history.prepared.teachers if history.prepared else []
    return [one for one in teachers if one.role.startswith("teacher")]
