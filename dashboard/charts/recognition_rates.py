"""Character error rates of the test data, epoch by epoch of the students."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import LEARNERS
from dashboard.text.phrases import Words
from kdcore.jobs.recognition.record import RecognitionRecord


def figure(record: RecognitionRecord, words: Words, **_: Any) -> dict[str, Any]:
    """A line a learner; the teacher's is level, as it learns no more."""
    if not record.epochs:
        return style.not_yet(words, "recognition_students", over=record.over)
    numbers = [one.epoch for one in record.epochs]
    data = [
        style.line(
            words,
            learner,
            numbers,
            [one.test[learner] for one in record.epochs],
            hovertemplate="%{y:.1%}",
        )
        for learner in LEARNERS
        if learner in record.epochs[-1].test
    ]
    newest = record.epochs[-1]
    return {
        "data": data,
        "layout": {
            "xaxis": {"title": {"text": words["chart.epoch"]}} | style.whole_ticks(numbers),
            "yaxis": {
                "title": {"text": words["chart.recognition.rate"]},
                "tickformat": style.PER_CENT,
                "rangemode": "tozero",
            },
            "hovermode": "x",
        },
        "message": message_text(
            words,
            "recognition_rates",
            epoch=newest.epoch,
            values=list_learners(
                words,
                {name: f"{newest.test[name]:.1%}" for name in LEARNERS if name in newest.test},
            ),
        ),
    }
