"""Entropy of right and of wrong answers."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.run.events import Snapshot

RIGHT = {"color": "#8a94a0", "opacity": 0.55}
WRONG = {"color": f"{style.GAP}55", "line": {"color": style.GAP, "width": 1.2}}


def figure(snapshot: Snapshot, words: Words, **_: Any) -> dict[str, Any]:
    """One panel a learner: the share of its right and of its wrong answers by entropy."""
    learners = [name for name in LEARNERS if name in snapshot.learners]
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "barmode": "overlay", "bargap": 0}
    for at, learner in enumerate(learners):
        diagnosis = snapshot.learners[learner]
        suffix = "" if at == 0 else str(at + 1)
        groups = (
            ("right", diagnosis.entropy_right, RIGHT),
            ("wrong", diagnosis.entropy_wrong, WRONG),
        )
        for group, counts, marker in groups:
            total = sum(counts)
            width = 1 / len(counts)
            data.append(
                {
                    "type": "bar",
                    "name": words[f"chart.{group}"],
                    "legendgroup": group,
                    "showlegend": at == 0,
                    "x": [(one + 0.5) * width for one in range(len(counts))],
                    "y": [count / total if total else 0.0 for count in counts],
                    "width": width,
                    "xaxis": f"x{suffix}",
                    "yaxis": f"y{suffix}",
                    "marker": marker,
                    "customdata": counts,
                    "hovertemplate": "%{customdata} (%{y:.1%})",
                }
            )
        domain = style.panels(len(learners), at)
        layout[f"xaxis{suffix}"] = {
            "domain": domain,
            "range": [0, 1],
            "dtick": 0.5,
            "title": {"text": words["chart.entropy"]},
        }
        layout[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}",
            "tickformat": style.PER_CENT,
            "range": [0, 1.02],
            "dtick": 0.5,
            "showticklabels": at == 0,
            "title": {"text": words["chart.share"] if at == 0 else ""},
        }
        sizes = f"{sum(diagnosis.entropy_right)} / {sum(diagnosis.entropy_wrong)}"
        layout["annotations"].append(
            style.heading(f"<b>{learner_name(words, learner)}</b>  {sizes}", domain)
        )
    return {
        "data": data,
        "layout": layout,
        "message": message_text(
            words,
            "entropy",
            values=list_learners(
                words,
                {
                    learner: _sure_errors(snapshot.learners[learner].entropy_wrong, words)
                    for learner in learners
                },
            ),
        ),
    }


def _sure_errors(wrong: list[int], words: Words) -> str:
    """How many wrong answers lie in the lowest tenth of the entropy."""
    return message_text(words, "entropy_of", count=sum(wrong[: len(wrong) // 10]), wrong=sum(wrong))
