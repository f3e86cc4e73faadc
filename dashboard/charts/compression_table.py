"""Every stage with its size, its time and what it is worth."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_values, message_text
from dashboard.text.numbers import size_unit
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.compression.events import Latency
from kdcore.jobs.compression.record import CompressionRecord, StageRecord

KEYS = ("weights", "file", "packed", "one", "many", "errors", "test", "validation", "agreement")
SIZES = {"file": "bytes", "packed": "packed_bytes"}
SCORES = {
    "errors": "test_errors",
    "test": "test_accuracy",
    "validation": "validation_accuracy",
    "agreement": "agreement",
}


def figure(record: CompressionRecord, words: Words, **_: Any) -> dict[str, Any]:
    """A table: size and time as they are now, scores before and after the distilling again."""
    if not record.stages:
        return style.not_yet(words, "shrink", over=record.ended)
    stages = list(record.stages.values())
    units = {
        key: size_unit([getattr(stage.newest, part) for stage in stages])
        for key, part in SIZES.items()
    }
    titles = {key: words[f"chart.shrink_column.{key}"] for key in KEYS}
    for key, (_size, unit) in units.items():
        titles[key] = phrase(words, "chart.columns_more", title=titles[key], unit=unit)
    return {
        "table": {
            "columns": [
                {"title": words["chart.shrink.stage"], "help": ""},
                *(
                    {"title": titles[key], "help": words[f"chart.shrink_help.{key}"]}
                    for key in KEYS
                ),
            ],
            "rows": [
                {
                    "learner": stage.name,
                    "colour": style.STAGES[stage.name][0],
                    "cells": [
                        words[f"stage.{stage.name}"],
                        *_cells(stage, {key: size for key, (size, _) in units.items()}),
                    ],
                }
                for stage in stages
            ],
        },
        "sheet": {
            "columns": [words["chart.shrink.stage"], *_numbers_of(titles, words)],
            "rows": [[words[f"stage.{stage.name}"], *_numbers(stage)] for stage in stages],
        },
        "message": message_text(
            words,
            "shrink_table",
            values=list_values(
                words,
                [
                    (words[f"stage.{stage.name}"], str(stage.newest.scores.test_errors))
                    for stage in stages
                ],
            ),
        ),
    }


def _cells(stage: StageRecord, sizes: dict[str, float]) -> list[str]:
    now = stage.newest
    weights = f"{now.parameters:,}"
    if now.nonzero != now.parameters:
        weights = f"{now.nonzero:,} / {weights}"
    has_teacher = now.scores.agreement is not None
    return [
        weights,
        *(f"{getattr(now, part) / sizes[key]:,.1f}" for key, part in SIZES.items()),
        _time(now.latency_1),
        _time(now.latency_128),
        _course(stage, "test_errors", ""),
        _course(stage, "test_accuracy", ".1f", 100),
        _course(stage, "validation_accuracy", ".1f", 100),
        _course(stage, "agreement", ".1f", 100) if has_teacher else "",
    ]


def _time(latency: Latency) -> str:
    """Median ± half the interquartile range in ms, and how many times the student's."""
    milliseconds = f"{latency.median * 1e3:.3f} ± {latency.iqr * 500:.3f}"
    return f"{milliseconds} (×{latency.of_student:.2f})"


def _course(stage: StageRecord, score: str, shape: str, times: int = 1) -> str:
    """Before → after."""
    values = [stage.before, *([stage.after] if stage.after else [])]
    return " → ".join(format(times * getattr(value.scores, score), shape) for value in values)


def _numbers_of(titles: dict[str, str], words: Words) -> list[str]:
    """Titles of ``_numbers``, with their units."""
    more = words["chart.columns_more"]
    moments = [words["chart.shrink.before"], words["chart.shrink.after"]]
    return [
        titles["weights"],
        words["chart.shrink.nonzero"],
        *(more.format(title=words[f"chart.shrink_column.{key}"], unit="B") for key in SIZES),
        *(
            title
            for key in ("one", "many")
            for title in (
                titles[key],
                more.format(title=titles[key], unit="±"),
                more.format(title=titles[key], unit="×"),
            )
        ),
        *(more.format(title=titles[key], unit=moment) for key in SCORES for moment in moments),
    ]


def _numbers(stage: StageRecord) -> list[float | None]:
    """What the cells say, a number each; accuracies in per cent as there."""
    now = stage.newest
    measured = [stage.before.scores, stage.after.scores if stage.after else None]
    return [
        now.parameters,
        now.nonzero,
        *(getattr(now, part) for part in SIZES.values()),
        *(
            value
            for latency in (now.latency_1, now.latency_128)
            for value in (latency.median * 1e3, latency.iqr * 500, latency.of_student)
        ),
        *(_score(scores, score) for score in SCORES.values() for scores in measured),
    ]


def _score(scores: Any, score: str) -> float | None:
    value = getattr(scores, score) if scores else None
    return 100 * value if isinstance(value, float) else value
