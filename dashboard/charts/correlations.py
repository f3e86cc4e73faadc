"""How alike student and teacher rank the classes of a sample and the samples of a class."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.charts.parts.measures import lines, missing
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

LINES = (
    ("row_correlation", "chart.row_correlation", style.COLOURS["distilled"], "solid"),
    ("column_correlation", "chart.column_correlation", style.COLOURS["plain"], "dash"),
)


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Both means of Pearson's correlation; 1 is the same up to scale."""
    if empty := missing(history, words, "row_correlation"):
        return empty
    columns = history.measures["distilled"].columns
    return {
        "data": lines(columns, words, LINES, ".3f"),
        "layout": timeline.layout(history, words, words["chart.correlation"], tickformat=".2f"),
    }
