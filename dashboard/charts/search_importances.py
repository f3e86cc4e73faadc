"""How much of the differences between trials each setting accounts for, as Optuna estimates it."""

from typing import Any

from dashboard.charts.parts import study, style
from dashboard.charts.parts.message import list_values, message_text
from dashboard.text.phrases import Words
from kdcore.jobs.search.record import SearchRecord

ROOM = 1.18
"""Times the longest bar: its number stands behind it."""


def figure(record: SearchRecord, words: Words, figures: study.Figures) -> dict[str, Any]:
    """A bar a setting, the most important on top."""
    if why := study.missing(record, words, figures):
        return why
    (bars,) = figures["importances"]["data"]
    names = [study.setting_name(words, setting) for setting in bars["y"]]
    shares = [f"{share:.0%}" for share in bars["x"]]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "showlegend": False,
                "x": bars["x"],
                "y": names,
                "text": shares,
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": style.COLOURS["distilled"]},
                "hovertemplate": "%{y}: %{x:.1%}<extra></extra>",
            }
        ],
        "layout": {
            "xaxis": {
                "title": {"text": words["chart.search.importance"]},
                "tickformat": style.PER_CENT,
                "range": [0, ROOM * max(bars["x"], default=1.0)],
            },
            "yaxis": {"automargin": True},
            "hovermode": "closest",
        },
        "message": message_text(
            words,
            "search_importances",
            values=list_values(words, reversed(list(zip(names, shares, strict=True)))),
        ),
    }
