"""The deviation around a learner's line, over seeds."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.text.phrases import Words

BAND = 0.18
"""Opacity of a band."""


def band(
    words: Words, student: str, epochs: list[int], means: list[float], sds: list[float]
) -> list[dict[str, Any]]:
    """Two lines that are not seen, and the colour between them."""
    hidden = {
        "mode": "lines",
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": {"skip": True},
        "line": {"width": 0, "color": style.COLOURS[student]},
    }
    low = [mean - sd for mean, sd in zip(means, sds, strict=True)]
    high = [mean + sd for mean, sd in zip(means, sds, strict=True)]
    fill = {"fill": "tonexty", "fillcolor": style.with_opacity(style.COLOURS[student], BAND)}
    return [
        style.line(words, student, epochs, low, **hidden),
        style.line(words, student, epochs, high, **hidden, **fill),
    ]
