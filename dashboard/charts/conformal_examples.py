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
LONGEST = 25
"""Letters of a set that fit into a column of half a narrow screen."""
BLOCK = 2
"""Columns that stay side by side on a narrow screen where what stands in them is long."""
SHORT = 2
"""Letters of a class that fit into a column of a narrow screen, three of them."""
LINES = 8
"""Lines of text in the height of a row, about."""

EACH = ("x", "y", "text", "hovertext")
"""What a trace has for each example."""

Place = tuple[str, int, int]
"""The suffix of an example's axes, its column there and its row."""


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
    texts = kept_texts(arrays, "set")
    in_blocks = bool(texts) or max(map(len, classes)) > SHORT
    width = BLOCK if in_blocks else COLUMNS
    places = [_place(at, width) for at in range(len(labels))]
    rows = places[-1][2] + 1
    missed = {
        learner: f"{int((~own[np.arange(len(labels)), labels]).sum())}"
        for learner, own in chosen.items()
    }
    named = [f"set_{kind.picture}" for kind in INPUT_KINDS.values() if kind.picture]
    named.append("set_inputs")  # of earlier versions
    kept = next((arrays[name] for name in named if name in arrays), None)
    images = () if kept is None or kept.ndim != IMAGES else kept
    return {
        "data": _by_block(
            [
                *_written(texts, words, places),
                _truth(labels, classes, words, places),
                *(
                    _sets_of(learner, own, labels, classes, words, places, at)
                    for at, (learner, own) in enumerate(chosen.items(), start=1)
                ),
            ],
            [axes for axes, _, _ in places],
        ),
        "layout": _axes(width, rows)
        | {
            "hovermode": "closest",
            "images": [
                {
                    "source": png_address(image),
                    "xref": f"x{axes}",
                    "yref": f"y{axes}",
                    "x": column,
                    "y": row + 0.02 + PICTURE,
                    "sizex": 0.9,
                    "sizey": PICTURE,
                    "xanchor": "center",
                    "yanchor": "bottom",  # beside its sets, also where it is small
                    "sizing": "contain",
                }
                for image, (axes, column, row) in zip(images, places, strict=bool(len(images)))
            ],
        },
        **({"rows": rows * LINES} if in_blocks else {}),
        "sheet": {
            "columns": [
                words["chart.number"],
                words["chart.true_class"],
                *(learner_name(words, learner) for learner in chosen),
            ],
            "rows": [
                [at + 1, classes[label], *(_named(own[at], classes) for own in chosen.values())]
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


def _place(at: int, width: int) -> Place:
    """Where example ``at`` stands, in blocks of ``width`` columns beside each other."""
    row, column = divmod(at, COLUMNS)
    block, column = divmod(column, width)
    return ("" if block == 0 else str(block + 1)), column, row


def _axes(width: int, rows: int) -> dict[str, Any]:
    """A pair of axes for each block; where they have little room they are put below each other."""
    hidden = {"visible": False, "fixedrange": True}
    share = width / COLUMNS
    axes: dict[str, Any] = {}
    for block in range(COLUMNS // width):
        name = "" if block == 0 else str(block + 1)
        axes[f"xaxis{name}"] = hidden | {
            "range": [-0.5, width - 0.5],
            "domain": [block * share, (block + 1) * share],
            "anchor": f"y{name}",
        }
        axes[f"yaxis{name}"] = hidden | {"range": [rows, 0], "anchor": f"x{name}"}
    return axes


def _by_block(traces: Sequence[dict[str, Any]], axes: Sequence[str]) -> list[dict[str, Any]]:
    """Each trace once for every block, with what stands there; a legend names it once."""
    blocks = list(dict.fromkeys(axes))
    return [
        trace
        | {key: _of_block(trace[key], axes, block) for key in EACH if key in trace}
        | {"xaxis": f"x{block}", "yaxis": f"y{block}"}
        | ({"showlegend": False} if block else {})
        for trace in traces
        for block in blocks
    ]


def _of_block(values: Sequence[Any], axes: Sequence[str], block: str) -> list[Any]:
    return [value for value, own in zip(values, axes, strict=True) if own == block]


def _written(texts: Sequence[str], words: Words, places: Sequence[Place]) -> list[dict[str, Any]]:
    """The texts, where pictures would be."""
    if not texts:
        return []
    return [
        {
            "type": "scatter",
            "mode": "text",
            "name": words["preview.text"],
            "showlegend": False,
            "x": [column for _, column, _ in places],
            "y": [row + PICTURE for _, _, row in places],
            "text": list(texts),
            "textposition": "top center",
            "hoverinfo": "skip",
            "textfont": {"size": 11},
        }
    ]


def _truth(
    labels: np.ndarray, classes: Sequence[str], words: Words, places: Sequence[Place]
) -> dict[str, Any]:
    """The true class below each picture."""
    return {
        "type": "scatter",
        "mode": "text",
        "name": words["chart.true_class"],
        "showlegend": False,
        "x": [column for _, column, _ in places],
        "y": [row + FIRST for _, _, row in places],
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
    places: Sequence[Place],
    line: int,
) -> dict[str, Any]:
    colour = style.COLOURS[learner]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": learner_name(words, learner),
        "x": [column for _, column, _ in places],
        "y": [row + FIRST + line * STEP for _, _, row in places],
        "text": [
            f"{'' if own[label] else f'{MISSED} '}{style.escape_tags(_drawn(own, classes, words))}"
            for own, label in zip(chosen, labels, strict=True)
        ],
        "hovertext": [
            phrase(
                words,
                "chart.set_hover",
                truth=style.escape_tags(classes[label]),
                classes=style.escape_tags(_named(own, classes)),
            )
            for own, label in zip(chosen, labels, strict=True)
        ],
        "hovertemplate": "%{hovertext}",
        "marker": {"color": colour, "symbol": style.MARKERS[learner], "opacity": 0},
        "textfont": {"size": 11, "color": colour},
    }


def _drawn(chosen: np.ndarray, classes: Sequence[str], words: Words) -> str:
    """``{3,8}``; of a set for which there is no room how many classes it has."""
    count = int(chosen.sum())
    named = _named(chosen, classes)
    if count > MOST or (count > 1 and len(named) > LONGEST):
        return phrase(words, "chart.set_many", count=count)
    return named


def _named(chosen: np.ndarray, classes: Sequence[str]) -> str:
    return f"{{{','.join(style.shorten(classes[at]) for at in np.flatnonzero(chosen).tolist())}}}"
