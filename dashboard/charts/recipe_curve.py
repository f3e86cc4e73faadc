"""A score over what varies from trial to trial of a recipe, with error bars over seeds."""

from collections.abc import Mapping
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_values, message_text
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recipe.results import LinePoint, curve_points
from kdcore.recipes import RECIPES, SCORES, Curve, spread_text

MARKERS = ("circle", "square", "diamond", "triangle-up", "x", "star")


def figure(record: RecipeRecord, words: Words, *, curve: str = "") -> dict[str, Any]:
    """The curve of this key, or the recipe's first one."""
    if record.started is None:
        return style.not_yet(words, "recipe", over=record.over)
    name = record.started.config["recipe"]
    curves: Mapping[str, Curve] = RECIPES[name].curves if name in RECIPES else {}
    if not curves:
        return style.empty(words, "recipe_no_curve")
    key = curve if curve in curves else next(iter(curves))
    shown = curves[key]
    points = curve_points(shown, record)
    if not any(points.values()):
        return style.not_yet(words, "recipe", over=record.over)
    titles = {line: words[f"recipe.{name}.line.{key}.{at}"] for at, line in enumerate(points, 1)}
    if _of_learners(shown):
        learners = [points[0][1].learner for points in shown.lines.values()]
        titles = {
            line: learner_name(words, own) for line, own in zip(points, learners, strict=True)
        }
    data = [
        _line(shown, at, titles[line], list(points[line]))
        for at, line in enumerate(points)
        if points[line]
    ]
    score = words[f"recipe_score.{shown.score}"]
    ticks = sorted({point.x for line in points.values() for point in line})
    newest = [
        (titles[line], spread_text(shown.score, own[-1].found.mean, own[-1].found.sd))
        for line, own in points.items()
        if own
    ]
    return {
        "data": data,
        "layout": {
            "xaxis": {
                "title": {"text": words[f"recipe.{name}.curve_x.{key}"]},
                "type": "log" if shown.log_x else "linear",
                "tickvals": ticks,
                "ticktext": [f"{x:,g}" for x in ticks],
            },
            "yaxis": {
                "title": {"text": score},
                "tickformat": style.PER_CENT if SCORES[shown.score].unit == "share" else "",
            },
            "hovermode": "x",
        },
        "message": message_text(
            words,
            "recipe_curve",
            title=words[f"recipe.{name}.curves.{key}"],
            values=list_values(words, newest),
        ),
    }


def _of_learners(curve: Curve) -> bool:
    """Whether each line is another learner's."""
    learners = [line[0][1].learner for line in curve.lines.values()]
    return 1 < len(learners) == len(set(learners))


def _line(curve: Curve, at: int, title: str, points: list[LinePoint]) -> dict[str, Any]:
    learner = list(curve.lines.values())[at][0][1].learner
    own = _of_learners(curve)
    colour = style.COLOURS[learner] if own else style.SEQUENCE[at % len(style.SEQUENCE)]
    deviations = [point.found.sd or 0.0 for point in points]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": title,
        "x": [point.x for point in points],
        "y": [point.found.mean for point in points],
        "error_y": {"type": "data", "array": deviations, "visible": True},
        "line": {"color": colour, "width": 2.5},
        "marker": {
            "color": colour,
            "symbol": style.MARKERS[learner] if own else MARKERS[at % len(MARKERS)],
            "size": 8,
        },
        "meta": {"sd": deviations},
    }
