"""Hinton's divergence taken apart: about the label's class, and among the other classes."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.charts.parts.measures import lines, missing
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

TARGET, REST = style.COLOURS["plain"], style.COLOURS["teacher"]
AREAS = (
    ("target_kl", "chart.target_kl", TARGET),
    ("weighted_non_target_kl", "chart.weighted_non_target_kl", REST),
)
LINES = (
    ("kl", "chart.kl", style.COLOURS["distilled"], "solid"),
    ("non_target_kl", "chart.non_target_kl", REST, "dot"),
)


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """TCKD and (1 − p_t) · NCKD stacked, KL on top of them, and NCKD with its full weight."""
    if empty := missing(history, words, "kl"):
        return empty
    columns = history.measures["distilled"].columns
    areas = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": words[title],
            "x": list(columns["position"]),
            "y": list(columns[column]),
            "stackgroup": "parts",
            "line": {"width": 0, "color": colour},
            "fillcolor": f"{colour}99",
            "hovertemplate": "%{y:.4f}",
        }
        for column, title, colour in AREAS
    ]
    return {
        "data": areas + lines(columns, words, LINES, ".4f"),
        "layout": timeline.layout(history, words, words["chart.nats"], rangemode="tozero"),
    }
