"""What each soft term adds to the distilled student's loss."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.text.names import method_title
from dashboard.text.phrases import Words
from kdcore.catalogue import extra_weight, method_name, parse_extra_terms
from kdcore.jobs.run.record import RunRecord


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """A line for the method's own term and for each that stands beside it, weighed."""
    if history.prepared and "distilled" not in history.students:
        return style.empty(words, "distilled")
    further = [
        (method_title(words, method_name(spec)), extra_weight(spec).replace("_weight", "_term"))
        for _, spec in parse_extra_terms(history.config.get("also", ""))
    ]
    if (alignment := history.config.get("alignment", "none")) != "none":
        further.append((words[f"choice.alignment.{alignment}"], "alignment_term"))
    if history.prepared and not further:
        return style.empty(words, "one_term")
    if history.terms is None:
        if history.epochs:
            return style.empty(words, "no_batches")
        return style.not_yet(words, "time", over=history.over)
    columns = history.terms.columns
    steps = history.steps["distilled"].columns
    own = method_title(words, method_name(history.config["method"]))
    shown = [(own, steps["position"], steps["own_soft"])]
    shown += [(title, columns["position"], columns[column]) for title, column in further]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "x": list(x),
                "y": list(y),
                "name": title,
                "line": {"width": 2, "color": style.SEQUENCE[at % len(style.SEQUENCE)]},
                "hovertemplate": "%{y:.4f}",
            }
            for at, (title, x, y) in enumerate(shown)
        ],
        "layout": timeline.layout(history, words, words["chart.term"], rangemode="tozero"),
    }
