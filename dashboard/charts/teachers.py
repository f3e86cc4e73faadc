"""All teachers, one after the other, and what came of them.

Three teachers are three different teachers once more when they are joined: the mean of their
probabilities, the mean of their logits, or each one's own loss.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_values, message_text
from dashboard.text.names import learner_name, role_name
from dashboard.text.phrases import Words, phrase
from kdcore.events import TeacherScores
from kdcore.jobs.run.record import RunRecord

ROOM = 0.03
"""Below the lowest accuracy, so that small differences can be seen."""


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Test accuracy and calibration error of teachers, alone and together, and of the students."""
    if not history.prepared:
        return style.not_yet(words, "time", over=history.over)
    if not history.prepared.teachers:
        return style.empty(words, "one_teacher")
    rows = [
        (_title(one, words, history.config), one.scores, "teacher")
        for one in history.prepared.teachers
    ]
    end = history.finished
    if history.evaluations:
        newest = end.students if end and end.students else history.evaluations[-1][1]
        rows += [
            (learner_name(words, learner), scores, learner) for learner, scores in newest.items()
        ]
    hover = "%{x:.1%} · %{customdata}<extra></extra>"
    accuracies = [scores.test_accuracy for _, scores, _ in rows]
    low, high = max(0.0, min(accuracies) - ROOM), min(1.0, max(accuracies) + ROOM)
    bars = {
        "type": "bar",
        "orientation": "h",
        "showlegend": False,
        "y": [title for title, _, _ in rows],
        "x": accuracies,
        "text": [f"{scores.test_accuracy:.1%} · ECE {scores.ece:.3f}" for _, scores, _ in rows],
        "textposition": "auto",
        "insidetextanchor": "end",
        "customdata": [
            phrase(words, "count.errors", count=scores.test_errors) for _, scores, _ in rows
        ],
        "marker": {"color": [style.COLOURS[learner] for _, _, learner in rows]},
        "hovertemplate": hover,
    }
    return {
        "data": [bars],
        "layout": {
            "xaxis": {
                "title": {"text": words["chart.test_accuracy"]},
                "tickformat": style.PER_CENT,
                "range": [low, high],
            },
            "yaxis": {"autorange": "reversed", "automargin": True},
        },
        "message": message_text(
            words,
            "teachers",
            values=list_values(
                words, [(title, f"{scores.test_accuracy:.1%}") for title, scores, _ in rows]
            ),
        ),
    }


def _title(one: TeacherScores, words: Words, config: Mapping[str, Any]) -> str:
    if one.role != "together":
        return f"{role_name(words, one.role)} · {one.model}"
    in_use = f" {words['chart.in_use']}" if one.model == config["teacher_mixing"] else ""
    return words[f"chart.together_{one.model}"] + in_use
