"""All that taught, one after the other, and what came of it."""

from typing import Any

from dashboard.charts import style
from dashboard.history import History

ROOM = 0.03
"""Below the lowest accuracy, so that small differences can be seen."""


def figure(history: History, words: style.Words) -> dict[str, Any]:
    """Test accuracy of each teacher and assistant, of all teachers together, of the students."""
    if not history.prepared:
        return style.empty(words, "time")
    if not history.prepared.teachers:
        return style.empty(words, "one_teacher")
    rows = [(f"{style.role(words, one.role)} · {one.model}", one.scores, "teacher")
            for one in history.prepared.teachers]  # fmt: skip
    # with assistants the last one is the students' teacher, and stands there already
    if history.teacher and history.prepared.teachers[-1].role.startswith("teacher"):
        rows.append((words["chart.teachers_together"], history.teacher, "teacher"))
    end = history.finished
    if history.evaluations:
        newest = end.students if end and end.students else history.evaluations[-1][1]
        rows += [(style.name(words, learner), scores, learner)
                 for learner, scores in newest.items()]  # fmt: skip
    told = f"%{{x:.1%}} · {words['chart.errors_short']} %{{customdata}}<extra></extra>"
    accuracies = [scores.test_accuracy for _, scores, _ in rows]
    low, high = max(0.0, min(accuracies) - ROOM), min(1.0, max(accuracies) + ROOM)
    bars = {
        "type": "bar", "orientation": "h", "showlegend": False,
        "y": [title for title, _, _ in rows], "x": accuracies,
        "text": [f"{accuracy:.1%}" for accuracy in accuracies], "textposition": "inside",
        "insidetextanchor": "end", "customdata": [scores.test_errors for _, scores, _ in rows],
        "marker": {"color": [style.COLOURS[learner] for _, _, learner in rows]},
        "hovertemplate": told,
    }  # fmt: skip
    return {
        "data": [bars],
        "layout": {
            "xaxis": {"title": {"text": words["chart.test_accuracy"]}, "tickformat": ".0%",
                      "range": [low, high]},
            "yaxis": {"autorange": "reversed", "automargin": True},
        },
    }  # fmt: skip
