"""What the charts of a search have in common: why there is none, how axes and values are called."""

from collections.abc import Mapping
from typing import Any

from dashboard.charts.parts import style
from dashboard.text.numbers import objective_text
from dashboard.text.phrases import Words
from kdcore.jobs.search.record import SearchRecord

Figures = Mapping[str, Mapping[str, Any]]
"""What Optuna draws of the study, by name: plain data of Plotly."""

LEAST = 2
"""Complete trials that Optuna compares."""
SYMBOLS = {"temperature": "T", "weight": "λ"}


def missing(record: SearchRecord, words: Words, figures: Figures) -> dict[str, Any] | None:
    """Why there is nothing to draw, as an empty chart; else nothing."""
    if record.started is None:
        return style.not_yet(words, "search", over=record.over)
    if len(record.complete) < LEAST:
        return style.empty(words, "few_trials")
    return None if figures else style.empty(words, "study")


def objective_of(record: SearchRecord) -> str:
    """What the search optimises."""
    assert record.started is not None, "there is something to draw"
    objective: str = record.started.config["objective"]
    return objective


def value_text(record: SearchRecord, value: float) -> str:
    """A value of the objective."""
    return objective_text(objective_of(record), value)


def value_axis(record: SearchRecord, words: Words) -> dict[str, Any]:
    """The axis of the objective."""
    objective = objective_of(record)
    return {
        "title": {"text": words[f"objective.{objective}"]},
        "tickformat": style.PER_CENT if record.started and record.started.more_is_better else "",
    }


def setting_name(words: Words, setting: str) -> str:
    """A direction of the space in short."""
    return SYMBOLS.get(setting) or words[f"setting.{setting}.label"]
