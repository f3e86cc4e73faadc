"""Images in every severity of a corruption, and what each learner takes them for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.charts.parts.picture import png_address
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.robustness.record import RobustnessRecord

Arrays = Mapping[str, np.ndarray]
PICTURE = 0.6
"""Of a row's height; below it stand the answers."""
LINE = 0.12
"""Of a row's height, from one answer to the next."""
WRONG = "✗ "
SHORT, LETTERS = 2, 6
"""Letters of classes beside which there is room for a probability, and most letters of others."""
ROWS = 8
"""Lines of type for each row of pictures."""


def figure(record: RobustnessRecord, words: Words, *, arrays: Arrays, **_: Any) -> dict[str, Any]:
    """A column a severity, a row an image, answers in another colour where they are wrong.

    Args:
        record: of the test.
        words: of the language.
        arrays: see ``CorruptionEnded.pictures``; empty before the corruption is over.
    """
    if not arrays or record.started is None:
        return style.not_yet(words, "robust_soon", over=record.ended)
    classes = record.started.classes
    images, labels = arrays["images"], arrays["labels"]
    severities, count = images.shape[:2]
    places = [(severity, at) for at in range(count) for severity in range(severities)]
    shares = {
        learner: _probabilities(arrays[f"{learner}_logits"])
        for learner in LEARNERS
        if f"{learner}_logits" in arrays
    }
    right = {learner: int((own[-1].argmax(-1) == labels).sum()) for learner, own in shares.items()}
    axis = {"fixedrange": True, "showgrid": False, "zeroline": False}
    return {
        "data": [
            _answers(learner, number, own, labels, places, classes, words)
            for number, (learner, own) in enumerate(shares.items())
        ],
        "layout": {
            "xaxis": axis
            | {
                "range": [-0.5, severities - 0.5],
                "side": "top",
                "tickvals": list(range(severities)),
                "title": {"text": words["chart.severity"]},
            },
            "yaxis": axis
            | {
                "range": [count, 0],
                "tickvals": [at + PICTURE / 2 for at in range(count)],
                "ticktext": [style.escape_tags(style.shorten(classes[at])) for at in labels],
                "title": {"text": words["chart.true_class"]},
            },
            "images": [
                {
                    "source": png_address(images[severity, at]),
                    "xref": "x",
                    "yref": "y",
                    "x": severity,
                    "y": at + 0.02 + PICTURE,
                    "sizex": 0.9,
                    "sizey": PICTURE,
                    "xanchor": "center",
                    "yanchor": "bottom",  # beside its answers, also where it is small
                    "sizing": "contain",
                }
                for severity, at in places
            ],
            "hovermode": "closest",
        },
        "rows": ROWS * count,
        "sheet": {
            "columns": [
                words["chart.number"],
                words["chart.true_class"],
                words["chart.severity"],
                *(
                    column
                    for learner in shares
                    for column in (
                        learner_name(words, learner),
                        f"p({learner_name(words, learner)})",
                    )
                ),
            ],
            "rows": [
                [
                    at + 1,
                    classes[labels[at]],
                    severity,
                    *(
                        value
                        for own in shares.values()
                        for value in (
                            classes[own[severity, at].argmax()],
                            float(own[severity, at].max()),
                        )
                    ),
                ]
                for severity, at in places
            ],
        },
        "message": message_text(
            words,
            "robust_pictures",
            count=count,
            severity=severities - 1,
            values=list_learners(words, {learner: str(own) for learner, own in right.items()}),
        ),
    }


def _answers(
    learner: str,
    number: int,
    shares: np.ndarray,
    labels: np.ndarray,
    places: Sequence[tuple[int, int]],
    classes: Sequence[str],
    words: Words,
) -> dict[str, Any]:
    own = [shares[severity, at] for severity, at in places]
    chosen = [int(one.argmax()) for one in own]
    colour = style.COLOURS[learner]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": learner_name(words, learner),
        "x": [severity for severity, _ in places],
        "y": [at + PICTURE + 0.08 + LINE * number for _, at in places],
        "text": [
            ("" if answer == labels[at] else WRONG) + _short(classes, answer, one[answer])
            for answer, one, (_, at) in zip(chosen, own, places, strict=True)
        ],
        "hovertext": [
            f"<b>{learner_name(words, learner)}</b>: "
            + ", ".join(
                f"{style.escape_tags(classes[at])} {one[at]:.0%}" for at in np.argsort(-one)[:3]
            )
            for one in own
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": colour, "symbol": style.MARKERS[learner], "opacity": 0},
        "textfont": {
            "size": 10,
            "color": [
                colour if answer == labels[at] else style.GAP
                for answer, (_, at) in zip(chosen, places, strict=True)
            ],
        },
    }


def _short(classes: Sequence[str], answer: int, share: float) -> str:
    """An answer in the width of a picture on a phone; long names leave the probability out."""
    if max(map(len, classes)) <= SHORT:
        return f"{classes[answer]} {share:.0%}"
    return style.escape_tags(classes[answer][:LETTERS])


def _probabilities(logits: np.ndarray) -> np.ndarray:
    """``[severities, pictures, classes]``."""
    values = logits.astype(np.float64)
    powers = np.exp(values - values.max(-1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(-1, keepdims=True)
    return shares
