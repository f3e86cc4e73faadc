"""Every complete trial as a line through its settings: Optuna's parallel coordinates.

Optuna says where the lines run and what stands along the axes; colours are by rank, since its
shades of one colour cannot all be told apart from the page.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.charts.parts import study, style
from dashboard.charts.parts.message import message_text
from dashboard.text.phrases import Words
from kdcore.jobs.search.events import TrialEnded
from kdcore.jobs.search.record import SearchRecord

BANDS = (
    ("last", {"color": style.GAP, "width": 1.4, "dash": "dot"}),
    ("middle", {"color": "#8a94a0", "width": 1.4, "dash": "solid"}),
    ("first", {"color": "#56B4E9", "width": 1.6, "dash": "solid"}),
)
"""Thirds of the trials by value, and how their lines look; the best are drawn last."""
BEST = {"color": style.COLOURS["distilled"], "width": 4, "dash": "solid"}
NONE = "None"
"""What Optuna writes where a trial has not a setting."""


def figure(record: SearchRecord, words: Words, figures: study.Figures) -> dict[str, Any]:
    """Lines over the axes of the space, in three bands by their value."""
    if why := study.missing(record, words, figures):
        return why
    drawn = figures["parallel"]
    settings = drawn["layout"]["xaxis"]["ticktext"][1:]
    names = [
        words[f"objective.{study.objective_of(record)}"],
        *(study.setting_name(words, setting) for setting in settings),
    ]
    # by number, as Optuna has them; one of both may know a trial more
    pairs = list(zip(record.complete, drawn["data"], strict=False))
    best = record.best
    assert best is not None
    assert best.value is not None
    return {
        "data": _lines(record, pairs, names, words),
        "layout": {
            "xaxis": drawn["layout"]["xaxis"] | {"ticktext": names, "fixedrange": True},
            "yaxis": drawn["layout"]["yaxis"],
            "shapes": drawn["layout"]["shapes"],
            "annotations": [_tick(note, record) for note in drawn["layout"]["annotations"]],
            "hovermode": "closest",
        },
        "sheet": {
            "columns": [words["chart.search.trial"], *names, words["chart.test_accuracy"]],
            "rows": [_row(trial, settings) for trial in record.complete],
        },
        "message": message_text(
            words,
            "search_parallel",
            count=len(pairs),
            trial=best.trial,
            value=study.value_text(record, best.value),
            settings=words["message.comma"].join(
                message_text(words, "of", name=name, value=_short(best.params[setting]))
                for setting, name in zip(settings, names[1:], strict=True)
                if setting in best.params
            ),
        ),
    }


def _lines(
    record: SearchRecord,
    pairs: Sequence[tuple[TrialEnded, Mapping[str, Any]]],
    names: Sequence[str],
    words: Words,
) -> list[dict[str, Any]]:
    """The lines from the worst to the best; a band is named once in the legend."""
    rising = record.started is not None and record.started.more_is_better
    sign = 1.0 if rising else -1.0
    ranked = sorted(pairs, key=lambda pair: (sign * (pair[0].value or 0.0), -pair[0].trial))
    lines = []
    named: set[str] = set()
    for at, (trial, line) in enumerate(ranked):
        band, look = BANDS[at * len(BANDS) // len(ranked)]
        if record.best is trial:
            band, look = "best", BEST
        lines.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": words[f"chart.search.band_{band}"],
                "showlegend": band not in named,
                "x": line["x"],
                "y": line["y"],
                "line": look,
                "customdata": [
                    [name, _point(record, at, value)]
                    for at, (name, (_, value)) in enumerate(
                        zip(names, line["customdata"], strict=True)
                    )
                ],
                "hovertemplate": "%{customdata[0]}: %{customdata[1]}"
                f"<extra>{words['chart.search.trial']} {trial.trial}</extra>",
                "meta": {"skip": True},
            }
        )
        named.add(band)
    return lines


def _tick(note: Mapping[str, Any], record: SearchRecord) -> dict[str, Any]:
    """A number or a name beside an axis."""
    text = style.escape_tags(_point(record, note["x"], note["text"]))
    return {**note, "text": text, "name": "tick", "font": {"size": 11}}


def _point(record: SearchRecord, axis: int, text: str) -> str:
    """What Optuna writes at an axis, of which the first is that of the values."""
    if text == NONE:
        return "–"
    return study.value_text(record, float(text)) if axis == 0 else text


def _row(trial: TrialEnded, settings: Sequence[str]) -> list[Any]:
    return [
        trial.trial,
        trial.value,
        *(trial.params.get(setting) for setting in settings),
        trial.test_accuracy,
    ]


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
