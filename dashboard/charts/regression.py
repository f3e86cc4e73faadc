"""A regression: errors by epoch, predicted against true numbers, and what intervals cover."""

from statistics import fmean, stdev
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.band import band
from dashboard.charts.parts.message import SEMICOLON, list_learners, message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.regression.events import RegressionScores
from kdcore.jobs.regression.intervals import NOMINAL, half_width
from kdcore.jobs.regression.record import STUDENTS, RegressionRecord

COLUMNS = ("rmse", "r2", "nll", "coverage", "width")


def error(record: RegressionRecord, words: Words) -> dict[str, Any]:
    """Root mean squared error on test data by epoch; a band is the deviation over the seeds."""
    if not record.taught or not record.epochs or not record.started:
        return style.not_yet(words, "regression", over=record.ended)
    longest = max(len(own) for own in record.epochs.values())
    teacher = record.taught.scores.rmse
    data: list[dict[str, Any]] = []
    last = {"teacher": f"{teacher:.4g}"}
    for student in STUDENTS:
        curve = record.curve(student, "rmse")
        epochs, means, spreads = (list(column) for column in zip(*curve, strict=True))
        data += band(words, student, epochs, means, spreads)
        data.append(
            style.line(
                words,
                student,
                epochs,
                means,
                mode="lines",
                hovertemplate="%{y:.4g}",
                meta={"sd": spreads},
            )
        )
        last[student] = f"{means[-1]:.4g}"
    data.append(
        style.line(
            words,
            "teacher",
            [1, longest],
            [teacher, teacher],
            mode="lines",
            hovertemplate="%{y:.4g}",
        )
    )
    return {
        "data": data,
        "layout": {
            "xaxis": {"title": {"text": words["chart.epoch"]}},
            "yaxis": {"title": {"text": words["chart.regression.rmse"]}},
            "hovermode": "x",
        },
        "message": message_text(
            words, "regression_error", epoch=longest, values=list_learners(words, last)
        ),
    }


def points(record: RegressionRecord, words: Words) -> dict[str, Any]:
    """Predicted against true numbers of test examples, with the interval that promises 90 %."""
    if not record.finished or not record.finished.answers or not record.started:
        return style.not_yet(words, "regression_end", over=record.ended)
    targets = record.finished.targets
    learners = [name for name in LEARNERS if name in record.finished.answers]
    half = half_width(NOMINAL)
    ends = [min(targets), max(targets)]
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "shapes": [], "hovermode": "closest"}
    inside = {}
    for at, name in enumerate(learners):
        axis = "" if at == 0 else str(at + 1)
        answers = record.finished.answers[name]
        widths = [half * deviation for deviation in answers.deviation]
        ends = [
            min([ends[0], *(a - b for a, b in zip(answers.mean, widths, strict=True))]),
            max([ends[1], *(a + b for a, b in zip(answers.mean, widths, strict=True))]),
        ]
        data.append(
            style.line(
                words,
                name,
                targets,
                answers.mean,
                mode="markers",
                xaxis=f"x{axis}",
                yaxis=f"y{axis}",
                showlegend=False,
                error_y={
                    "type": "data",
                    "array": widths,
                    "thickness": 1,
                    "width": 0,
                    "color": style.with_opacity(style.COLOURS[name], 0.4),
                },
                marker={"color": style.COLOURS[name], "symbol": style.MARKERS[name], "size": 6},
                hovertemplate="%{x:.4g} → %{y:.4g}",
            )
        )
        domain = style.panels(len(learners), at)
        layout["annotations"].append(style.heading(f"<b>{learner_name(words, name)}</b>", domain))
        title = words["chart.regression.true"]
        layout[f"xaxis{axis}"] = {"domain": domain, "anchor": f"y{axis}", "title": {"text": title}}
        layout[f"yaxis{axis}"] = {
            "anchor": f"x{axis}",
            "title": {"text": words["chart.regression.predicted"] if at == 0 else ""},
        }
        share = sum(
            abs(mean - target) <= width
            for mean, target, width in zip(answers.mean, targets, widths, strict=True)
        )
        inside[name] = f"{share / len(targets):.1%}"
    for at in range(len(learners)):
        axis = "" if at == 0 else str(at + 1)
        layout[f"yaxis{axis}"]["range"] = ends
        layout["shapes"].append(
            {
                "type": "line",
                "xref": f"x{axis}",
                "yref": f"y{axis}",
                "x0": min(targets),
                "x1": max(targets),
                "y0": min(targets),
                "y1": max(targets),
                "line": {"width": 1, "dash": "dot", "color": "#8a94a0"},
            }
        )
    return {
        "data": data,
        "layout": layout,
        "message": message_text(
            words, "regression_points", count=len(targets), values=list_learners(words, inside)
        ),
    }


def intervals(record: RegressionRecord, words: Words) -> dict[str, Any]:
    """What intervals cover against what they promise; below the diagonal they are too narrow."""
    if not record.finished or not record.finished.answers:
        return style.not_yet(words, "regression_end", over=record.ended)
    levels = record.finished.levels
    answers = {
        name: record.finished.answers[name] for name in LEARNERS if name in record.finished.answers
    }
    data = [
        style.line(words, name, levels, one.covered, hovertemplate="%{x:.0%} → %{y:.1%}")
        for name, one in answers.items()
    ]
    ends = [0, 1.02]
    return {
        "data": data,
        "layout": {
            "xaxis": {
                "title": {"text": words["chart.regression.promised"]},
                "tickformat": style.PER_CENT,
                "range": ends,
            },
            "yaxis": {
                "title": {"text": words["chart.regression.covered"]},
                "tickformat": style.PER_CENT,
                "range": ends,
            },
            "shapes": [
                {
                    "type": "line",
                    "x0": 0,
                    "x1": 1,
                    "y0": 0,
                    "y1": 1,
                    "line": {"width": 1, "dash": "dot", "color": "#8a94a0"},
                }
            ],
        },
        "message": message_text(
            words,
            "regression_intervals",
            promised=f"{levels[-1]:.0%}",
            values=list_learners(
                words, {name: f"{one.covered[-1]:.1%}" for name, one in answers.items()}
            ),
        ),
    }


def scores(record: RegressionRecord, words: Words) -> dict[str, Any]:
    """All measures of all learners; of students the mean over the seeds."""
    if not record.taught:
        return style.not_yet(words, "regression", over=record.ended)
    found = {"teacher": [record.taught.scores]}
    if record.epochs:
        found |= {student: record.last(student) for student in STUDENTS}
    titles = [words[f"chart.regression.{name}"] for name in COLUMNS]
    means = {
        name: [fmean(getattr(one, column) for one in own) for column in COLUMNS]
        for name, own in found.items()
    }
    return {
        "table": {
            "columns": [
                {"title": words["chart.learner"], "help": ""},
                *(
                    {"title": title, "help": words[f"chart.regression_help.{name}"]}
                    for name, title in zip(COLUMNS, titles, strict=True)
                ),
            ],
            "rows": [
                {
                    "learner": name,
                    "colour": style.COLOURS[name],
                    "cells": [learner_name(words, name), *_cells(own)],
                }
                for name, own in found.items()
            ],
        },
        "sheet": {
            "columns": [words["chart.learner"], *titles],
            "rows": [[learner_name(words, name), *values] for name, values in means.items()],
        },
        "message": message_text(
            words,
            "regression_table",
            values=list_learners(
                words, {name: f"{values[0]:.4g}" for name, values in means.items()}, SEMICOLON
            ),
        ),
    }


def _cells(own: list[RegressionScores]) -> list[str]:
    """Mean and, of several seeds, deviation of each measure."""
    cells = []
    for name in COLUMNS:
        values = [getattr(one, name) for one in own]
        form, spread_form = (".1%", ".1%") if name == "coverage" else (".4g", ".2g")
        text = f"{fmean(values):{form}}"
        if len(values) > 1:
            text += f" ± {stdev(values):{spread_form}}"
        cells.append(text)
    return cells


FIGURES = {
    "regression_error": error,
    "regression_points": points,
    "regression_intervals": intervals,
    "regression_table": scores,
}
