"""Some test examples with every learner's set of classes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dashboard.charts.parts import style
from dashboard.charts.parts.kept_texts import kept_texts
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.charts.parts.picture import png_address
from dashboard.charts.parts.uncertainty import level_of, none_measured, scores_of
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.events import COVERAGES
from kdcore.inputs import INPUT_KINDS
from kdcore.jobs.run.record import RunRecord

COLUMNS = 6
"""Examples side by side."""
IMAGES = 4
"""Axes of images ``[n, h, w, c]``."""
PICTURE = 0.5
"""Of a row's height; below it stand the sets."""
FIRST, STEP = 0.58, 0.115
"""Where the true class stands, and how far below it the sets, line by line."""
MISSED = "✗"
"""Before a set without the true class."""
MOST = 3
"""Classes of a set that are named."""


def figure(
    history: RunRecord,
    words: Words,
    *,
    arrays: Mapping[str, np.ndarray],
    coverage: float = 0.9,
    sets: str = "lac",
    **_: Any,
) -> dict[str, Any]:
    """Pictures with their true class and the sets below; ✗ where it is not in the set.

    Args:
        history: of the run.
        words: of the language.
        arrays: ``set_images`` as ``uint8 [n, h, w, c]`` of images,
            ``set_labels`` ``[n]`` and by learner ``LEARNER_SETS`` ``[coverages, n, classes]``.
        coverage: that was promised.
        sets: ``lac`` or ``aps``.
    """
    scores = scores_of(history)
    if not scores or "set_labels" not in arrays:
        return none_measured(history, words)
    labels, classes = arrays["set_labels"], history.classes
    level = level_of(coverage)
    chosen = {learner: arrays[f"{learner}_{sets}"][level] > 0 for learner in scores}
    places = [divmod(at, COLUMNS) for at in range(len(labels))]
    rows = places[-1][0] + 1
    axis = {"visible": False, "fixedrange": True}
    missed = {
        learner: f"{int((~own[np.arange(len(labels)), labels]).sum())}"
        for learner, own in chosen.items()
    }
    named = [f"set_{kind.picture}" for kind in INPUT_KINDS.values() if kind.picture]
    named.append("set_inputs")  # of earlier versions
    kept = next((arrays[name] for name in named if name in arrays), None)
    images = () if kept is None or kept.ndim != IMAGES else kept
    return {
        "data": [
            *_written(kept_texts(arrays, "set"), words, places),
            _truth(labels, classes, words, places),
            *(
                _sets_of(learner, own, labels, classes, words, places, at)
                for at, (learner, own) in enumerate(chosen.items(), start=1)
            ),
        ],
        "layout": {
            "xaxis": axis | {"range": [-0.5, COLUMNS - 0.5]},
            "yaxis": axis | {"range": [rows, 0]},
            "hovermode": "closest",
            "images": [
                {
                    "source": png_address(image),
                    "xref": "x",
                    "yref": "y",
                    "x": column,
                    "y": row + 0.02 + PICTURE,
                    "sizex": 0.9,
                    "sizey": PICTURE,
                    "xanchor": "center",
                    "yanchor": "bottom",  # beside its sets, also where it is small
                    "sizing": "contain",
                }
                for image, (row, column) in zip(images, places, strict=bool(len(images)))
            ],
        },
        "sheet": {
            "columns": [
                words["chart.number"],
                words["chart.true_class"],
                *(learner_name(words, learner) for learner in chosen),
            ],
            "rows": [
                [
                    at + 1,
                    classes[label],
                    *(_named(own[at], classes, words, len(classes)) for own in chosen.values()),
                ]
                for at, label in enumerate(labels)
            ],
        },
        "message": message_text(
            words,
            "conformal_examples",
            promised=f"{COVERAGES[level]:.0%}",
            count=len(labels),
            values=list_learners(words, missed),
        ),
    }


def _written(
    texts: Sequence[str], words: Words, places: Sequence[tuple[int, int]]
) -> list[dict[str, Any]]:
    """The texts, where pictures would be."""
    if not texts:
        return []
    return [
        {
            "type": "scatter",
            "mode": "text",
            "name": words["preview.text"],
            "showlegend": False,
            "x": [column for _, column in places],
            "y": [row + PICTURE for row, _ in places],
            "text": list(texts),
            "textposition": "top center",
            "hoverinfo": "skip",
            "textfont": {"size": 11},
        }
    ]


def _truth(
    labels: np.ndarray, classes: Sequence[str], words: Words, places: Sequence[tuple[int, int]]
) -> dict[str, Any]:
    """The true class below each picture."""
    return {
        "type": "scatter",
        "mode": "text",
        "name": words["chart.true_class"],
        "showlegend": False,
        "x": [column for _, column in places],
        "y": [row + FIRST for row, _ in places],
        "text": [f"<b>{style.escape_tags(style.shorten(classes[label]))}</b>" for label in labels],
        "hoverinfo": "skip",
        "textfont": {"size": 12},
    }


def _sets_of(
    learner: str,
    chosen: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    words: Words,
    places: Sequence[tuple[int, int]],
    line: int,
) -> dict[str, Any]:
    colour = style.COLOURS[learner]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": learner_name(words, learner),
        "x": [column for _, column in places],
        "y": [row + FIRST + line * STEP for row, _ in places],
        "text": [
            f"{'' if own[label] else f'{MISSED} '}{style.escape_tags(_named(own, classes, words))}"
            for own, label in zip(chosen, labels, strict=True)
        ],
        "hovertext": [
            phrase(
                words,
                "chart.set_hover",
                truth=style.escape_tags(classes[label]),
                classes=style.escape_tags(_named(own, classes, words, len(classes))),
            )
            for own, label in zip(chosen, labels, strict=True)
        ],
        "hovertemplate": "%{hovertext}",
        "marker": {"color": colour, "symbol": style.MARKERS[learner], "opacity": 0},
        "textfont": {"size": 11, "color": colour},
    }


def _named(chosen: np.ndarray, classes: Sequence[str], words: Words, most: int = MOST) -> str:
    """``{3,8}``; of a large set how many classes it has."""
    found = np.flatnonzero(chosen).tolist()
    if len(found) > most:
        return phrase(words, "chart.set_many", count=len(found))
    return f"{{{','.join(style.shorten(classes[at]) for at in found)}}}"
