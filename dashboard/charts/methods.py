"""Every method's gain over the plain student of the same seed, the greatest on top."""

from typing import Any

from dashboard.charts import style
from dashboard.charts.places import View
from kdcore.landscape import Landscape

COLOURS = {1: style.COLOURS["distilled"], 0: "#8a94a0", -1: style.GAP}
"""Of a gain that is clear, one within the noise, and a clear loss."""


def figure(landscape: Landscape, words: style.Words, view: View) -> dict[str, Any]:
    """Mean difference of the test accuracy in percentage points, with its standard deviation."""
    if view.hidden:
        return style.empty(words, "guess_first")
    if landscape.started is None:
        return style.empty(words, "sweep")
    rows = [
        (style.method_title(words, method), gain)
        for method, cell in reversed(landscape.by_method())
        if (gain := landscape.gain(cell, "test_accuracy"))
    ]
    if not rows:
        return style.empty(words, "time")
    data = []
    for sign, colour in COLOURS.items():
        chosen = [(title, gain) for title, gain in rows if gain.clear == sign]
        data.append({
            "type": "scatter", "mode": "markers", "name": words[f"chart.gain.{sign + 1}"],
            "x": [100 * gain.mean for _, gain in chosen], "y": [title for title, _ in chosen],
            "error_x": {"type": "data", "array": [100 * (gain.sd or 0) for _, gain in chosen],
                        "color": colour, "thickness": 2},
            "marker": {"color": colour, "size": 11},
            "hovertemplate": "%{y}: %{x:+.2f} ± %{error_x.array:.2f}<extra></extra>",
        })  # fmt: skip
    return {
        "data": data,
        "layout": {
            "xaxis": {"title": {"text": words["chart.gain.axis"]}, "zeroline": True,
                      "zerolinewidth": 2, "zerolinecolor": style.COLOURS["plain"]},
            "yaxis": {"automargin": True, "categoryorder": "array",
                      "categoryarray": [title for title, _ in rows]},
            "hovermode": "closest",
        },
    }  # fmt: skip
