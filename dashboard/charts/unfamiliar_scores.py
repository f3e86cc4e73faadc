"""Do unfamiliar inputs look different to a learner? The scores of all kinds of inputs."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_learners, list_values, message_text
from dashboard.charts.parts.uncertainty import KINDS, kind_title, none_measured, scores_of
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

LINES = {"other": "solid", "photographs": "dash", "rotated": "dot", "noise": "dashdot"}


def figure(history: RunRecord, words: Words, *, score: str = "entropy", **_: Any) -> dict[str, Any]:
    """One panel a learner: the share of each kind of input by the score, test data filled."""
    scores = {
        learner: own for learner, own in scores_of(history).items() if score in own.histograms
    }
    if not scores or history.uncertainty is None:
        if scores_of(history):
            return style.empty(words, "no_knowledge")
        return none_measured(history, words)
    other = history.uncertainty.other_dataset
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": []}
    texts = {}
    for at, (learner, own) in enumerate(scores.items()):
        suffix = "" if at == 0 else str(at + 1)
        low, high = own.score_ranges[score]
        for place, kind in enumerate(kind for kind in KINDS if kind in own.histograms[score]):
            counts = own.histograms[score][kind]
            width = (high - low) / len(counts)
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": kind_title(words, kind, other),
                    "legendgroup": kind,
                    "showlegend": at == 0,
                    "x": [low + (one + 0.5) * width for one in range(len(counts))],
                    "y": [count / max(sum(counts), 1) for count in counts],
                    "xaxis": f"x{suffix}",
                    "yaxis": f"y{suffix}",
                    "line": {
                        "shape": "hvh",
                        "color": "#8a94a0" if kind == "test" else style.SEQUENCE[place],
                        "dash": LINES.get(kind, "solid"),
                        "width": 1.8,
                    },
                    "hovertemplate": "%{x:.2f}: %{y:.1%}",
                }
                | ({"fill": "tozeroy"} if kind == "test" else {})
            )
        texts[learner] = list_values(
            words,
            [
                (kind_title(words, kind, other), f"{area[0]:.3f}")
                for kind, area in own.auroc[score].items()
            ],
        )
        domain = style.panels(len(scores), at)
        layout[f"xaxis{suffix}"] = {
            "domain": domain,
            "title": {"text": words[f"chart.score.{score}"]},
        }
        layout[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}",
            "tickformat": style.PER_CENT,
            "rangemode": "tozero",
            "title": {"text": words["chart.share"] if at == 0 else ""},
        }
        layout["annotations"].append(
            style.heading(f"<b>{learner_name(words, learner)}</b>", domain)
        )
    return {
        "data": data,
        "layout": layout,
        "message": message_text(
            words,
            "unfamiliar_scores",
            score=words[f"chart.score.{score}"],
            values=list_learners(words, texts, "message.semicolon"),
        ),
    }
