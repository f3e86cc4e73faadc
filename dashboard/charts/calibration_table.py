"""The figures of trust, before and after temperature scaling."""

from typing import Any

from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.run.events import Snapshot

COLUMNS = (
    ("accuracy", "{:.1%}"),
    ("ece", "{:.2%}"),
    ("smooth_ece", "{:.2%}"),
    ("mce", "{:.1%}"),
    ("adaptive_ece", "{:.2%}"),
    ("classwise_ece", "{:.2%}"),
    ("brier", "{:.4f}"),
    ("nll", "{:.4f}"),
    ("mean_confidence", "{:.1%}"),
    ("mean_entropy", "{:.3f}"),
)


def figure(snapshot: Snapshot, words: Words, **_: Any) -> dict[str, Any]:
    """A row a learner as it answers, and one after its logits were divided by T_cal."""
    rows, sheet = [], []
    titles = [words[f"chart.column.{key}"] for key in ("t_cal", *(key for key, _ in COLUMNS))]
    for learner in LEARNERS:
        if diagnosis := snapshot.learners.get(learner):
            fitted = diagnosis.temperature_fitted
            name = learner_name(words, learner)
            scaled = phrase(words, "chart.scaled", learner=name)
            for title, state, summary in (
                (name, "1", diagnosis.calibration),
                (scaled, f"{fitted:.2f}", diagnosis.calibrated),
            ):
                sheet.append([title, float(state), *(summary.get(key) for key, _ in COLUMNS)])
                rows.append(
                    {
                        "learner": learner,
                        "cells": [
                            title,
                            state,
                            *(_cell(summary, key, form, words) for key, form in COLUMNS),
                        ],
                    }
                )
    return {
        "table": {
            "columns": [
                {"title": words["chart.learner"], "help": ""},
                *(
                    {
                        "title": words[f"chart.column.{key}"],
                        "help": words[f"chart.column_help.{key}"],
                    }
                    for key in ("t_cal", *(key for key, _ in COLUMNS))
                ),
            ],
            "rows": rows,
        },
        "sheet": {"columns": [words["chart.learner"], *titles], "rows": sheet},
        "message": message_text(
            words,
            "calibration_table",
            values=list_learners(words, _errors(snapshot, "calibration")),
            scaled=list_learners(words, _errors(snapshot, "calibrated")),
        ),
    }


def _errors(snapshot: Snapshot, summary: str) -> dict[str, str]:
    """ECE by learner, of the ``summary`` before or after the scaling."""
    return {
        name: f"{getattr(snapshot.learners[name], summary)['ece']:.2%}"
        for name in LEARNERS
        if name in snapshot.learners
    }


def _cell(summary: dict[str, float], key: str, form: str, words: Words) -> str:
    if key not in summary:  # recorded before it was measured
        return words["chart.none"]
    if key == "ece":
        expected = summary.get("ece_expected")
        chance = "" if expected is None else f" (≈{expected:.1%})"
        return form.format(summary[key]) + chance
    return form.format(summary[key])
