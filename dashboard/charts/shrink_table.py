"""Every stage with its size, its time and what it is worth."""

from typing import Any

from dashboard.charts import style
from kdcore.events import Latency
from kdcore.shrink_record import ShrinkRecord, StageRecord

KEYS = ("weights", "file", "packed", "one", "many", "errors", "test", "validation", "agreement")


def figure(record: ShrinkRecord, words: style.Words, **_: Any) -> dict[str, Any]:
    """A table: size and time as they are now, scores before and after the distilling again."""
    if not record.stages:
        return style.awaited(words, "shrink", over=record.ended)
    return {
        "table": {
            "columns": [
                {"title": words["chart.shrink.stage"], "help": ""},
                *({"title": words[f"chart.shrink_column.{key}"],
                   "help": words[f"chart.shrink_help.{key}"]} for key in KEYS),
            ],
            "rows": [{"learner": stage.name, "colour": style.STAGES[stage.name][0],
                      "cells": [words[f"stage.{stage.name}"], *_cells(stage)]}
                     for stage in record.stages.values()],
        }
    }  # fmt: skip


def _cells(stage: StageRecord) -> list[str]:
    now = stage.newest
    weights = f"{now.parameters:,}"
    if now.nonzero != now.parameters:
        weights = f"{now.nonzero:,} / {weights}"
    taught = now.scores.agreement is not None
    return [
        weights, style.size_told(now.bytes), style.size_told(now.packed_bytes),
        _time(now.latency_1), _time(now.latency_128), _course(stage, "test_errors", ""),
        _course(stage, "test_accuracy", ".1f", 100),
        _course(stage, "validation_accuracy", ".1f", 100),
        _course(stage, "agreement", ".1f", 100) if taught else "",
    ]  # fmt: skip


def _time(latency: Latency) -> str:
    """Median ± half the interquartile range in ms, and how many times the student's."""
    told = f"{latency.median * 1e3:.3f} ± {latency.iqr * 500:.3f}"
    return f"{told} (×{latency.of_student:.2f})"


def _course(stage: StageRecord, score: str, shape: str, times: int = 1) -> str:
    """Before → after."""
    values = [stage.before, *([stage.after] if stage.after else [])]
    return " → ".join(format(times * getattr(value.scores, score), shape) for value in values)
