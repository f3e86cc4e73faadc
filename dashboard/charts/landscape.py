"""The grid as a heat map: the mean over the seeds, and where the student beats the plain one."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.grid import (
    CIVIDIS,
    View,
    at_point,
    axes,
    better_is_more,
    grid_of,
    mean_of,
    metric_spread_text,
    number,
    percent,
)
from dashboard.charts.parts.message import message_text
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.sweep.record import SweepRecord

NUMBERED = 81
"""Up to so many cells the values are written into them."""
UNKNOWN = [[0, "#9aa5b1"], [1, "#9aa5b1"]]


def figure(landscape: SweepRecord, words: Words, view: View) -> dict[str, Any]:
    """A cell for every T and λ, coloured by its mean; a line where it equals the plain student."""
    grid = grid_of(landscape, view)
    if not grid.weights:
        return style.not_yet(words, "sweep", over=landscape.over)
    spreads = grid.table(lambda cell: landscape.spread(cell, view.metric))
    customdata = grid.table(lambda cell: [cell.temperature, cell.weight])
    columns, rows = list(range(len(grid.weights))), list(range(len(grid.temperatures)))
    if view.hidden:
        blank = {
            "type": "heatmap",
            "x": columns,
            "y": rows,
            "z": [[0] * len(columns) for _ in rows],
            "colorscale": UNKNOWN,
            "showscale": False,
            "xgap": 3,
            "ygap": 3,
            "opacity": 0.35,
            "customdata": customdata,
            "hovertemplate": words["chart.guess_here"] + "<extra></extra>",
        }
        return {"data": [blank], "layout": axes(grid), "message": message_text(words, "hidden")}
    means = [[mean_of(spread) for spread in row] for row in spreads]
    numbered = len(columns) * len(rows) <= NUMBERED
    data: list[dict[str, Any]] = [
        {
            "type": "heatmap",
            "x": columns,
            "y": rows,
            "z": means,
            "customdata": customdata,
            "colorscale": CIVIDIS,
            "reversescale": not better_is_more(view.metric),
            "xgap": 2,
            "ygap": 2,
            "hoverongaps": True,
            "text": [
                [metric_spread_text(view.metric, spread) for spread in row] for row in spreads
            ],
            "texttemplate": "%{text}" if numbered else "",
            "colorbar": {
                "thickness": 12,
                "outlinewidth": 0,
                "tickformat": ".1%" if percent(view.metric) else "",
            },
            "hovertemplate": at_point(words, "%{text}") + "<extra></extra>",
            "meta": {
                "sd": [[spread.sd if spread else None for spread in row] for row in spreads],
                "format": ".1%" if percent(view.metric) else ".3f",
            },
        }
    ]
    gains = grid.table(lambda cell: mean_of(landscape.gain(cell, view.metric)))
    if border := _border(gains):
        x, y = zip(*border, strict=True)
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": list(x),
                "y": list(y),
                "hoverinfo": "skip",
                "line": {"color": style.COLOURS["plain"], "width": 3, "dash": "dash"},
                "name": words["chart.better_than_plain"],
                "showlegend": True,
                "meta": {"skip": True, "cased": True},
            }
        )
    markers = (
        ("best", _best_coordinates(landscape, view), "star", "#ffffff", "#1f2933"),
        ("guess", view.guess, "circle-open", style.GAP, style.GAP),
        ("chosen", view.at, "square-open", "#56B4E9", "#56B4E9"),
    )
    for name, coordinates, symbol, colour, edge in markers:
        if (index := grid.index(coordinates)) is not None:
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": [index[0] + 0.36],
                    "y": [index[1] + 0.32],
                    "name": words[f"chart.marker_{name}"],
                    "hoverinfo": "skip",
                    "marker": {
                        "symbol": symbol,
                        "size": 15,
                        "color": colour,
                        "line": {"width": 2.5, "color": edge},
                    },
                }
            )
    layout = axes(grid)
    counts = [spread.n for row in spreads for spread in row if spread]
    if counts:
        few, many = min(counts), max(counts)
        n = f"{few}" if few == many else f"{few}–{many}"
        layout["xaxis"]["title"] = {"text": phrase(words, "chart.weight_axis", n=n)}
    return {"data": data, "layout": layout, "message": _message(landscape, words, view)}


def _message(landscape: SweepRecord, words: Words, view: View) -> str:
    """The cell that validation data choose, and what is shown of it."""
    best = landscape.best(landscape.cells(view.lr, view.method))
    spread = landscape.spread(best.cell, view.metric) if best else None
    if best is None or spread is None:
        return message_text(words, "no_scores")
    return message_text(
        words,
        "landscape",
        temperature=f"{best.cell.temperature:g}",
        weight=f"{best.cell.weight:g}",
        metric=words[f"metric.{view.metric}"],
        value=number(view.metric, spread.mean),
    )


def _best_coordinates(landscape: SweepRecord, view: View) -> tuple[float, float] | None:
    best = landscape.best(landscape.cells(view.lr, view.method))
    return (best.cell.temperature, best.cell.weight) if best else None


Point = tuple[float | None, float | None]


def _border(gains: list[list[float | None]]) -> list[Point]:
    """Edges between cells that are better than the plain student and cells that are not.

    Returns:
        Ends of the edges, after each two a gap.
    """
    better = [[None if gain is None else gain > 0 for gain in row] for row in gains]
    edges: list[Point] = []
    for row, cells in enumerate(better):
        for column, cell in enumerate(cells):
            right = cells[column + 1] if column + 1 < len(cells) else None
            above = better[row + 1][column] if row + 1 < len(better) else None
            if None not in (cell, right) and cell != right:
                edges += [(column + 0.5, row - 0.5), (column + 0.5, row + 0.5), (None, None)]
            if None not in (cell, above) and cell != above:
                edges += [(column - 0.5, row + 0.5), (column + 0.5, row + 0.5), (None, None)]
    return edges
