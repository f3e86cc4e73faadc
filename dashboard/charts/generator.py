"""How far apart the generator drives teacher and student, and what it makes to that end."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.charts.parts.measures import lines, missing
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

APART = (("generated_kl", "chart.generated_kl", style.COLOURS["distilled"], "solid"),)
SHARES = (
    ("generated_confidence", "chart.generated_confidence", style.COLOURS["teacher"], "solid"),
    ("generated_spread", "chart.generated_spread", style.COLOURS["plain"], "dash"),
)


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """KL on the generated inputs; beside it the teacher's confidence and how it spreads."""
    if empty := missing(history, words, "generated_kl"):
        return empty
    columns = history.measures["distilled"].columns
    second = [
        line | {"xaxis": "x2", "yaxis": "y2"} for line in lines(columns, words, SHARES, ".1%")
    ]
    return {
        "data": [*lines(columns, words, APART, ".4f"), *second],
        "layout": timeline.side_by_side(
            history,
            words,
            [
                {"title": {"text": words["chart.nats"]}, "rangemode": "tozero"},
                {"tickformat": style.PER_CENT, "range": [0, 1.02]},
            ],
        ),
    }
