"""What each model costs, against the teacher."""

from typing import Any

from dashboard.charts import style
from dashboard.history import History
from kdcore.events import Cost


def figure(history: History, words: style.Words, **_: Any) -> dict[str, Any]:
    """A table: parameters, size, operations, time, and how many times less than the teacher."""
    if not history.costs:
        return style.empty(words, "time")
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
        (f"{cost.parameters:,}", cost.parameters, teacher and teacher.parameters),
        (_bytes(cost.bytes), cost.bytes, teacher and teacher.bytes),
        (f"{cost.flops:,}", cost.flops, teacher and teacher.flops),
        (f"{cost.latency * 1e6:,.0f} µs", cost.latency, teacher and teacher.latency),
    )
    return [f"{text}{_times(own, other) if cost is not teacher else ''}"
            for text, own, other in shown]  # fmt: skip


def _times(own: float, other: float | None) -> str:
    """How many times less than the teacher."""
    return f"  (÷ {other / own:.1f})" if other and own else ""


def _bytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"
