"""Every teacher of a selection with all that was measured of it and of its students."""

from statistics import fmean
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.criteria import deviation
from dashboard.charts.parts.message import list_values, message_text
from dashboard.text.phrases import Words
from kdcore.jobs.teacher_selection.events import TeacherEvaluated
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord

KEYS = (
    "parameters",
    "validation",
    "ece",
    "t_cal",
    "nll_fitted",
    "students",
    "test",
    "students_test",
)


def figure(record: TeacherSelectionRecord, words: Words) -> dict[str, Any]:
    """A table, a row a teacher."""
    if not record.teachers:
        return style.not_yet(words, "teachers", over=record.over)
    titles = [words[f"chart.teacher_column.{key}"] for key in KEYS]
    head = words["learner.teacher"]
    return {
        "table": {
            "columns": [
                {"title": head, "help": ""},
                *(
                    {"title": title, "help": words[f"chart.teacher_help.{key}"]}
                    for key, title in zip(KEYS, titles, strict=True)
                ),
            ],
            "rows": [
                {
                    "learner": "teacher",
                    "colour": style.COLOURS["teacher"],
                    "cells": [one.teacher, *_cells(one)],
                }
                for one in record.teachers
            ],
        },
        "sheet": {
            "columns": [head, *titles],
            "rows": [[one.teacher, *_numbers(one)] for one in record.teachers],
        },
        "message": message_text(
            words,
            "teacher_table",
            values=list_values(
                words,
                [
                    (one.teacher, f"{fmean(one.students_validation_accuracy):.1%}")
                    for one in record.teachers
                ],
            ),
        ),
    }


def _cells(one: TeacherEvaluated) -> list[str]:
    return [
        f"{one.parameters:,}",
        f"{one.validation_accuracy:.1%}",
        f"{one.ece:.3f}",
        f"{one.temperature_fitted:.2f}",
        f"{one.nll_fitted:.4f}",
        _spread(one.students_validation_accuracy),
        f"{one.test_accuracy:.1%}",
        _spread(one.students_test_accuracy),
    ]


def _spread(values: list[float]) -> str:
    """Mean ± sd in per cent."""
    sd = deviation(values)
    return f"{fmean(values):.1%}" if sd is None else f"{100 * fmean(values):.1f} ± {100 * sd:.1f}%"


def _numbers(one: TeacherEvaluated) -> list[float]:
    return [
        one.parameters,
        one.validation_accuracy,
        one.ece,
        one.temperature_fitted,
        one.nll_fitted,
        fmean(one.students_validation_accuracy),
        one.test_accuracy,
        fmean(one.students_test_accuracy),
    ]
