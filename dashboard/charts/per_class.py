"""Precision, recall and F1 of each class."""

from typing import Any

import numpy as np

from dashboard.charts import style
from dashboard.history import History
from kdcore.events import Snapshot

MEASURES = ("recall", "precision", "f1")


def class_scores(confusion: list[list[int]]) -> dict[str, list[float | None]]:
    """Recall, precision and F1 by class; ``None`` where a class was never given or answered.

    Args:
        confusion: ``[true class][answer]``, counts.
    """
    counts = np.asarray(confusion, dtype=np.float64)
    right, given, answered = counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0)
    with np.errstate(invalid="ignore"):
        scores = {
            "recall": right / given,
            "precision": right / answered,
            "f1": 2 * right / (given + answered),
        }
    return {name: [None if np.isnan(value) else float(value) for value in values]
            for name, values in scores.items()}  # fmt: skip


def figure(snapshot: Snapshot, words: style.Words, *, history: History, **_: Any) -> dict[str, Any]:
    """Three panels of dots, classes from top to bottom with their number of examples."""
    learners = [name for name in style.LEARNERS if name in snapshot.learners]
    support = [sum(row) for row in snapshot.learners[learners[0]].confusion]
    names = [f"{style.literal(title)} ({count})" for title, count in
             zip(history.classes, support, strict=True)]  # fmt: skip
    scores = {name: class_scores(snapshot.learners[name].confusion) for name in learners}
    known = [value for of_learner in scores.values() for values in of_learner.values()
             for value in values if value is not None]  # fmt: skip
    low = max(0.0, min(known, default=0.0) - 0.03)
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "hovermode": "y"}
    for at, measure in enumerate(MEASURES):
        suffix = "" if at == 0 else str(at + 1)
        for learner in learners:
            values = scores[learner][measure]
            data.append(style.line(
                words, learner, values, names, mode="markers", xaxis=f"x{suffix}", yaxis="y",
                showlegend=at == 0, legendgroup=learner, hovertemplate="%{x:.1%}",
                marker={"color": style.COLOURS[learner], "symbol": style.MARKERS[learner],
                        "size": 10, "opacity": 0.85},
            ))  # fmt: skip
        domain = style.panels(len(MEASURES), at, gap=0.04)
        layout[f"xaxis{suffix}"] = {
            "domain": domain,
            "tickformat": style.PER_CENT,
            "range": [low, 1.01],
        }
        layout["annotations"].append(style.heading(f"<b>{words[f'chart.{measure}']}</b>", domain))
    layout["yaxis"] = {"autorange": "reversed", "type": "category", "automargin": True}
    return {"data": data, "layout": layout}
