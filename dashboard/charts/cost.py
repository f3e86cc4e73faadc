"""What each model costs, against the teacher."""

from typing import Any

from dashboard.charts import style
from dashboard.history import History
from kdcore.events import Cost


def figure(history: History, words: style.Words, **_: Any) -> dict[str, Any]:
    """A table: parameters, size, operations, time, and how many times less than the teacher."""
    if not history.costs:
        return style.awaited(words, "time", over=history.over)
    teacher = history.costs.get("teacher")
    models = {"teacher": history.config["teacher"]}
    rows = [
        {"learner": name, "cells": [style.name(words, name),
                                    models.get(name, history.config["student"]),
                                    *_cells(history.costs[name], teacher)]}
        for name in style.LEARNERS if name in history.costs
    ]  # fmt: skip
    keys = ("model", "parameters", "bytes", "flops", "latency")
    return {
        "table": {
            "columns": [
                {"title": words["chart.learner"], "help": ""},
                *({"title": words[f"chart.column.{key}"],
                   "help": words[f"chart.column_help.{key}"]} for key in keys),
            ],
            "rows": rows,
        }
    }  # fmt: skip


def _cells(cost: Cost, teacher: Cost | None) -> list[str]:
    shown = (
        ("parameters", f"{cost.parameters:,}"),
        ("bytes", style.size_told(cost.bytes)),
        ("flops", f"{cost.flops:,}"),
        ("latency", f"{cost.latency * 1e6:,.0f} µs"),
    )
    if teacher is None or cost is teacher:
        return [text for _, text in shown]
    return [f"{text}{_times(getattr(cost, part), getattr(teacher, part))}" for part, text in shown]


def _times(own: float, other: float) -> str:
    """How many times less than the teacher."""
    return f"  (÷ {other / own:.1f})" if own else ""
