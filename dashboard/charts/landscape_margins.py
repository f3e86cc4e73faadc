"""One axis at a time: the mean over the other one, with the plain student and the teacher."""

from statistics import fmean, stdev
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.grid import Grid, View, better_is_more, grid_of, number, percent
from dashboard.charts.parts.message import message_text
from dashboard.text.phrases import Words
from kdcore.jobs.sweep.record import GridPoint, SweepRecord


def figure(landscape: SweepRecord, words: Words, view: View) -> dict[str, Any]:
    """Left over T, right over λ; bars are the sd over everything that was averaged."""
    grid = grid_of(landscape, view)
    if not grid.weights:
        return style.not_yet(words, "sweep", over=landscape.over)
    if view.hidden:
        return style.empty(words, "guess_first")
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "hovermode": "x"}
    best: list[tuple[str, float]] = []
    sides = (
        ("T", [f"{value:g}" for value in grid.temperatures], grid.rows),
        ("λ", [f"{value:g}" for value in grid.weights], _transposed(grid)),
    )
    for at, (symbol, ticks, groups) in enumerate(sides):
        suffix = "" if at == 0 else "2"
        on = {"xaxis": f"x{suffix}", "yaxis": "y", "showlegend": at == 0}
        for student in ("plain", "distilled"):
            values = [_values(landscape, cells, view.metric, student) for cells in groups]
            if not any(values):
                continue
            error = {
                "type": "data",
                "array": [stdev(one) if len(one) > 1 else 0 for one in values],
                "thickness": 1.5,
                "width": 4,
            }
            means = [fmean(one) if one else None for one in values]
            if student == "distilled":
                best.append(_best(ticks, means, view.metric))
            data.append(
                style.line(
                    words,
                    student,
                    ticks,
                    means,
                    legendgroup=student,
                    **on,
                    hovertemplate="%{y:.1%}" if percent(view.metric) else "%{y:.4g}",
                    **({"error_y": error} if student == "distilled" else {}),
                )
            )
        teacher = landscape.prepared and landscape.prepared.teacher
        if teacher and (level := getattr(teacher, view.metric)) is not None:
            data.append(
                style.line(
                    words,
                    "teacher",
                    ticks,
                    [level] * len(ticks),
                    mode="lines",
                    legendgroup="teacher",
                    **on,
                    hoverinfo="skip",
                )
            )
        domain = style.panels(2, at, gap=0.05)
        layout[f"xaxis{suffix}"] = {"domain": domain, "type": "category"}
        layout["annotations"].append(style.heading(f"<b>{symbol}</b>", domain))
    if not data:
        return style.not_yet(words, "scores", over=landscape.over)
    layout["yaxis"] = {"tickformat": ".1%" if percent(view.metric) else ""}
    if len(best) < len(sides):
        return {"data": data, "layout": layout, "message": message_text(words, "no_scores")}
    (temperature, at_temperature), (weight, at_weight) = best
    return {
        "data": data,
        "layout": layout,
        "message": message_text(
            words,
            "landscape_margins",
            metric=words[f"metric.{view.metric}"],
            temperature=temperature,
            at_temperature=number(view.metric, at_temperature),
            weight=weight,
            at_weight=number(view.metric, at_weight),
        ),
    }


def _best(ticks: list[str], means: list[float | None], metric: str) -> tuple[str, float]:
    """The value of the axis with the best mean."""
    known = [(mean, tick) for tick, mean in zip(ticks, means, strict=True) if mean is not None]
    mean, tick = (max if better_is_more(metric) else min)(known, key=lambda pair: pair[0])
    return tick, mean


def _transposed(grid: Grid) -> list[list[GridPoint | None]]:
    """The places by weight."""
    return [list(column) for column in zip(*grid.rows, strict=True)]


def _values(
    landscape: SweepRecord, cells: list[GridPoint | None], metric: str, student: str
) -> list[float]:
    spreads = [landscape.spread(cell, metric, student) for cell in cells if cell]
    return [value for spread in spreads if spread for value in spread.values]
