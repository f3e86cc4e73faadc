"""The grid as a heat map: the mean over the seeds, and where the student beats the plain one."""

from typing import Any

from dashboard.charts import style
from dashboard.charts.places import (
    CIVIDIS,
    View,
    at_point,
    axes,
    better_is_more,
    grid_of,
    mean_of,
    percent,
    told,
)
from dashboard.phrases import phrase
from kdcore.landscape import Landscape

NUMBERED = 81
"""Up to so many places the values are written into them."""
UNKNOWN = [[0, "#9aa5b1"], [1, "#9aa5b1"]]


def figure(landscape: Landscape, words: style.Words, view: View) -> dict[str, Any]:
    """A cell for every T and λ, coloured by its mean; a line where it equals the plain student."""
    grid = grid_of(landscape, view)
    if not grid.weights:
        return style.awaited(words, "sweep", over=landscape.over)
    spreads = grid.table(lambda cell: landscape.spread(cell, view.metric))
    customdata = grid.table(lambda cell: [cell.temperature, cell.weight])
    columns, rows = list(range(len(grid.weights))), list(range(len(grid.temperatures)))
    if view.hidden:
        blank = {
            "type": "heatmap", "x": columns, "y": rows, "z": [[0] * len(columns) for _ in rows],
            "colorscale": UNKNOWN, "showscale": False, "xgap": 3, "ygap": 3, "opacity": 0.35,
            "customdata": customdata,
            "hovertemplate": words["chart.guess_here"] + "<extra></extra>",
        }  # fmt: skip
        return {"data": [blank], "layout": axes(grid)}
    means = [[mean_of(spread) for spread in row] for row in spreads]
    numbered = len(columns) * len(rows) <= NUMBERED
    data: list[dict[str, Any]] = [{
        "type": "heatmap", "x": columns, "y": rows, "z": means, "customdata": customdata,
        "colorscale": CIVIDIS, "reversescale": not better_is_more(view.metric),
        "xgap": 2, "ygap": 2, "hoverongaps": True,
        "text": [[told(view.metric, spread) for spread in row] for row in spreads],
        "texttemplate": "%{text}" if numbered else "",
        "colorbar": {"thickness": 12, "outlinewidth": 0,
                     "tickformat": ".1%" if percent(view.metric) else ""},
        "hovertemplate": at_point(words, "%{text}") + "<extra></extra>",
    }]  # fmt: skip
    gains = grid.table(lambda cell: mean_of(landscape.gain(cell, view.metric)))
    if _has_border(gains):
        data.append({
            "type": "contour", "x": columns, "y": rows, "z": gains, "showscale": False,
            "autocontour": False, "connectgaps": False, "hoverinfo": "skip",
            "contours": {"start": 0, "end": 0, "size": 1, "coloring": "none"},
            "line": {"color": style.COLOURS["plain"], "width": 4, "dash": "dash"},
            "name": words["chart.better_than_plain"], "showlegend": True,
        })  # fmt: skip
    places = (
        ("best", _place(landscape, view), "star", "#ffffff", "#1f2933"),
        ("guess", view.guess, "circle-open", style.GAP, style.GAP),
        ("chosen", view.at, "square-open", "#56B4E9", "#56B4E9"),
    )
    for name, place, symbol, colour, edge in places:
        if (index := grid.index(place)) is not None:
            data.append({
                "type": "scatter", "mode": "markers", "x": [index[0] + 0.36],
                "y": [index[1] + 0.32], "name": words[f"chart.place_{name}"], "hoverinfo": "skip",
                "marker": {"symbol": symbol, "size": 15, "color": colour,
                           "line": {"width": 2.5, "color": edge}},
            })  # fmt: skip
    layout = axes(grid)
    counts = [spread.n for row in spreads for spread in row if spread]
    if counts:
        few, many = min(counts), max(counts)
        n = f"{few}" if few == many else f"{few}–{many}"
        layout["xaxis"]["title"] = {"text": phrase(words, "chart.weight_axis", n=n)}
    return {"data": data, "layout": layout}


def _place(landscape: Landscape, view: View) -> tuple[float, float] | None:
    best = landscape.best(landscape.cells(view.lr, view.method))
    return (best.cell.temperature, best.cell.weight) if best else None


def _has_border(gains: list[list[float | None]]) -> bool:
    """A line needs places on both of its sides."""
    known = [gain for row in gains for gain in row if gain is not None]
    return min(len(gains), len(gains[0])) > 1 and bool(known) and min(known) < 0 < max(known)
