"""How the teacher itself learned."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.text.names import role_name
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

LINES = (
    ("train_accuracy", "chart.on_training", "dot"),
    ("validation_accuracy", "chart.on_validation", "dash"),
    ("test_accuracy", "chart.on_test", "solid"),
)


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Accuracy after each epoch of the teacher, of several the newest; or why there is none."""
    if not history.teacher_epochs:
        reason = {"cached": "cached", "loaded": "loaded", "none": "teacher"}
        source = history.prepared.teacher_source if history.prepared else ""
        if source in reason:
            return style.empty(words, reason[source])
        return style.not_yet(words, "teacher_soon", over=history.over)
    newest = history.teacher_epochs[-1].learner
    epochs = [epoch for epoch in history.teacher_epochs if epoch.learner == newest]
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": words[title],
            "x": [epoch.epoch for epoch in epochs],
            "y": [getattr(epoch, part) for epoch in epochs],
            "line": {"color": style.COLOURS["teacher"], "dash": dash, "width": 2},
            "marker": {"size": 6},
            "hovertemplate": "%{y:.1%}",
        }
        for part, title, dash in LINES
    ]
    return {
        "data": data,
        "layout": {
            "xaxis": {
                "title": {"text": words["chart.teacher_epoch"]},
                "range": [0, epochs[-1].epochs],
            },
            "yaxis": {"title": {"text": words["chart.accuracy"]}, "tickformat": style.PER_CENT},
            "hovermode": "x",
            "annotations": [
                style.heading(f"{role_name(words, newest)} · {epochs[-1].model}", [0, 1])
            ]
            if newest != "teacher"
            else [],
        },
    }
