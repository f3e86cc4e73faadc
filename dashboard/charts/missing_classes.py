"""Classes that the students never see: what a bias at their logits brings back, and costs."""

from dataclasses import dataclass
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import SEMICOLON, list_learners, message_text
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words
from kdcore.events import Diagnosis
from kdcore.jobs.run.events import Snapshot
from kdcore.jobs.run.record import RunRecord

SHOWN = ("plain", "distilled")
ROOM = 1.7
"""Times the errors without a bias, to where the axis of all errors reaches: far out it is lost."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One learner's errors by bias, each a column."""

    biases: tuple[float, ...]
    errors: tuple[float, ...]
    """On test data."""
    missed: tuple[float, ...]
    """Of them, those on the missing classes."""
    validation_errors: tuple[float, ...]

    @property
    def best(self) -> float:
        """The bias with the fewest errors on validation data; of equals the nearest to 0.

        Example:
            >>> Curve((-1.0, 0.0, 1.0, 2.0), (1, 1, 2, 0), (1, 1, 0, 0), (9, 8, 4, 4)).best
            1.0
        """
        return min(zip(self.validation_errors, map(abs, self.biases), self.biases, strict=True))[2]

    def at(self, bias: float) -> tuple[int, int]:
        """Errors on test data and how many of them are on the missing classes."""
        at_bias = self.biases.index(bias)
        return int(self.errors[at_bias]), int(self.missed[at_bias])


def curve_of(diagnosis: Diagnosis) -> Curve:
    """A learner's curve; the diagnosis must have one."""
    biases, errors, missed, validation_errors, _ = zip(*diagnosis.missing_classes, strict=True)
    return Curve(biases, errors, missed, validation_errors)


def curves(snapshot: Snapshot) -> dict[str, Curve]:
    """The students' curves; none where no class is missing."""
    return {
        name: curve_of(snapshot.learners[name])
        for name in SHOWN
        if name in snapshot.learners and snapshot.learners[name].missing_classes
    }


def missing_examples(diagnosis: Diagnosis, classes: list[str], dropped: str) -> int:
    """How many test examples are of the classes that ``dropped`` names."""
    names = [name.strip() for name in dropped.split(",")]
    return sum(
        sum(row) for row, name in zip(diagnosis.confusion, classes, strict=True) if name in names
    )


def figure(
    snapshot: Snapshot, words: Words, *, history: RunRecord, bias: float = 0.0, **_: Any
) -> dict[str, Any]:
    """Share of wrong answers by bias: of all test examples, and of those of the missing classes.

    Thin lines are validation data, by which the bias under the large marker is chosen.
    """
    shown = curves(snapshot)
    if not shown or not history.started:
        return style.empty(words, "missing")
    size, held_out = history.started.test_size, history.started.validation_size
    missing = missing_examples(
        next(iter(snapshot.learners.values())), history.classes, history.config["drop_classes"]
    )
    data: list[dict[str, Any]] = []
    for name, curve in shown.items():
        data.append(
            style.trail(
                words,
                name,
                curve.biases,
                [count / held_out for count in curve.validation_errors],
                hoverinfo="skip",
                meta={
                    "label": words["chart.validation_of"].format(learner=learner_name(words, name))
                },
            )
        )
        for axis, counts, total in (("", curve.errors, size), ("2", curve.missed, missing)):
            shares = [count / total for count in counts]
            data.append(
                style.line(
                    words,
                    name,
                    curve.biases,
                    shares,
                    mode="lines",
                    xaxis=f"x{axis}",
                    yaxis=f"y{axis}",
                    showlegend=not axis,
                    legendgroup=name,
                    hovertemplate="%{x}: %{y:.1%}",
                )
            )
            data.append(
                style.line(
                    words,
                    name,
                    [curve.best],
                    [shares[curve.biases.index(curve.best)]],
                    mode="markers",
                    xaxis=f"x{axis}",
                    yaxis=f"y{axis}",
                    showlegend=False,
                    meta={"skip": True},
                    marker={
                        "color": style.COLOURS[name],
                        "symbol": style.MARKERS[name],
                        "size": 12,
                    },
                    hovertemplate=words["chart.bias_chosen"],
                )
            )
    domains = [style.panels(2, at) for at in range(2)]
    top = min(1.0, ROOM * max(curve.at(0.0)[0] for curve in shown.values()) / size)
    return {
        "data": data,
        "layout": {
            "xaxis": {"domain": domains[0], "title": {"text": words["chart.bias"]}},
            "xaxis2": {
                "domain": domains[1],
                "title": {"text": words["chart.bias"]},
                "anchor": "y2",
            },
            "yaxis": {"tickformat": style.PER_CENT, "range": [0, max(top, 0.01)]},
            "yaxis2": {"tickformat": style.PER_CENT, "range": [0, 1.02], "anchor": "x2"},
            "hovermode": "x",
            "annotations": [
                style.heading(f"<b>{words[f'chart.{title}']}</b>", domain)
                for title, domain in zip(
                    ("errors_of_all", "errors_of_missing"), domains, strict=True
                )
            ],
            "shapes": [
                {
                    "type": "line",
                    "x0": bias,
                    "x1": bias,
                    "y0": 0,
                    "y1": 1,
                    "xref": f"x{axis}",
                    "yref": "paper",
                    "line": {"width": 1.5, "dash": "dot", "color": "#8a94a0"},
                }
                for axis in ("", "2")
            ],
        },
        "message": message_text(
            words,
            "missing_classes",
            bias=f"{bias:g}",
            values=list_learners(
                words,
                {name: _shares(curve, bias, size, missing, words) for name, curve in shown.items()},
                SEMICOLON,
            ),
        ),
    }


def _shares(curve: Curve, bias: float, size: int, missing: int, words: Words) -> str:
    """Shares of wrong answers at a bias, in words."""
    errors, missed = curve.at(min(curve.biases, key=lambda known: abs(known - bias)))
    return message_text(
        words, "missing_classes_of", all=f"{errors / size:.1%}", missing=f"{missed / missing:.1%}"
    )
