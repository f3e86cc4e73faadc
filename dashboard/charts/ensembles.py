"""Ensembles: what their networks are worth alone and together, and how much they differ."""

from typing import Any

from dashboard.charts.parts import style, timeline
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.run.record import RunRecord


def figure(history: RunRecord, words: Words) -> dict[str, Any]:
    """Two panels: accuracy alone, by vote and by mean answer; and disagreement of the networks."""
    if not history.prepared:
        return style.not_yet(words, "time", over=history.over)
    epochs = [epoch for epoch in history.epochs if epoch.ensembles]
    if not epochs:
        if history.epochs:
            return style.empty(words, "one_network")
        return style.not_yet(words, "epoch", over=history.over)
    x = [epoch.epoch for epoch in epochs]
    data: list[dict[str, Any]] = []
    for learner in history.students:
        scored = [epoch.ensembles[learner] for epoch in epochs]
        alone = [sum(one.test_accuracies) / len(one.test_accuracies) for one in scored]
        together = [epoch.students[learner].test_accuracy for epoch in epochs]
        voting = [one.voting_accuracy for one in scored]
        name = learner_name(words, learner)
        colour = style.COLOURS[learner]
        for title, values, dash in (
            ("chart.by_mean", together, "solid"),
            ("chart.by_vote", voting, "dash"),
            ("chart.alone", alone, "dot"),
        ):
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines+markers",
                    "name": phrase(words, "app.labelled", label=name, value=words[title]),
                    "x": x,
                    "y": values,
                    "line": {"color": colour, "dash": dash, "width": 2},
                    "marker": {"size": 5, "symbol": style.MARKERS[learner]},
                    "hovertemplate": "%{y:.1%}",
                }
            )
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "showlegend": False,
                "x": x,
                "y": [one.disagreement for one in scored],
                "xaxis": "x2",
                "yaxis": "y2",
                "line": {"color": colour, "dash": style.LINES[learner], "width": 2.5},
                "marker": {"size": 6, "symbol": style.MARKERS[learner]},
                "hovertemplate": "%{y:.1%}",
            }
        )
    layout = timeline.layout(
        history, words, words["chart.test_accuracy"], tickformat=style.PER_CENT
    )
    left, right = (style.panels(2, at, gap=0.14) for at in range(2))
    layout["annotations"] = [*layout["annotations"], _disagreement_remark(epochs[-1], words, right)]
    layout["xaxis2"] = layout["xaxis"] | {"domain": right, "anchor": "y2"}
    layout["xaxis"] = layout["xaxis"] | {"domain": left}
    layout["yaxis2"] = {
        "title": {"text": words["chart.disagreement"]},
        "rangemode": "tozero",
        "tickformat": style.PER_CENT,
        "anchor": "x2",
    }
    return {"data": data, "layout": layout}


def _disagreement_remark(epoch: Any, words: Words, domain: list[float]) -> dict[str, Any]:
    """How much of the plain networks' disagreement the teacher has removed, in words."""
    pair = [epoch.ensembles.get(learner) for learner in ("plain", "distilled")]
    if not all(pair) or not pair[0].disagreement:
        return style.heading("", domain)
    share = 1 - pair[1].disagreement / pair[0].disagreement
    key = "chart.disagreement_removed" if share >= 0 else "chart.disagreement_added"
    remark = phrase(words, key, share=f"{abs(share):.0%}")
    return style.heading(remark, domain) | {"name": "remark"}
