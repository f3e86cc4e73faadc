"""Whether the discriminator still distinguishes the student's logits from the teacher's."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.charts.parts.measures import missing
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

CHANCE = 0.5


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """The discriminator's accuracy since the point before, and what guessing would have."""
    if empty := missing(history, words, "discriminator_accuracy"):
        return empty
    columns = history.measures["distilled"].columns
    x = list(columns["position"])
    guess = {
        "type": "scatter",
        "mode": "lines",
        "name": words["chart.indistinguishable"],
        "x": x,
        "y": [CHANCE] * len(x),
        "hoverinfo": "skip",
        "line": {"color": style.COLOURS["teacher"], "dash": style.LINES["teacher"], "width": 2},
    }
    discriminator = style.line(
        words,
        "distilled",
        x,
        columns["discriminator_accuracy"],
        mode="lines",
        name=words["chart.discriminator_accuracy"],
        hovertemplate="%{y:.1%}",
    )
    return {
        "data": [guess, discriminator],
        "layout": timeline.layout(
            history,
            words,
            words["chart.discriminator_accuracy"],
            tickformat=style.PER_CENT,
            range=[0, 1.02],
        ),
    }
