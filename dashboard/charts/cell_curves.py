"""The curves of one cell of the grid: every seed, and the plain student beside it."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.grid import View, number, percent
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.sweep.record import SweepRecord


def figure(landscape: SweepRecord, words: Words, view: View) -> dict[str, Any]:
    """The metric after each epoch; a pale line a seed, a strong one for their mean."""
    if view.hidden:
        return style.empty(words, "guess_first")
    if landscape.started is None:
        return style.not_yet(words, "sweep", over=landscape.over)
    cells = landscape.cells(view.lr, view.method)
    best = landscape.best(cells)
    coordinates = view.at or ((best.cell.temperature, best.cell.weight) if best else None)
    cell = next((one for one in cells if (one.temperature, one.weight) == coordinates), None)
    if cell is None:
        return style.not_yet(words, "scores", over=landscape.over)
    seeds = [one["seed"] for one in landscape.started.cells]
    trails, lines = [], []
    newest: dict[str, str] = {}
    last = 0
    for student, kept in (("plain", landscape.plain), ("distilled", landscape.distilled)):
        numbers = [at for at in cell.numbers if at in kept]
        curves = [
            [(epoch, getattr(scores, view.metric)) for epoch, scores in kept[at]] for at in numbers
        ]
        if not curves:
            continue
        trails += [
            style.trail(
                words,
                student,
                *zip(*curve, strict=True),
                hoverinfo="skip",
                meta={
                    "label": words["chart.of_seed"].format(
                        learner=learner_name(words, student), seed=seeds[at]
                    )
                },
            )
            for at, curve in zip(numbers, curves, strict=True)
            if len(curves) > 1
        ]
        length = min(map(len, curves))
        points = [curve[:length] for curve in curves]
        epochs = [epoch for epoch, _ in points[0]]
        means = [_mean([value for _, value in at]) for at in zip(*points, strict=True)]
        last = epochs[-1]
        if (value := means[-1]) is not None:
            newest[student] = number(view.metric, value)
        lines.append(
            style.line(
                words,
                student,
                epochs,
                means,
                mode="lines",
                hovertemplate="%{y:.1%}" if percent(view.metric) else "%{y:.4g}",
            )
        )
    if not lines:
        return style.not_yet(words, "scores", over=landscape.over)
    n = len(cell.numbers)
    return {
        "data": trails + lines,
        "layout": {
            "xaxis": {"title": {"text": words["chart.epoch"]}},
            "yaxis": {"tickformat": style.PER_CENT if percent(view.metric) else ""},
            "hovermode": "x",
            "annotations": [
                style.heading(
                    phrase(
                        words, "chart.cell", temperature=cell.temperature, weight=cell.weight, n=n
                    ),
                    [0, 1],
                )
            ],
        },
        "message": message_text(
            words,
            "cell_curves" if newest else "no_scores",
            temperature=f"{cell.temperature:g}",
            weight=f"{cell.weight:g}",
            epoch=last,
            values=list_learners(words, newest),
            n=n,
        ),
    }


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
