"""Which temperature fits best afterwards, on validation data."""

from typing import Any

import numpy as np

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import LEARNERS
from dashboard.text.phrases import Words
from kdcore.jobs.run.events import Snapshot


def figure(snapshot: Snapshot, words: Words, **_: Any) -> dict[str, Any]:
    """NLL against the temperature that divides the logits, the minimum marked."""
    data, texts = [], {}
    for learner in LEARNERS:
        if diagnosis := snapshot.learners.get(learner):
            temperatures, losses = zip(*diagnosis.validation_nll_curve, strict=True)
            fitted = diagnosis.temperature_fitted
            least = float(np.interp(fitted, temperatures, losses))
            texts[learner] = message_text(
                words, "nll_curve_of", temperature=f"{fitted:.2f}", nll=f"{least:.3f}"
            )
            data.append(
                style.line(
                    words,
                    learner,
                    temperatures,
                    losses,
                    mode="lines",
                    hovertemplate="T = %{x:.2f}: %{y:.3f}",
                )
            )
            data.append(
                style.line(
                    words,
                    learner,
                    [fitted],
                    [least],
                    mode="markers",
                    showlegend=False,
                    hovertemplate=f"T_cal = {fitted:.2f}",
                    meta={"skip": True},
                    marker={
                        "color": style.COLOURS[learner],
                        "symbol": style.MARKERS[learner],
                        "size": 12,
                    },
                )
            )
    return {
        "data": data,
        "layout": {
            "xaxis": {
                "title": {"text": words["chart.t_cal"]},
                "type": "log",
                "tickvals": [0.1, 0.25, 0.5, 1, 2, 4, 8, 16],
            },
            "yaxis": {
                "title": {"text": words["chart.validation_nll"]},
                "type": "log",
                "tickvals": [0.05, 0.1, 0.2, 0.5, 1, 2, 5],
            },
            "shapes": [
                {
                    "type": "line",
                    "x0": 1,
                    "x1": 1,
                    "y0": 0,
                    "y1": 1,
                    "yref": "paper",
                    "line": {"dash": "dot", "width": 1, "color": "#8a94a0"},
                }
            ],
        },
        "message": message_text(words, "nll_curve", values=list_learners(words, texts)),
    }
