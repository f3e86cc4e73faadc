"""Every learner on clean, corrupted and attacked images."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.robustness.events import Comparison
from kdcore.jobs.robustness.record import RobustnessRecord

COLUMNS = ("clean", "clean_ece", "corrupted", "corrupted_ece", "attacked", "attacked_ece")


def figure(record: RobustnessRecord, words: Words, **_: Any) -> dict[str, Any]:
    """A row a learner: accuracies with their intervals, calibration errors."""
    if record.clean is None or record.finished is None:
        return style.not_yet(words, "robust_means", over=record.ended)
    learners = [name for name in LEARNERS if name in record.clean.learners]
    titles = [words[f"chart.robust_column.{key}"] for key in COLUMNS]
    means = (record.finished.corruptions, record.finished.attacks)
    rows, numbers, said = [], [], {}
    for learner in learners:
        clean = record.clean.learners[learner]
        cells = [f"{clean.accuracy:.1%}", f"{clean.ece:.1%}"]
        values: list[float | None] = [100 * clean.accuracy, 100 * clean.ece]
        for comparison in means:
            cells += _cells(comparison, learner)
            values += _values(comparison, learner)
        rows.append({"learner": learner, "cells": [learner_name(words, learner), *cells]})
        numbers.append([learner_name(words, learner), *values])
        said[learner] = f"{clean.accuracy:.1%} → {cells[2]}" if cells[2] else cells[0]
    return {
        "table": {
            "columns": [
                {"title": words["chart.learner"], "help": ""},
                *(
                    {"title": title, "help": words[f"chart.robust_help.{key}"]}
                    for key, title in zip(COLUMNS, titles, strict=True)
                ),
            ],
            "rows": rows,
        },
        "sheet": {"columns": [words["chart.learner"], *titles], "rows": numbers},
        "message": message_text(words, "robust_table", values=list_learners(words, said)),
    }


def _cells(comparison: Comparison | None, learner: str) -> list[str]:
    if comparison is None or learner not in comparison.accuracy:
        return ["", ""]
    one = comparison.accuracy[learner]
    interval = f"{one.value:.1%} ({one.low:.1%}–{one.high:.1%})"
    return [interval, f"{comparison.ece[learner]:.1%}"]


def _values(comparison: Comparison | None, learner: str) -> list[float | None]:
    if comparison is None or learner not in comparison.accuracy:
        return [None, None]
    return [100 * comparison.accuracy[learner].value, 100 * comparison.ece[learner]]
