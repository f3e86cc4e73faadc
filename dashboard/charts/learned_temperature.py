"""The temperature that learns against the student, and the divergence that it looks for."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.charts.parts.measures import lines, missing
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

LEARNED = (("learned_temperature", "chart.learned_temperature", style.GAP, "solid"),)
APART = (("learned_kl", "chart.learned_kl", style.COLOURS["distilled"], "solid"),)


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """T, and beside it KL at this T, without T²."""
    if empty := missing(history, words, "learned_temperature"):
        return empty
    columns = history.measures["distilled"].columns
    second = [line | {"xaxis": "x2", "yaxis": "y2"} for line in lines(columns, words, APART, ".4f")]
    return {
        "data": [*lines(columns, words, LEARNED, ".3g"), *second],
        "layout": timeline.side_by_side(
            history,
            words,
            [
                {"title": {"text": "T"}, "rangemode": "tozero"},
                {"title": {"text": words["chart.nats"]}, "rangemode": "tozero"},
            ],
        ),
    }
