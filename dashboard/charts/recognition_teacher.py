"""How the teacher of a recognition learned."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import message_text
from dashboard.text.phrases import Words
from kdcore.jobs.recognition.record import RecognitionRecord

LINES = (("validation", "chart.on_validation", "dash"), ("test", "chart.on_test", "solid"))


def figure(record: RecognitionRecord, words: Words, **_: Any) -> dict[str, Any]:
    """Its character error rate after each of its epochs."""
    if not record.teacher:
        reason = "recognition_untaught" if record.epochs else "recognition_teacher"
        return style.not_yet(words, reason, over=record.over and not record.epochs)
    numbers = [one.epoch for one in record.teacher]
    newest = record.teacher[-1]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": words[title],
                "x": numbers,
                "y": [getattr(one, part) for one in record.teacher],
                "line": {"color": style.COLOURS["teacher"], "dash": dash, "width": 2},
                "marker": {"size": 6},
                "hovertemplate": "%{y:.1%}",
            }
            for part, title, dash in LINES
        ],
        "layout": {
            "xaxis": {"title": {"text": words["chart.teacher_epoch"]}, "range": [0, newest.epochs]},
            "yaxis": {
                "title": {"text": words["chart.recognition.rate"]},
                "tickformat": style.PER_CENT,
                "rangemode": "tozero",
            },
            "hovermode": "x",
        },
        "message": message_text(
            words,
            "recognition_teacher",
            epoch=newest.epoch,
            validation=newest.validation,
            test=newest.test,
        ),
    }
