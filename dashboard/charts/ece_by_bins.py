"""Why 15 bins? The calibration error by the number of bins, and the one without any."""

from typing import Any

import numpy as np

from dashboard.charts.parts import style
from dashboard.charts.parts.bins import WAYS, expected_calibration_error, merge_bins
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.run.events import Snapshot

COUNTS = (1, 2, 3, 4, *WAYS)
"""Numbers of bins that the recorded 60 can be merged to."""
USUAL = 15
DRAWS = 300
"""Of right and wrong answers, by which chance is measured."""


def figure(
    snapshot: Snapshot, words: Words, *, calibrated: bool = False, **_: Any
) -> dict[str, Any]:
    """ECE by bins for each learner, thin what a calibrated one would show, and SmoothECE level."""
    data: list[dict[str, Any]] = []
    values = {}
    for learner in LEARNERS:
        if diagnosis := snapshot.learners.get(learner):
            fine = diagnosis.bins_calibrated if calibrated else diagnosis.bins
            summary = diagnosis.calibrated if calibrated else diagnosis.calibration
            name = learner_name(words, learner)
            errors = [expected_calibration_error(merge_bins(fine, bins)) for bins in COUNTS]
            data.append(style.line(words, learner, COUNTS, errors, hovertemplate="%{y:.2%}"))
            data.append(
                style.trail(
                    words,
                    learner,
                    COUNTS,
                    [error_by_chance(fine, bins) for bins in COUNTS],
                    hovertemplate="%{y:.2%}",
                    meta={"label": phrase(words, "chart.by_chance", learner=name)},
                )
            )
            smooth = summary.get("smooth_ece")
            if smooth is not None:
                data.append(
                    style.trail(
                        words,
                        learner,
                        [COUNTS[0], COUNTS[-1]],
                        [smooth, smooth],
                        line={"color": style.COLOURS[learner], "dash": "longdash", "width": 1.6},
                        opacity=0.8,
                        hovertemplate="SmoothECE %{y:.2%}",
                        meta={"label": phrase(words, "chart.smooth_ece_of", learner=name)},
                    )
                )
            values[learner] = message_text(
                words,
                "ece_by_bins_of" if smooth is not None else "ece_by_bins_of_old",
                few=f"{errors[COUNTS.index(5)]:.2%}",
                usual=f"{errors[COUNTS.index(USUAL)]:.2%}",
                many=f"{errors[-1]:.2%}",
                smooth="" if smooth is None else f"{smooth:.2%}",
            )
    return {
        "data": data,
        "layout": {
            "xaxis": {
                "title": {"text": words["chart.bins"]},
                "type": "log",
                "tickvals": list(COUNTS),
            },
            "yaxis": {
                "title": {"text": words["chart.calibration_error"]},
                "tickformat": style.PER_CENT,
                "rangemode": "tozero",
            },
            "shapes": [
                {
                    "type": "line",
                    "x0": USUAL,
                    "x1": USUAL,
                    "y0": 0,
                    "y1": 1,
                    "yref": "paper",
                    "line": {"dash": "dot", "width": 1, "color": "#8a94a0"},
                }
            ],
        },
        "message": message_text(
            words, "ece_by_bins", values=list_learners(words, values, "message.semicolon")
        ),
    }


def error_by_chance(fine: list[list[float]], bins: int) -> float:
    """The mean ECE where every answer is right with just the probability that it claims.

    Args:
        fine: ``[count, sum of confidence, sum of right answers]`` by fine bin.
        bins: into which they are merged.
    """
    count, confidence = np.array(fine)[:, :2].T
    mean = np.divide(confidence, count, out=np.zeros_like(count), where=count > 0)
    random = np.random.default_rng(0)
    right = random.binomial(count.astype(int), mean.clip(0, 1), (DRAWS, len(fine)))
    gaps = (right - confidence).reshape(DRAWS, bins, -1).sum(2)
    return float(np.abs(gaps).sum(1).mean() / count.sum())
