"""Every method's gain over the plain student of the same seed, the greatest on top."""

from collections.abc import Sequence
from statistics import quantiles
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.grid import View
from dashboard.charts.parts.message import message_text
from dashboard.text.names import method_title
from dashboard.text.numbers import with_sign
from dashboard.text.phrases import Words
from kdcore.jobs.sweep.record import Spread, SweepRecord

FAR = 5.0
"""Interquartile ranges from the middle half beyond which a method does not stretch the axis."""
LEAST = 1.0
"""Percentage points that this range counts at least."""
COLOURS = {1: style.COLOURS["distilled"], 0: "#8a94a0", -1: style.GAP}
"""Of a gain that is clear, one within the noise, and a clear loss."""


def figure(landscape: SweepRecord, words: Words, view: View) -> dict[str, Any]:
    """Mean difference of the test accuracy in percentage points, with its standard deviation."""
    if view.hidden:
        return style.empty(words, "guess_first")
    if landscape.started is None:
        return style.not_yet(words, "sweep", over=landscape.over)
    rows = [
        (method_title(words, method), gain)
        for method, cell in reversed(landscape.by_method())
        if (gain := landscape.gain(cell, "test_accuracy"))
    ]
    if not rows:
        return style.not_yet(words, "time", over=landscape.over)
    data = []
    for sign, colour in COLOURS.items():
        chosen = [(title, gain) for title, gain in rows if gain.clear == sign]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": words[f"chart.gain.{sign + 1}"],
                "x": [100 * gain.mean for _, gain in chosen],
                "y": [title for title, _ in chosen],
                "error_x": {
                    "type": "data",
                    "array": [100 * (gain.sd or 0) for _, gain in chosen],
                    "color": colour,
                    "thickness": 2,
                },
                "marker": {"color": colour, "size": 11},
                "hovertemplate": "%{y}: %{x:+.2f} ± %{error_x.array:.2f}<extra></extra>",
            }
        )
    low, high = _frame([(100 * gain.mean, 100 * (gain.sd or 0)) for _, gain in rows])
    return {
        "data": data,
        "layout": {
            "xaxis": {
                "title": {"text": words["chart.gain.axis"]},
                "zeroline": True,
                "zerolinewidth": 2,
                "zerolinecolor": style.COLOURS["plain"],
                "range": [low, high],
            },
            "annotations": [
                _beyond(title, gain, low, high)
                for title, gain in rows
                if not low <= 100 * gain.mean <= high
            ],
            "yaxis": {
                "automargin": True,
                "categoryorder": "array",
                "categoryarray": [title for title, _ in rows],
            },
            "hovermode": "closest",
        },
        "message": message_text(
            words,
            "methods",
            best=rows[-1][0],
            best_gain=_gain_text(rows[-1][1]),
            worst=rows[0][0],
            worst_gain=_gain_text(rows[0][1]),
            better=sum(gain.clear == 1 for _, gain in rows),
            count=len(rows),
        ),
    }


def _gain_text(gain: Spread) -> str:
    """Mean ± sd in percentage points."""
    return f"{with_sign(100 * gain.mean)} ± {100 * (gain.sd or 0):.1f}"


def _frame(gains: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Ends of the axis: 0 and all means with their deviations, but for what is far off."""
    means = [mean for mean, _ in gains]
    first, _, third = quantiles(means, n=4, method="inclusive") if len(means) > 1 else means * 3
    reach = FAR * max(third - first, LEAST)
    near = [(mean, sd) for mean, sd in gains if first - reach <= mean <= third + reach]
    low = min(0.0, *(mean - min(sd, reach) for mean, sd in near))
    high = max(0.0, *(mean + min(sd, reach) for mean, sd in near))
    room = 0.06 * max(high - low, 0.1)
    return low - room, high + room


def _beyond(title: str, gain: Spread, low: float, high: float) -> dict[str, Any]:
    """A method outside the frame: an arrow at the edge with its numbers."""
    below = 100 * gain.mean < low
    gain_text = f"{100 * gain.mean:+.2f} ± {100 * (gain.sd or 0):.2f}".replace("-", "−")
    return {
        "x": low if below else high,
        "y": title,
        "xanchor": "left" if below else "right",
        "text": f"◀ {gain_text}" if below else f"{gain_text} ▶",
        "showarrow": False,
        "font": {"color": COLOURS[gain.clear]},
    }
