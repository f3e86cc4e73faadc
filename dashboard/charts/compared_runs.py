"""One learner's curve in several runs, each run in a colour of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_values, message_text
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

MOST = 24
"""Runs in one chart."""
METRICS = ("test_accuracy", "ece", "nll", "agreement", "kl_to_teacher")
"""Of ``Scores``; the first is the usual one."""
SHARES = ("test_accuracy", "ece", "agreement")
"""Metrics that are shown in per cent."""
LEARNERS = ("distilled", "plain")
"""Whose curve may be shown; the first is the usual one."""
MARKERS = ("circle", "square", "diamond", "triangle-up", "x", "star")
DASHES = ("solid", "dash", "dot", "dashdot")
"""Of the first six runs, of the next six, and so on, which have the same colours."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A run and what it is called beside the others."""

    title: str
    history: RunRecord


def figure(
    runs: Sequence[Compared], words: Words, *, metric: str = METRICS[0], learner: str = LEARNERS[0]
) -> dict[str, Any]:
    """The metric after each epoch.

    Args:
        runs: ``MOST`` at most.
        words: of the viewer's language.
        metric: one of ``METRICS``.
        learner: one of ``LEARNERS``.
    """
    lines, newest = [], []
    for at, run in enumerate(runs):
        points = [
            (epoch, value)
            for epoch, scores in run.history.evaluations
            if learner in scores and (value := getattr(scores[learner], metric)) is not None
        ]
        if not points:
            continue
        colour = style.SEQUENCE[at % len(style.SEQUENCE)]
        last = points[-1][1]
        newest.append((run.title, f"{last:.1%}" if metric in SHARES else f"{last:.4g}"))
        lines.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": style.escape_tags(run.title),
                "x": [epoch for epoch, _ in points],
                "y": [value for _, value in points],
                "line": {
                    "color": colour,
                    "width": 2.5,
                    "dash": DASHES[at // len(style.SEQUENCE) % len(DASHES)],
                },
                "marker": {"color": colour, "symbol": MARKERS[at % len(MARKERS)], "size": 7},
                "hovertemplate": "%{y:.1%}" if metric in SHARES else "%{y:.4g}",
            }
        )
    if not lines:
        return style.not_yet(words, "scores", over=all(run.history.over for run in runs))
    return {
        "data": lines,
        "layout": {
            "xaxis": {"title": {"text": words["chart.epoch"]}},
            "yaxis": {
                "title": {"text": words[f"compared.{metric}"]},
                "tickformat": style.PER_CENT if metric in SHARES else "",
            },
            "hovermode": "x",
        },
        "message": message_text(
            words,
            "compared_runs",
            learner=learner_name(words, learner),
            metric=words[f"compared.{metric}"],
            values=list_values(words, newest),
        ),
    }
