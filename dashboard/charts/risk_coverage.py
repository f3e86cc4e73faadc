"""The error among the most confident answers."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.run.events import Snapshot


def figure(snapshot: Snapshot, words: Words, **_: Any) -> dict[str, Any]:
    """Error against the share of answers kept; the area under it in the legend."""
    data, areas = [], {}
    for learner in LEARNERS:
        if diagnosis := snapshot.learners.get(learner):
            coverage, risk = zip(*diagnosis.risk_coverage, strict=True)
            areas[learner] = area = f"{diagnosis.calibration['aurc']:.4f}"
            data.append(
                style.line(
                    words,
                    learner,
                    coverage,
                    risk,
                    mode="lines",
                    hovertemplate="%{x:.0%}: %{y:.2%}",
                    name=phrase(
                        words,
                        "app.with_details",
                        title=learner_name(words, learner),
                        details=f"AURC {area}",
                    ),
                )
            )
    return {
        "data": data,
        "layout": {
            "xaxis": {
                "title": {"text": words["chart.coverage"]},
                "tickformat": style.PER_CENT,
                "range": [0, 1.005],
            },
            "yaxis": {
                "title": {"text": words["chart.risk"]},
                "tickformat": ".1~%",
                "rangemode": "tozero",
            },
        },
        "message": message_text(words, "risk_coverage", values=list_learners(words, areas)),
    }
