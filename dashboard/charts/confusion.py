"""What is taken for what: confusion matrices, and where the students differ."""

from collections.abc import Sequence
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import SEMICOLON, list_learners, message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.run.events import Snapshot
from kdcore.jobs.run.record import RunRecord

NUMBERED = 12
"""Up to so many classes the counts are written into the cells."""
RULED = 30
"""Up to so many classes there is a gap between the cells."""
NOTHING = "#eeeeee"
"""The browser puts the page's own ground here."""
ONE_WAY = [[0, NOTHING], [1e-6, "#fbe3d2"], [1, style.GAP]]
WORSE_AND_BETTER = [
    [0, style.GAP],
    [0.499, "#fbe3d2"],
    [0.5, NOTHING],
    [0.501, "#d6e8f5"],
    [1, "#0072B2"],
]
PALEST = 0.01
"""Of the scale: the diagonal of a difference has the sign's colour, never a dark one."""

Matrix = list[list[int]]


def figure(snapshot: Snapshot, words: Words, *, history: RunRecord, **_: Any) -> dict[str, Any]:
    """A map a learner, coloured by errors alone, and distilled minus plain.

    In the difference blue is better: fewer errors off the diagonal, more right answers on it.
    """
    matrices = {
        name: snapshot.learners[name].confusion for name in LEARNERS if name in snapshot.learners
    }
    classes = history.classes
    highest = max(1, *(max(_off_diagonal(matrix)) for matrix in matrices.values()))
    maps = [
        (
            f"<b>{learner_name(words, name)}</b>  "
            + phrase(words, "count.errors", count=sum(_off_diagonal(matrix))),
            _errors(matrix, classes, words, highest),
        )
        for name, matrix in matrices.items()
    ]
    if {"plain", "distilled"} <= matrices.keys():
        pairs = zip(matrices["distilled"], matrices["plain"], strict=True)
        difference = [[a - b for a, b in zip(*rows, strict=True)] for rows in pairs]
        maps.append(
            (
                f"<b>{words['chart.difference']}</b>",
                _difference(difference, classes, words, highest),
            )
        )
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": []}
    for at, (title, trace) in enumerate(maps):
        suffix = "" if at == 0 else str(at + 1)
        domain = style.panels(len(maps), at, gap=0.03)
        data.append(trace | {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"})
        names = style.class_ticks(classes) | {"showgrid": False, "zeroline": False}
        layout[f"xaxis{suffix}"] = names | {
            "domain": domain,
            "constrain": "domain",
            "anchor": f"y{suffix}",
            "title": {"text": words["chart.answer"]},
        }
        layout[f"yaxis{suffix}"] = names | {
            "autorange": "reversed",
            "anchor": f"x{suffix}",
            "scaleanchor": f"x{suffix}",
            "constrain": "domain",
            "constraintoward": "top",
            "showticklabels": at == 0,
            "title": {"text": words["chart.true_class"] if at == 0 else ""},
        }
        layout["annotations"].append(style.heading(title, domain))
    return {
        "data": data,
        "layout": layout,
        "message": message_text(
            words,
            "confusion",
            values=list_learners(
                words,
                {name: _most_often(matrix, classes, words) for name, matrix in matrices.items()},
                SEMICOLON,
            ),
        ),
    }


def _errors(matrix: Matrix, classes: Sequence[str], words: Words, highest: int) -> dict[str, Any]:
    """The counts of a learner; what is right has no colour."""
    shown = [
        [0 if row == column else count for column, count in enumerate(counts)]
        for row, counts in enumerate(matrix)
    ]
    text = [[str(count) for count in counts] for counts in matrix]
    return _map(shown, matrix, text, classes, words) | {
        "zmin": 0,
        "zmax": highest,
        "colorscale": ONE_WAY,
    }


def _difference(
    matrix: Matrix, classes: Sequence[str], words: Words, highest: int
) -> dict[str, Any]:
    """Distilled minus plain, coloured by whether it is better."""
    palest = PALEST * highest
    shown = [
        [
            max(-palest, min(count, palest)) if row == column else -count
            for column, count in enumerate(counts)
        ]
        for row, counts in enumerate(matrix)
    ]
    text = [
        [f"{count:+d}".replace("-", "−") if count else "0" for count in counts] for counts in matrix
    ]
    return _map(shown, matrix, text, classes, words) | {
        "zmin": -highest,
        "zmax": highest,
        "colorscale": WORSE_AND_BETTER,
    }


def _map(
    shown: list[list[float]] | Matrix,
    counts: Matrix,
    text: list[list[str]],
    classes: Sequence[str],
    words: Words,
) -> dict[str, Any]:
    size = len(classes)
    shown_names = [style.escape_tags(title) for title in classes]
    gap = 1 if size <= RULED else 0
    return {
        "type": "heatmap",
        "z": shown,
        "showscale": False,
        "xgap": gap,
        "ygap": gap,
        "text": text,
        "texttemplate": "%{text}" if size <= NUMBERED else "",
        "customdata": [[[truth, answer] for answer in shown_names] for truth in shown_names],
        "hovertemplate": words["chart.cell_hover"] + "<extra></extra>",
        "meta": {"rows": list(classes), "columns": list(classes), "values": counts},
    }


def _off_diagonal(matrix: Matrix) -> list[int]:
    return [
        count
        for row, counts in enumerate(matrix)
        for column, count in enumerate(counts)
        if row != column
    ]


def _most_often(matrix: Matrix, classes: Sequence[str], words: Words) -> str:
    """The pair of classes that is confused most often; of equals the first."""
    count, row, column = max(
        (
            (count, row, column)
            for row, counts in enumerate(matrix)
            for column, count in enumerate(counts)
            if row != column
        ),
        key=lambda found: found[0],
    )
    if not count:
        return message_text(words, "no_errors")
    return message_text(
        words,
        "confusion_of_one" if count == 1 else "confusion_of",
        truth=classes[row],
        answer=classes[column],
        count=count,
    )
