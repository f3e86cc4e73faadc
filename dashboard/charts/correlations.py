"""How alike student and teacher rank the classes of a sample and the samples of a class."""

from typing import Any

from dashboard.charts import style, timeline
from dashboard.history import History

LINES = (
    ("row_correlation", "chart.row_correlation", style.COLOURS["distilled"], "solid"),
    ("column_correlation", "chart.column_correlation", style.COLOURS["plain"], "dash"),
)


def figure(history: History, words: style.Words) -> dict[str, Any]:
    """Both means of Pearson's correlation; 1 is the same up to scale."""
    if history.prepared and "distilled" not in history.students:
        return style.empty(words, "distilled")
    if "distilled" not in history.measures:
        return style.empty(words, "time")
    columns = history.measures["distilled"].columns
    if "row_correlation" not in columns:
        return style.empty(words, "method")
    data = [
        {"type": "scatter", "mode": "lines", "name": words[title],
         "x": list(columns["position"]), "y": list(columns[column]),
         "line": {"width": 2, "color": colour, "dash": dash}, "hovertemplate": "%{y:.3f}"}
        for column, title, colour, dash in LINES
    ]  # fmt: skip
    return {
        "data": data,
        "layout": timeline.layout(history, words, words["chart.correlation"], tickformat=".2f"),
    }
