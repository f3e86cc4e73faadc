"""Accuracy on source and target after each epoch: what an adaptation gains and what it costs."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.events import Scores
from kdcore.jobs.run.record import RunRecord

DOMAINS = (("source", "test_accuracy"), ("target", "target_accuracy"))


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Two panels on one scale: source test data, target test data; the teacher as a line."""
    if not history.prepared:
        return style.not_yet(words, "time", over=history.over)
    if not history.config.get("target"):
        return style.empty(words, "no_target")
    if not history.evaluations:
        return style.not_yet(words, "epoch", over=history.over)
    data = []
    for at, (domain, score) in enumerate(DOMAINS):
        suffix = str(at + 1) if at else ""
        for learner in LEARNERS:
            points = [
                (epoch, getattr(scores, score)) for epoch, scores in _scores(history, learner)
            ]
            if not points:
                continue
            title = phrase(
                words,
                "app.labelled",
                label=learner_name(words, learner),
                value=words[f"chart.{domain}"],
            )
            data.append(
                style.line(
                    words,
                    learner,
                    *zip(*points, strict=True),
                    mode="lines" if learner == "teacher" else "lines+markers",
                    showlegend=not at,
                    legendgroup=learner,
                    meta={"label": title},
                    xaxis=f"x{suffix}",
                    yaxis=f"y{suffix}",
                    hovertemplate="%{y:.1%}",
                )
            )
    known = [value for trace in data for value in trace["y"]]
    axis = {"tickformat": style.PER_CENT, "range": _range(known)}
    titles = [{"title": {"text": words["chart.accuracy"]}}, {}]
    layout = timeline.side_by_side(history, words, [axis | title for title in titles])
    layout["annotations"] += [
        style.heading(words[f"chart.{domain}"], layout[f"xaxis{at + 1 if at else ''}"]["domain"])
        | {"name": "remark"}
        for at, (domain, _) in enumerate(DOMAINS)
    ]
    return {"data": data, "layout": layout}


def _scores(history: RunRecord, learner: str) -> list[tuple[float, Scores]]:
    """Of the teacher at both ends of the time axis; scores without a target are left out."""
    if learner == "teacher":
        ends = (0.0, float(history.config["epochs"]))
        found = [(at, history.teacher) for at in ends if history.teacher]
    else:
        found = [(at, scores[learner]) for at, scores in history.evaluations if learner in scores]
    return [(at, scores) for at, scores in found if scores.target_accuracy is not None]


def _range(values: list[float]) -> list[float]:
    return [max(0.0, min(values, default=0.0) - 0.04), min(1.005, max(values, default=1.0) + 0.04)]
