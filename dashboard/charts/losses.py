"""Each student's own loss."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.charts.parts.parent import parent_line
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Loss of the newest batches, and its mean over each epoch."""
    if not history.prepared:
        return style.not_yet(words, "time", over=history.over)
    data, trails = [], []
    for student in history.students:
        means = [epoch.students[student].train_loss for epoch in history.epochs]
        # the mean of an epoch stands in its middle
        data.append(
            style.line(
                words,
                student,
                [epoch.epoch - 0.5 for epoch in history.epochs],
                means,
                hovertemplate="%{y:.3f}",
            )
        )
    if history.parent:
        epochs = history.parent.epochs
        for student in history.parent.students:
            middles = [epoch.epoch - 0.5 for epoch in epochs]
            means = [epoch.students[student].train_loss for epoch in epochs]
            data += parent_line(history, words, student, middles, means, hovertemplate="%{y:.3f}")
    for student in history.students:
        columns = history.steps[student].columns
        trails.append(
            style.trail(
                words,
                student,
                columns["position"],
                columns["loss"],
                hoverinfo="skip",
                meta={
                    "label": words["chart.of_batches"].format(learner=learner_name(words, student))
                },
            )
        )
    return {
        "data": trails + data,
        "layout": timeline.layout(history, words, words["chart.loss"], rangemode="tozero"),
    }
