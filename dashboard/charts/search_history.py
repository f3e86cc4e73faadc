"""The value of every complete trial, and the best so far: Optuna's optimisation history."""

from typing import Any

from dashboard.charts.parts import study, style
from dashboard.charts.parts.message import message_text
from dashboard.text.phrases import Words
from kdcore.jobs.search.record import SearchRecord

COLOUR = style.COLOURS["distilled"]


def figure(record: SearchRecord, words: Words, figures: study.Figures) -> dict[str, Any]:
    """Points of the trials and a line of steps for the best of them."""
    if why := study.missing(record, words, figures):
        return why
    values, best = figures["history"]["data"][:2]
    axis = study.value_axis(record, words)
    shape = "%{y:.1%}" if axis["tickformat"] else "%{y:.4f}"
    data = [
        values
        | {
            "name": words["chart.search.trials"],
            "marker": {"color": COLOUR, "size": 8},
            "hovertemplate": shape,
        },
        best
        | {
            "name": words["chart.search.best"],
            "line": {"color": COLOUR, "width": 2, "shape": "hv"},
            "hovertemplate": shape,
        },
    ]
    found = record.best
    assert found is not None
    assert found.value is not None
    return {
        "data": data,
        "layout": {
            "xaxis": {"title": {"text": words["chart.search.trial"]}}
            | style.whole_ticks(best["x"]),
            "yaxis": axis,
            "hovermode": "x",
        },
        "message": message_text(
            words,
            "search_history",
            trial=found.trial,
            value=study.value_text(record, found.value),
            complete=len(record.complete),
            count=len(record.trials),
        ),
    }
