"""How much of the teacher's answer its likeliest classes have, and the size of a cache of it."""

import math
from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.charts.parts.measures import missing
from dashboard.text.numbers import size_text
from dashboard.text.phrases import Words, phrase
from kdcore.catalogue.soft_label_size import soft_label_bytes
from kdcore.jobs.run.record import RunRecord


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """The probability that is kept, over time, and the size of all soft labels now."""
    if empty := missing(history, words, "kept_probability"):
        return empty
    columns = history.measures["distilled"].columns
    kept = style.line(
        words,
        "teacher",
        columns["position"],
        columns["kept_probability"],
        mode="lines",
        name=words["chart.kept_probability"],
        hovertemplate="%{y:.1%}",
    )
    layout = timeline.layout(
        history, words, words["chart.kept_probability"], tickformat=style.PER_CENT, range=[0, 1.02]
    )
    if history.started and "k" in history.controls:
        # within the plot, low, where the line seldom is
        remark = style.heading(_cache(history, words), [0, 1], y=0.04) | {"name": "remark"}
        layout["annotations"] = [*layout["annotations"], remark]
    return {"data": [kept], "layout": layout}


def _cache(history: RunRecord, words: Words) -> str:
    """Bytes an example and in all, of the k classes and of all, on two lines."""
    assert history.started is not None, "it has measures"
    classes, examples = len(history.classes), history.started.train_size
    kept = min(classes, max(1, math.ceil(history.controls["k"] - 0.5)))
    return "<br>".join(
        phrase(
            words,
            "chart.cache_of",
            count=count,
            bytes=soft_label_bytes(classes, count),
            whole=size_text(soft_label_bytes(classes, count) * examples),
            examples=examples,
        )
        for count in dict.fromkeys((kept, classes))
    )
