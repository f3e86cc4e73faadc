"""How sure the learners are: test answers by confidence."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.bins import mean_confidence, merge_bins
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import LEARNERS
from dashboard.text.phrases import Words
from kdcore.jobs.run.events import Snapshot


def figure(
    snapshot: Snapshot, words: Words, *, bins: int = 15, calibrated: bool = False, **_: Any
) -> dict[str, Any]:
    """Steps of counts, on a logarithmic axis so that the few unsure ones are seen."""
    data, means = [], {}
    for learner in LEARNERS:
        if diagnosis := snapshot.learners.get(learner):
            shown = merge_bins(diagnosis.bins_calibrated if calibrated else diagnosis.bins, bins)
            means[learner] = f"{mean_confidence(shown):.1%}"
            data.append(
                style.line(
                    words,
                    learner,
                    [0, *(one.low for one in shown), 1],
                    [0.5, *(one.size or 0.5 for one in shown), 0.5],
                    mode="lines",
                    line={
                        "color": style.COLOURS[learner],
                        "dash": style.LINES[learner],
                        "width": 2.5,
                        "shape": "hv",
                    },
                    hovertemplate="%{y:.0f}",
                    meta={
                        "table": {"x": [one.low for one in shown], "y": [one.size for one in shown]}
                    },
                )
            )
    return {
        "data": data,
        "layout": {
            "xaxis": {"title": {"text": words["chart.confidence"]}, "range": [0, 1.005]},
            "yaxis": {"title": {"text": words["chart.answers_log"]}, "type": "log", "dtick": 1},
            "hovermode": "x",
        },
        "message": message_text(words, "confidence_histogram", values=list_learners(words, means)),
    }
