"""How surely unfamiliar inputs are told from test data: the AUROC by learner, kind and score."""

from typing import Any

from dashboard.charts.parts.message import list_learners, message_text
from dashboard.charts.parts.uncertainty import KINDS, kind_title, none_measured, scores_of
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words
from kdcore.events import SCORES
from kdcore.jobs.run.record import RunRecord


def figure(history: RunRecord, words: Words, **_: Any) -> dict[str, Any]:
    """A row for each learner and kind of input, with a 95 % interval in each cell."""
    scores = scores_of(history)
    if not scores or history.uncertainty is None:
        return none_measured(history, words)
    other = history.uncertainty.other_dataset
    shown = [name for name in SCORES if any(name in own.auroc for own in scores.values())]
    rows: list[dict[str, Any]] = []
    sheet: list[list[Any]] = []
    for learner, own in scores.items():
        for kind in KINDS:
            areas = {name: own.auroc[name][kind] for name in own.auroc if kind in own.auroc[name]}
            if not areas:
                continue
            names = [learner_name(words, learner), kind_title(words, kind, other)]
            cells = [_cell(areas.get(name), words) for name in shown]
            rows.append({"learner": learner, "cells": [*names, *cells]})
            values = [areas[name][0] if name in areas else None for name in shown]
            sheet.append([*names, *values])
    best = {
        learner: f"{max(area[0] for areas in own.auroc.values() for area in areas.values()):.3f}"
        for learner, own in scores.items()
    }
    titles = [words[f"chart.score.{name}"] for name in shown]
    return {
        "table": {
            "columns": [
                {"title": words["chart.learner"], "help": ""},
                {"title": words["chart.against"], "help": words["chart.against_help"]},
                *(
                    {"title": title, "help": words[f"chart.score_help.{name}"]}
                    for name, title in zip(shown, titles, strict=True)
                ),
            ],
            "rows": rows,
        },
        "sheet": {
            "columns": [words["chart.learner"], words["chart.against"], *titles],
            "rows": sheet,
        },
        "message": message_text(words, "unfamiliar_table", values=list_learners(words, best)),
    }


def _cell(area: list[float] | None, words: Words) -> str:
    if area is None:
        return words["chart.none"]
    value, low, high = area
    return f"{value:.3f} ({low:.3f}–{high:.3f})"
