"""Inputs that the method made, always of the same noise, and what both take them for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dashboard.charts.parts import style
from dashboard.charts.parts.message import message_text
from dashboard.charts.parts.picture import png_address
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

Arrays = Mapping[str, np.ndarray]
COLUMNS = 12
"""Pictures side by side."""
PICTURE = 0.68
"""Of a row's height; below it stand the two answers."""
TEXT = {"teacher": 0.77, "distilled": 0.92}
REAL = "#8a94a0"
ABOVE_AND_BELOW = [[0, "#0072B2"], [0.5, "#eeeeee"], [1, style.GAP]]
STRONGEST = 3.0
"""Standard deviations at which the colour is full."""


def figure(history: RunRecord, words: Words, *, arrays: Arrays, **_: Any) -> dict[str, Any]:
    """Pictures with both answers; points in the plane; other features as columns of colours.

    Args:
        history: of the run.
        words: of the language.
        arrays: ``made_inputs`` as ``uint8 [n, h, w, c]`` or ``float32 [n, features]``,
            ``made_teacher`` and ``made_student`` ``[n, classes]``, and ``watched_points`` where the
            data are no images; empty before the first snapshot.
    """
    if history.prepared and "distilled" not in history.students:
        return style.empty(words, "distilled")
    if not arrays:
        return style.not_yet(words, "moment", over=history.over)
    if "made_inputs" not in arrays:
        return style.empty(words, "method")
    inputs = arrays["made_inputs"]
    same = int((_chosen(arrays, "teacher") == _chosen(arrays, "distilled")).sum())
    drawn = _generated_inputs(inputs, arrays, history.classes, words)
    return drawn | {"message": message_text(words, "generated", same=same, count=len(inputs))}


def _generated_inputs(
    inputs: np.ndarray, arrays: Arrays, classes: Sequence[str], words: Words
) -> dict[str, Any]:
    if inputs.ndim == 4:
        return _pictures(inputs, arrays, classes, words)
    draw = _points if inputs.shape[1] == 2 else _columns
    return draw(inputs, arrays["watched_points"], arrays, classes, words)


def _pictures(
    images: np.ndarray, arrays: Arrays, classes: Sequence[str], words: Words
) -> dict[str, Any]:
    places = [divmod(at, COLUMNS) for at in range(len(images))]
    rows = places[-1][0] + 1
    axis = {"visible": False, "fixedrange": True}
    return {
        "data": [
            _answers(
                learner,
                arrays,
                classes,
                words,
                [column for _, column in places],
                [row + TEXT[learner] for row, _ in places],
            )
            for learner in TEXT
        ],
        "layout": {
            "xaxis": axis | {"range": [-0.5, COLUMNS - 0.5]},
            "yaxis": axis | {"range": [rows, 0]},
            "images": [
                {
                    "source": png_address(image),
                    "xref": "x",
                    "yref": "y",
                    "x": column,
                    "y": row,
                    "sizex": 0.9,
                    "sizey": PICTURE,
                    "xanchor": "center",
                    "yanchor": "top",
                    "sizing": "contain",
                }
                for image, (row, column) in zip(images, places, strict=True)
            ],
            "hovermode": "closest",
        },
        "sheet": _sheet(arrays, classes, words),
    }


def _sheet(arrays: Arrays, classes: Sequence[str], words: Words) -> dict[str, Any]:
    """Number, class and probability of both answers, a row an input."""
    answers = [(_chosen(arrays, learner), _probabilities(arrays, learner)) for learner in TEXT]
    names = [learner_name(words, learner) for learner in TEXT]
    return {
        "columns": [
            words["chart.number"],
            *(column for name in names for column in (name, f"p({name})")),
        ],
        "rows": [
            [
                at + 1,
                *(
                    value
                    for chosen, shares in answers
                    for value in (classes[chosen[at]], float(shares[at].max()))
                ),
            ]
            for at in range(len(arrays["made_inputs"]))
        ],
    }


def _points(
    points: np.ndarray, real: np.ndarray, arrays: Arrays, classes: Sequence[str], words: Words
) -> dict[str, Any]:
    sentences = _sentences(arrays, classes, words)
    same = _chosen(arrays, "teacher") == _chosen(arrays, "distilled")
    kinds = (
        ("same_answer", same, "circle", style.COLOURS["distilled"]),
        ("other_answer", ~same, "diamond", style.GAP),
    )
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": words["chart.real_examples"],
            "x": real[:, 0].tolist(),
            "y": real[:, 1].tolist(),
            "hoverinfo": "skip",
            "marker": {"color": REAL, "size": 6, "opacity": 0.5},
        }
    ]
    data += [
        {
            "type": "scatter",
            "mode": "markers",
            "name": words[f"chart.{title}"],
            "x": points[chosen, 0].tolist(),
            "y": points[chosen, 1].tolist(),
            "text": [text for text, of in zip(sentences, chosen, strict=True) if of],
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {"color": colour, "symbol": symbol, "size": 10},
        }
        for title, chosen, symbol, colour in kinds
    ]
    return {"data": data, "layout": {"hovermode": "closest"}}


def _columns(
    rows: np.ndarray, real: np.ndarray, arrays: Arrays, classes: Sequence[str], words: Words
) -> dict[str, Any]:
    deviation = real.std(0)
    standard = (rows - real.mean(0)) / np.where(deviation > 0, deviation, 1)
    answers = [[style.shorten(classes[at]) for at in _chosen(arrays, learner)] for learner in TEXT]
    sentences = _sentences(arrays, classes, words)
    return {
        "data": [
            {
                "type": "heatmap",
                "z": standard.T.tolist(),
                "zmin": -STRONGEST,
                "zmax": STRONGEST,
                "showscale": False,
                "colorscale": ABOVE_AND_BELOW,
                "xgap": 1,
                "text": [sentences] * rows.shape[1],
                "hovertemplate": "%{text}<br>%{z:.1f}σ<extra></extra>",
            }
        ],
        "layout": {
            "xaxis": {
                "tickvals": list(range(len(rows))),
                "showgrid": False,
                "zeroline": False,
                "ticktext": ["<br>".join(pair) for pair in zip(*answers, strict=True)],
                "title": {"text": words["chart.both_answers"]},
            },
            "yaxis": {
                "title": {"text": words["chart.feature"]},
                "autorange": "reversed",
                "showgrid": False,
                "zeroline": False,
            },
        },
    }


def _answers(
    learner: str, arrays: Arrays, classes: Sequence[str], words: Words, x: list[int], y: list[float]
) -> dict[str, Any]:
    """A learner's answers as text; in another colour where they are not the teacher's."""
    shares, chosen = _probabilities(arrays, learner), _chosen(arrays, learner)
    colour = style.COLOURS[learner]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": learner_name(words, learner),
        "x": x,
        "y": y,
        "hovertext": _sentences(arrays, classes, words),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "text": [
            f"{style.shorten(classes[at])} · {row[at]:.0%}"
            for at, row in zip(chosen, shares, strict=True)
        ],
        "marker": {"color": colour, "symbol": style.MARKERS[learner], "opacity": 0},
        "textfont": {
            "color": [
                colour if same else style.GAP for same in chosen == _chosen(arrays, "teacher")
            ]
        },
    }


def _sentences(arrays: Arrays, classes: Sequence[str], words: Words) -> list[str]:
    """The three likeliest classes of teacher and student, at the pointer."""
    lines = []
    for learner in TEXT:
        shares = _probabilities(arrays, learner)
        best = np.argsort(-shares, axis=1, kind="stable")[:, :3]
        lines.append(
            [
                f"<b>{learner_name(words, learner)}</b>: "
                + ", ".join(f"{style.escape_tags(classes[at])} {row[at]:.0%}" for at in few)
                for few, row in zip(best, shares, strict=True)
            ]
        )
    return ["<br>".join(pair) for pair in zip(*lines, strict=True)]


def _probabilities(arrays: Arrays, learner: str) -> np.ndarray:
    """``[n, classes]``, at T = 1."""
    logits = arrays["made_teacher" if learner == "teacher" else "made_student"].astype(np.float64)
    powers = np.exp(logits - logits.max(1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(1, keepdims=True)
    return shares


def _chosen(arrays: Arrays, learner: str) -> np.ndarray:
    chosen: np.ndarray = _probabilities(arrays, learner).argmax(1)
    return chosen
