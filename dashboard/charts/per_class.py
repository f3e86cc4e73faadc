"""Precision, recall and F1 of each class."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dashboard.charts.parts import style
from dashboard.charts.parts.message import SEMICOLON, list_learners, message_text
from dashboard.text.names import LEARNERS
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.run.events import Snapshot
from kdcore.jobs.run.record import RunRecord

MEASURES = ("recall", "precision", "f1")
MANY = 30
"""Classes, from which on the worst come first."""


def class_scores(confusion: list[list[int]]) -> dict[str, list[float | None]]:
    """Recall, precision and F1 by class; ``None`` where a class never occurs or is never answered.

    Args:
        confusion: ``[true class][answer]``, counts.
    """
    counts = np.asarray(confusion, dtype=np.float64)
    right, labelled, answered = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    with np.errstate(invalid="ignore"):
        scores = {
            "recall": right / labelled,
            "precision": right / answered,
            "f1": 2 * right / (labelled + answered),
        }
    return {
        name: [None if np.isnan(value) else float(value) for value in values]
        for name, values in scores.items()
    }


def figure(snapshot: Snapshot, words: Words, *, history: RunRecord, **_: Any) -> dict[str, Any]:
    """Three panels of dots, classes from top to bottom with their number of examples.

    ``rows`` asks the browser for the height that so many rows need.
    """
    learners = [name for name in LEARNERS if name in snapshot.learners]
    support = [sum(row) for row in snapshot.learners[learners[0]].confusion]
    scores = {name: class_scores(snapshot.learners[name].confusion) for name in learners}
    order = list(range(len(support)))
    if len(order) > MANY:
        order.sort(key=lambda at: _recall(scores, at))
    names = [f"{style.escape_tags(history.classes[at])} ({support[at]})" for at in order]
    known = [
        value
        for of_learner in scores.values()
        for values in of_learner.values()
        for value in values
        if value is not None
    ]
    low = max(0.0, min(known, default=0.0) - 0.03)
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "hovermode": "y"}
    for at, measure in enumerate(MEASURES):
        suffix = "" if at == 0 else str(at + 1)
        for learner in learners:
            values = [scores[learner][measure][at] for at in order]
            data.append(
                style.line(
                    words,
                    learner,
                    values,
                    names,
                    mode="markers",
                    xaxis=f"x{suffix}",
                    yaxis="y",
                    showlegend=at == 0,
                    legendgroup=learner,
                    hovertemplate="%{x:.1%}",
                    marker={
                        "color": style.COLOURS[learner],
                        "symbol": style.MARKERS[learner],
                        "size": 10,
                        "opacity": 0.85,
                    },
                )
            )
        domain = style.panels(len(MEASURES), at, gap=0.04)
        layout[f"xaxis{suffix}"] = {
            "domain": domain,
            "tickformat": style.PER_CENT,
            "range": [low, 1 + 0.03 * (1 - low)],
        }
        layout["annotations"].append(style.heading(f"<b>{words[f'chart.{measure}']}</b>", domain))
    layout["yaxis"] = {"autorange": "reversed", "type": "category", "automargin": True, "dtick": 1}
    if len(order) > MANY:
        layout["yaxis"]["title"] = {
            "text": phrase(words, "chart.worst_first", title=words["chart.true_class"])
        }
    return {
        "data": data,
        "layout": layout,
        "rows": len(order),
        "message": message_text(
            words,
            "per_class",
            values=list_learners(
                words,
                {
                    learner: _lowest(history.classes, scores[learner]["recall"], words)
                    for learner in learners
                },
                SEMICOLON,
            ),
        ),
    }


def _recall(scores: dict[str, dict[str, list[float | None]]], at: int) -> float:
    """Mean recall of all learners for a class; classes without examples come last."""
    known = [value for of in scores.values() if (value := of["recall"][at]) is not None]
    return sum(known) / len(known) if known else 2.0


def _lowest(classes: Sequence[str], recalls: list[float | None], words: Words) -> str:
    recall, name = min(
        (value, name) for value, name in zip(recalls, classes, strict=True) if value is not None
    )
    return message_text(words, "per_class_of", name=name, recall=f"{recall:.1%}")
