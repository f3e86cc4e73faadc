"""Test accuracy after each epoch, the teacher as a line."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.charts.parts.parent import parent_line
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

ROOM = 0.04
"""Below the lowest test accuracy and above the highest."""


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Accuracy over the epochs."""
    if not history.prepared:
        return style.not_yet(words, "time", over=history.over)
    data = []
    lowest, highest = 1.0, 0.0
    if history.teacher:
        level = history.teacher.test_accuracy
        lowest = highest = level
        data.append(
            style.line(
                words, "teacher", [0, history.config["epochs"]], [level, level], mode="lines"
            )
        )
    for student in history.students:
        scores = [scores[student].test_accuracy for _, scores in history.evaluations]
        lowest, highest = min([lowest, *scores]), max([highest, *scores])
        data.append(style.line(words, student, [at for at, _ in history.evaluations], scores))
    if history.parent:
        past = history.parent.evaluations
        for student in history.parent.students:
            scores = [scores[student].test_accuracy for _, scores in past]
            lowest, highest = min([lowest, *scores]), max([highest, *scores])
            data += parent_line(history, words, student, [at for at, _ in past], scores)
    low = max(0.0, lowest - ROOM) if history.evaluations else 0.0
    high = min(1.005, highest + ROOM) if history.evaluations else 1.005
    return {
        "data": data,
        "layout": timeline.layout(
            history,
            words,
            words["chart.test_accuracy"],
            tickformat=style.PER_CENT,
            hoverformat=".1%",
            range=[low, high],
        ),
    }
