"""The distilled student's loss, split into what is added up."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.text.phrases import Words
from kdcore.catalogue import is_forest
from kdcore.jobs.run.record import RunRecord

HARD, SOFT = style.COLOURS["plain"], style.COLOURS["teacher"]


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Hard and soft term with their weights, stacked; the line on top is the loss."""
    if not history.prepared:
        return style.not_yet(words, "time", over=history.over)
    if "distilled" not in history.students:
        return style.empty(words, "distilled")
    columns = history.steps["distilled"].columns
    x = list(columns["position"])
    of_label = "squared_term" if is_forest(history.config["student"]) else "hard_term"
    terms = (("hard", words[f"chart.{of_label}"], HARD), ("soft", words["chart.soft_term"], SOFT))
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": title,
            "x": x,
            "y": list(columns[term]),
            "stackgroup": "terms",
            "line": {"width": 0, "color": colour},
            "fillcolor": f"{colour}99",
            "hovertemplate": "%{y:.3f}",
        }
        for term, title, colour in terms
    ]
    data.append(
        style.line(
            words,
            "distilled",
            x,
            columns["loss"],
            mode="lines",
            name=words["chart.loss"],
            hovertemplate="%{y:.3f}",
        )
    )
    return {
        "data": data,
        "layout": timeline.layout(history, words, words["chart.loss"], rangemode="tozero"),
    }
