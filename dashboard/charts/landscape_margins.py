"""One axis at a time: the mean over the other one, with the plain student and the teacher."""

from statistics import fmean, stdev
from typing import Any

from dashboard.charts import style
from dashboard.charts.places import Grid, View, grid_of, percent
from kdcore.landscape import Cell, Landscape


def figure(landscape: Landscape, words: style.Words, view: View) -> dict[str, Any]:
    """Left over T, right over λ; bars are the sd over everything that was averaged."""
    grid = grid_of(landscape, view)
    if not grid.weights:
        return style.awaited(words, "sweep", over=landscape.over)
    if view.hidden:
        return style.empty(words, "guess_first")
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "hovermode": "x"}
    sides = (
        ("T", [f"{value:g}" for value in grid.temperatures], grid.rows),
        ("λ", [f"{value:g}" for value in grid.weights], _turned(grid)),
    )
    for at, (symbol, ticks, groups) in enumerate(sides):
        suffix = "" if at == 0 else "2"
        on = {"xaxis": f"x{suffix}", "yaxis": "y", "showlegend": at == 0}
        for student in ("plain", "distilled"):
            values = [_values(landscape, cells, view.metric, student) for cells in groups]
            if not any(values):
                continue
            error = {"type": "data", "array": [stdev(one) if len(one) > 1 else 0 for one in values],
                     "thickness": 1.5, "width": 4}  # fmt: skip
            means = [fmean(one) if one else None for one in values]
            data.append(style.line(
                words, student, ticks, means, legendgroup=student, **on,
                hovertemplate="%{y:.1%}" if percent(view.metric) else "%{y:.4g}",
                **({"error_y": error} if student == "distilled" else {}),
            ))  # fmt: skip
        teacher = landscape.prepared and landscape.prepared.teacher
        if teacher and (level := getattr(teacher, view.metric)) is not None:
            data.append(style.line(words, "teacher", ticks, [level] * len(ticks), mode="lines",
                                   legendgroup="teacher", **on, hoverinfo="skip"))  # fmt: skip
        domain = style.panels(2, at, gap=0.05)
        layout[f"xaxis{suffix}"] = {"domain": domain, "type": "category"}
        layout["annotations"].append(style.heading(f"<b>{symbol}</b>", domain))
    if not data:
        return style.awaited(words, "scores", over=landscape.over)
    layout["yaxis"] = {"tickformat": ".1%" if percent(view.metric) else ""}
    return {"data": data, "layout": layout}


def _turned(grid: Grid) -> list[list[Cell | None]]:
    """The places by weight."""
    return [list(column) for column in zip(*grid.rows, strict=True)]


def _values(
    landscape: Landscape, cells: list[Cell | None], metric: str, student: str
) -> list[float]:
    spreads = [landscape.spread(cell, metric, student) for cell in cells if cell]
    return [value for spread in spreads if spread for value in spread.values]
