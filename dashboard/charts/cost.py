"""What each model costs, against the teacher."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.numbers import size_unit
from dashboard.text.phrases import Words
from kdcore.events import Cost
from kdcore.jobs.run.record import RunRecord

KEYS = ("model", "parameters", "bytes", "flops", "latency")


def figure(history: RunRecord, words: Words, **_: Any) -> dict[str, Any]:
    """A table: parameters, size, operations, time, and how many times less than the teacher."""
    if not history.costs:
        return style.not_yet(words, "time", over=history.over)
    teacher = history.costs.get("teacher")
    models = {"teacher": history.config["teacher"]}
    size, unit = size_unit([cost.bytes for cost in history.costs.values()])
    rows, sheet = [], []
    for name in LEARNERS:
        if cost := history.costs.get(name):
            title, model = learner_name(words, name), models.get(name, history.config["student"])
            rows.append({"learner": name, "cells": [title, model, *_cells(cost, teacher, size)]})
            sheet.append([title, model, *_values(cost, size)])
    units = {"bytes": unit, "latency": "µs"}
    titles = {key: _with_unit(words[f"chart.column.{key}"], units.get(key), words) for key in KEYS}
    return {
        "table": {
            "columns": [
                {"title": words["chart.learner"], "help": ""},
                *(
                    {"title": titles[key], "help": words[f"chart.column_help.{key}"]}
                    for key in KEYS
                ),
            ],
            "rows": rows,
        },
        "sheet": {"columns": [words["chart.learner"], *titles.values()], "rows": sheet},
        "message": " ".join(
            _hover_text(history, name, words, size, unit)
            for name in LEARNERS
            if name in history.costs
        ),
    }


def _with_unit(title: str, unit: str | None, words: Words) -> str:
    return words["chart.columns_more"].format(title=title, unit=unit) if unit else title


def _values(cost: Cost, size: float) -> list[float]:
    return [cost.parameters, cost.bytes / size, cost.flops, cost.latency * 1e6]


def _cells(cost: Cost, teacher: Cost | None, size: float) -> list[str]:
    """Each value, a student's with how many times less than the teacher's it is."""
    shapes = ("{:,.0f}", "{:,.1f}", "{:,.0f}", "{:,.0f}")
    values = _values(cost, size)
    texts = [shape.format(value) for shape, value in zip(shapes, values, strict=True)]
    if teacher is None or cost is teacher:
        return texts
    of_teacher = _values(teacher, size)
    return [
        f"{text}  (÷ {other / own:.1f})" if own else text
        for text, own, other in zip(texts, values, of_teacher, strict=True)
    ]


def _hover_text(history: RunRecord, name: str, words: Words, size: float, unit: str) -> str:
    cost, teacher = history.costs[name], history.costs.get("teacher")
    against = teacher is not None and name != "teacher" and cost.parameters > 0
    return message_text(
        words,
        "cost_against" if against else "cost",
        name=learner_name(words, name),
        parameters=f"{cost.parameters:,}",
        size=f"{cost.bytes / size:,.1f}",
        unit=unit,
        times=f"{teacher.parameters / cost.parameters:.1f}" if teacher and against else "",
    )
