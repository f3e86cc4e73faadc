"""Whether the average of what the student was is ahead of it, and how far apart they are."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.charts.parts.measures import lines, missing
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

ACCURACIES = (
    ("average_accuracy", "chart.average", style.COLOURS["teacher"], "dot"),
    ("averaged_accuracy", "chart.averaged", style.COLOURS["distilled"], "solid"),
)
APART = (("average_kl", "chart.average_kl", style.COLOURS["distilled"], "solid"),)
HEADINGS = ("chart.batch_accuracy", "chart.average_kl")


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Accuracy of both on the training batches, and beside it KL, without T²."""
    if empty := missing(history, words, "average_kl"):
        return empty
    columns = history.measures["distilled"].columns
    second = [
        line | {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
        for line in lines(columns, words, APART, ".4f")
    ]
    layout = timeline.side_by_side(
        history,
        words,
        [
            {"title": {"text": words["chart.accuracy"]}, "tickformat": style.PER_CENT},
            {"title": {"text": words["chart.nats"]}, "rangemode": "tozero"},
        ],
    )
    layout["annotations"] += [
        style.heading(words[title], style.panels(len(HEADINGS), at, gap=0.1))
        for at, title in enumerate(HEADINGS)
    ]
    return {"data": [*lines(columns, words, ACCURACIES, ".1%"), *second], "layout": layout}
