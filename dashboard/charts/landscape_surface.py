"""The grid as a surface over T and λ, with the plain student as a flat one."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.grid import (
    CIVIDIS,
    Grid,
    View,
    at_point,
    axes,
    better_is_more,
    grid_of,
    mean_of,
    number,
    percent,
)
from dashboard.charts.parts.message import message_text
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.sweep.record import SweepRecord


def figure(landscape: SweepRecord, words: Words, view: View) -> dict[str, Any]:
    """The mean over the seeds as height; the browser draws it as SVG, to be turned."""
    grid = grid_of(landscape, view)
    if not grid.weights:
        return style.not_yet(words, "sweep", over=landscape.over)
    if min(len(grid.weights), len(grid.temperatures)) < 2:
        return style.empty(words, "surface")
    if view.hidden:
        return style.empty(words, "guess_first")
    heights = grid.table(lambda cell: mean_of(landscape.spread(cell, view.metric)))
    plain = grid.table(lambda cell: mean_of(landscape.spread(cell, view.metric, "plain")))
    if not any(value is not None for row in heights for value in row):
        return style.not_yet(words, "scores", over=landscape.over)
    shared = {"type": "surface", "showscale": False}
    return {
        "data": [
            shared
            | {
                "z": heights,
                "colorscale": CIVIDIS,
                "customdata": grid.table(lambda cell: [cell.temperature, cell.weight]),
                "reversescale": not better_is_more(view.metric),
                "name": learner_name(words, "distilled"),
                "hovertemplate": at_point(words, "%{z}"),
            },
            shared
            | {
                "z": plain,
                "opacity": 0.35,
                "name": learner_name(words, "plain"),
                "colorscale": [[0, style.COLOURS["plain"]], [1, style.COLOURS["plain"]]],
            },
        ],
        "layout": {
            "scene": axes(grid)
            | {
                "zaxis": {
                    "tickformat": style.PER_CENT if percent(view.metric) else "",
                    "title": {"text": words[f"metric.{view.metric}"]},
                }
            }
        },
        "message": _message(grid, heights, words, view.metric),
    }


def _message(grid: Grid, heights: list[list[float | None]], words: Words, metric: str) -> str:
    """The lowest and the highest cell."""
    known = [
        (value, temperature, weight)
        for temperature, row in zip(grid.temperatures, heights, strict=True)
        for weight, value in zip(grid.weights, row, strict=True)
        if value is not None
    ]
    low, high = min(known), max(known)
    return message_text(
        words,
        "landscape_surface",
        metric=words[f"metric.{metric}"],
        low=number(metric, low[0]),
        low_temperature=f"{low[1]:g}",
        low_weight=f"{low[2]:g}",
        high=number(metric, high[0]),
        high_temperature=f"{high[1]:g}",
        high_weight=f"{high[2]:g}",
    )
