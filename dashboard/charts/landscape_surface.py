"""The grid as a surface over T and λ, with the plain student as a flat one."""

from typing import Any

from dashboard.charts import style
from dashboard.charts.places import CIVIDIS, View, axes, better_is_more, grid_of, mean_of, percent
from kdcore.landscape import Landscape


def figure(landscape: Landscape, words: style.Words, view: View) -> dict[str, Any]:
    """The mean over the seeds as height; it can be turned with the pointer."""
    grid = grid_of(landscape, view)
    if min(len(grid.weights), len(grid.temperatures)) < 2:
        return style.empty(words, "surface")
    if view.hidden:
        return style.empty(words, "guess_first")
    heights = grid.table(lambda cell: mean_of(landscape.spread(cell, view.metric)))
    plain = grid.table(lambda cell: mean_of(landscape.spread(cell, view.metric, "plain")))
    if not any(value is not None for row in heights for value in row):
        return style.empty(words, "scores")
    columns, rows = list(range(len(grid.weights))), list(range(len(grid.temperatures)))
    shared = {"type": "surface", "x": columns, "y": rows, "showscale": False}
    customdata = grid.table(lambda cell: [cell.temperature, cell.weight])
    layout = axes(grid)
    faint = {"gridcolor": "rgba(128,128,128,0.35)", "zeroline": False, "backgroundcolor":
             "rgba(0,0,0,0)", "showbackground": False}  # fmt: skip
    return {
        "data": [
            shared | {
                "z": heights, "colorscale": CIVIDIS, "customdata": customdata,
                "reversescale": not better_is_more(view.metric),
                "name": style.name(words, "distilled"),
                "hovertemplate": "T %{customdata[0]}, λ %{customdata[1]}: %{z}",
                "contours": {"z": {"show": True, "usecolormap": True, "width": 1}},
            },
            shared | {
                "z": plain, "opacity": 0.35, "name": style.name(words, "plain"),
                "colorscale": [[0, style.COLOURS["plain"]], [1, style.COLOURS["plain"]]],
                "hovertemplate": "%{z}",
            },
        ],
        "layout": {"scene": {
            "xaxis": faint | layout["xaxis"] | {"showgrid": True},
            "yaxis": faint | layout["yaxis"] | {"showgrid": True},
            "zaxis": faint | {"title": {"text": ""},
                              "tickformat": ".0%" if percent(view.metric) else ""},
            "camera": {"eye": {"x": -1.55, "y": -1.7, "z": 0.75}, "center": {"z": -0.18}},
            "aspectratio": {"x": 1.15, "y": 1.15, "z": 0.75},
        }},
    }  # fmt: skip
