"""What is unknown, and why: data uncertainty, and on it what the learner lacks in knowledge."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_learners, list_values, message_text
from dashboard.charts.parts.uncertainty import KINDS, kind_title, none_measured, scores_of
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.run.record import RunRecord

GROUPS = ("right", "wrong", *KINDS[1:])
"""Test data, by whether the answer is right, and what is unfamiliar."""
PALE = 0.4


def figure(history: RunRecord, words: Words, **_: Any) -> dict[str, Any]:
    """One panel for each learner that is an ensemble or a Dirichlet; the bars add up to total."""
    scores = scores_of(history)
    if not scores or history.uncertainty is None:
        return none_measured(history, words)
    known = {learner: own for learner, own in scores.items() if own.uncertainty}
    if not known:
        return style.empty(words, "no_knowledge")
    other = history.uncertainty.other_dataset
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "barmode": "stack"}
    texts = {}
    for at, (learner, own) in enumerate(known.items()):
        suffix = "" if at == 0 else str(at + 1)
        groups = [group for group in GROUPS if group in own.uncertainty]
        titles = [_title(words, group, other) for group in groups]
        colour = style.COLOURS[learner]
        for part, place, fill in (
            ("data", 1, style.with_opacity(colour, PALE)),
            ("knowledge", 2, colour),
        ):
            data.append(
                {
                    "type": "bar",
                    "name": phrase(
                        words,
                        "app.labelled",
                        label=learner_name(words, learner),
                        value=words[f"chart.{part}_uncertainty"],
                    ),
                    "x": titles,
                    "y": [own.uncertainty[group][place] for group in groups],
                    "xaxis": f"x{suffix}",
                    "yaxis": f"y{suffix}",
                    "marker": {"color": fill},
                    "hovertemplate": "%{y:.3f}",
                }
            )
        domain = style.panels(len(known), at, gap=0.08)
        layout[f"xaxis{suffix}"] = {"domain": domain, "type": "category"}
        layout[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}",
            "rangemode": "tozero",
            "title": {"text": words["chart.mean_uncertainty"] if at == 0 else ""},
        }
        name = learner_name(words, learner)
        source = words[f"chart.knowledge_from.{own.source}"]
        layout["annotations"].append(style.heading(f"<b>{name}</b>  {source}", domain))
        texts[learner] = list_values(
            words,
            [
                (title, f"{own.uncertainty[group][2]:.3f}")
                for title, group in zip(titles, groups, strict=True)
            ],
        )
    return {
        "data": data,
        "layout": layout,
        "message": message_text(
            words, "knowledge", values=list_learners(words, texts, "message.semicolon")
        ),
    }


def _title(words: Words, group: str, other: str) -> str:
    return words[f"chart.{group}"] if group in GROUPS[:2] else kind_title(words, group, other)
