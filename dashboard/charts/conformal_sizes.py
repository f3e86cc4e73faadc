"""How many classes must a set have to hold the true one as often as promised?"""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.charts.parts.uncertainty import conformal_of, none_measured, scores_of
from dashboard.text.names import learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.run.record import RunRecord


def figure(
    history: RunRecord, words: Words, *, coverage: float = 0.9, sets: str = "lac", **_: Any
) -> dict[str, Any]:
    """One panel a learner: the share of test examples by the size of their set."""
    scores = scores_of(history)
    if not scores:
        return none_measured(history, words)
    found = {learner: conformal_of(own, sets, coverage) for learner, own in scores.items()}
    largest = max(size for one in found.values() for size, count in enumerate(one.sizes) if count)
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "showlegend": False, "bargap": 0.15}
    texts = {}
    for at, (learner, one) in enumerate(found.items()):
        suffix = "" if at == 0 else str(at + 1)
        shown = one.sizes[: max(largest, 2) + 1]
        total = sum(one.sizes)
        low, high = (f"{end:.1%}" for end in one.expected)
        chance = phrase(words, "chart.covered_by_chance", low=low, high=high)
        data.append(
            {
                "type": "bar",
                "name": learner_name(words, learner),
                "x": list(range(len(shown))),
                "y": [count / total for count in shown],
                "xaxis": f"x{suffix}",
                "yaxis": f"y{suffix}",
                "marker": {"color": style.COLOURS[learner]},
                "customdata": shown,
                "hovertemplate": f"%{{x}}: %{{customdata}} (%{{y:.1%}})<br>{chance}",
            }
        )
        domain = style.panels(len(found), at)
        layout[f"xaxis{suffix}"] = {
            "domain": domain,
            "title": {"text": words["chart.set_size"]},
        } | style.whole_ticks(range(len(shown)))
        layout[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}",
            "tickformat": style.PER_CENT,
            "range": [0, 1.02],
            "showticklabels": at == 0,
            "title": {"text": words["chart.share_of_examples"] if at == 0 else ""},
        }
        texts[learner] = message_text(
            words,
            "conformal_of",
            covered=f"{one.covered:.1%}",
            low=low,
            high=high,
            size=f"{one.mean_size:.2f}",
        )
        details = phrase(
            words, "chart.set_of_learner", covered=f"{one.covered:.1%}", size=f"{one.mean_size:.2f}"
        )
        layout["annotations"].append(
            style.heading(f"<b>{learner_name(words, learner)}</b>  {details}", domain)
        )
    promised = next(iter(found.values())).coverage
    return {
        "data": data,
        "layout": layout,
        "message": message_text(
            words,
            "conformal_sizes",
            promised=f"{promised:.0%}",
            values=list_learners(words, texts, "message.semicolon"),
        ),
    }
