"""The two terms of a recogniser's loss: CTC, and the divergence from the teacher frame by frame."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import SEMICOLON, list_learners, message_text
from dashboard.text.phrases import Words
from kdcore.jobs.recognition.events import STUDENTS
from kdcore.jobs.recognition.record import RecognitionRecord

TERMS = ("ctc", "kl")


def figure(record: RecognitionRecord, words: Words, **_: Any) -> dict[str, Any]:
    """A panel a term, a line a student."""
    epochs = [one for one in record.epochs if one.terms]
    if not epochs:
        return style.not_yet(words, "recognition_students", over=record.over)
    numbers = [one.epoch for one in epochs]
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "hovermode": "x"}
    for at, term in enumerate(TERMS):
        suffix = str(at + 1) if at else ""
        domain = style.panels(len(TERMS), at, gap=0.1)
        layout[f"xaxis{suffix}"] = {
            "domain": domain,
            "anchor": f"y{suffix}",
            "title": {"text": words["chart.epoch"]},
        } | style.whole_ticks(numbers)
        layout[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}",
            "rangemode": "tozero",
            "title": {"text": words["chart.recognition.nats"] if at == 0 else ""},
        }
        title = words[f"chart.recognition.{term}"]
        layout["annotations"].append(style.heading(title, domain))
        data += [
            style.line(
                words,
                name,
                numbers,
                [getattr(one.terms[name], term) for one in epochs],
                xaxis=f"x{suffix}",
                yaxis=f"y{suffix}",
                legendgroup=name,
                showlegend=at == 0,
                hovertemplate="%{y:.3f}",
                meta={"label": title},
            )
            for name in STUDENTS
        ]
    newest = epochs[-1].terms
    return {
        "data": data,
        "layout": layout,
        "message": message_text(
            words,
            "recognition_terms",
            epoch=numbers[-1],
            values=words[SEMICOLON].join(
                message_text(
                    words,
                    "of",
                    name=words[f"chart.recognition.{term}"],
                    value=list_learners(
                        words, {name: f"{getattr(newest[name], term):.3f}" for name in STUDENTS}
                    ),
                )
                for term in TERMS
            ),
        ),
    }
