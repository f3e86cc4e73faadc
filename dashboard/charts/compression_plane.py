"""Accuracy over size and over time, for every way to compress a student."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import SEMICOLON, message_text
from dashboard.text.numbers import size_text
from dashboard.text.phrases import Words, phrase
from kdcore.jobs.compression.events import Latency, Measured
from kdcore.jobs.compression.record import CompressionRecord, StageRecord

SIZES: dict[str, Callable[[Measured], float]] = {
    "bytes": lambda found: found.bytes / 1000,
    "packed_bytes": lambda found: found.packed_bytes / 1000,
    "nonzero": lambda found: found.nonzero,
}
"""What may be called a network's size: the file, the packed file, the weights that are left."""
BATCHES = ("1", "128")
SHORTEST = 0.01
"""Difference in accuracy from which an arrow can be seen."""
MARGIN = 0.04
"""Accuracy that the axis shows beyond the values."""


def sizes(record: CompressionRecord, words: Words, *, size: str, **_: Any) -> dict[str, Any]:
    """Test accuracy over size, from before (open) to after the distilling again (filled)."""
    if not record.stages:
        return style.not_yet(words, "shrink", over=record.ended)
    across = SIZES[size]
    data: list[dict[str, Any]] = []
    arrows: list[dict[str, Any]] = []
    for stage in record.stages.values():
        if stage.after:
            data.append(_point(stage, stage.before, words, across(stage.before), earlier=True))
            arrows += _arrow(stage, across)
        data.append(_newest(stage, words, across(stage.newest)))
    ends = [across(found) for found in _all(record)]
    title = words[f"chart.shrink.{size}"]
    return _plane(record, words, title, data, ends, arrows) | {
        "message": message_text(
            words,
            "shrink_sizes",
            size=title,
            values=_values_text(
                record, words, lambda found: f"{across(found):,.1f}".removesuffix(".0")
            ),
        )
    }


def times(record: CompressionRecord, words: Words, *, batch: str, **_: Any) -> dict[str, Any]:
    """Test accuracy over the time of a forward pass, as a multiple of the student's.

    The two were measured in turns; bars are the interquartile range over the turns.
    """
    if not record.stages:
        return style.not_yet(words, "shrink", over=record.ended)
    data: list[dict[str, Any]] = []
    ends: list[float] = []
    for stage in record.stages.values():
        found = stage.newest
        latency = _latency(found, batch)
        half = latency.of_student_iqr / 2
        bar = {
            "type": "data",
            "array": [half],
            "color": style.STAGES[stage.name][0],
            "thickness": 1.5,
        }
        data.append(_newest(stage, words, latency.of_student) | {"error_x": bar})
        ends += [max(latency.of_student - half, latency.of_student / 2), latency.of_student + half]
    title = phrase(words, "chart.shrink.latency", batch=batch)
    return _plane(record, words, title, data, ends) | {
        "message": message_text(
            words,
            "shrink_times",
            time=title,
            values=_values_text(
                record, words, lambda found: f"{_latency(found, batch).of_student:.2f}"
            ),
        )
    }


def _latency(found: Measured, batch: str) -> Latency:
    return found.latency_1 if batch == "1" else found.latency_128


def _values_text(record: CompressionRecord, words: Words, value: Callable[[Measured], str]) -> str:
    """Every stage with its coordinates on the plane."""
    return words[SEMICOLON].join(
        message_text(
            words,
            "shrink_of",
            name=words[f"stage.{stage.name}"],
            value=value(stage.newest),
            accuracy=f"{stage.newest.scores.test_accuracy:.1%}",
        )
        for stage in record.stages.values()
    )


def _plane(
    record: CompressionRecord,
    words: Words,
    title: str,
    data: Sequence[dict[str, Any]],
    ends: Sequence[float],
    arrows: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    least = min(found.scores.test_accuracy for found in _all(record))
    return {
        "data": list(data),
        "layout": {
            "xaxis": {"title": {"text": title}, "type": "log", **_ticks(min(ends), max(ends))},
            "yaxis": {
                "title": {"text": words["chart.test_accuracy"]},
                "tickformat": style.PER_CENT,
                "hoverformat": ".1%",
                "range": [least - MARGIN, 1 + MARGIN],
            },
            "hovermode": "closest",
            "annotations": list(arrows),
        },
    }


def _all(record: CompressionRecord) -> list[Measured]:
    return [found for stage in record.stages.values() for found in (stage.before, stage.newest)]


def _newest(stage: StageRecord, words: Words, x: float) -> dict[str, Any]:
    return _point(stage, stage.newest, words, x)


def _point(
    stage: StageRecord, found: Measured, words: Words, x: float, *, earlier: bool = False
) -> dict[str, Any]:
    """A marker: open and smaller for what was distilled again since."""
    colour, symbol = style.STAGES[stage.name]
    moment = words[f"chart.shrink.{'after' if found is stage.after else 'before'}"]
    hover = phrase(
        words,
        "chart.shrink.hover",
        moment=moment,
        accuracy=found.scores.test_accuracy,
        errors=phrase(words, "count.errors", count=found.scores.test_errors),
        size=size_text(found.bytes),
        packed=size_text(found.packed_bytes),
        one=found.latency_1.median * 1e3,
        many=found.latency_128.median * 1e3,
    )
    return {
        "type": "scatter",
        "mode": "markers",
        "name": words[f"stage.{stage.name}"],
        "showlegend": not earlier,
        "x": [x],
        "y": [found.scores.test_accuracy],
        "text": [hover],
        "marker": {
            "color": colour,
            "symbol": f"{symbol}-open" if earlier else symbol,
            "size": 9 if earlier else 12,
        },
        "hovertemplate": "%{fullData.name}<br>%{text}<extra></extra>",
        "meta": {"more": {words["chart.state"]: moment}},
    }


def _arrow(stage: StageRecord, across: Callable[[Measured], float]) -> list[dict[str, Any]]:
    assert stage.after, "it is drawn once there is one"
    tail, head = stage.before, stage.after
    if abs(head.scores.test_accuracy - tail.scores.test_accuracy) < SHORTEST:
        return []
    # on an axis of logarithms an annotation's position is a logarithm too
    return [
        {
            "x": math.log10(across(head)),
            "y": head.scores.test_accuracy,
            "ax": math.log10(across(tail)),
            "ay": tail.scores.test_accuracy,
            "xref": "x",
            "yref": "y",
            "axref": "x",
            "ayref": "y",
            "text": "",
            "showarrow": True,
            "arrowhead": 2,
            "arrowwidth": 1.6,
            "arrowcolor": style.STAGES[stage.name][0],
            "standoff": 7,
            "startstandoff": 5,
        }
    ]


def _ticks(least: float, most: float) -> dict[str, Any]:
    """1, 1.5, 2, 3, 5, 7, 10 … from below the least value to above the greatest."""
    low, high = math.log10(least) - 0.15, math.log10(most) + 0.15
    tens = [10.0**power for power in range(math.floor(low), math.ceil(high))]
    ticks = [
        tick
        for ten in tens
        for digit in (1, 1.5, 2, 3, 5, 7)
        if low <= math.log10(tick := digit * ten) <= high
    ]
    return {"range": [low, high], "tickvals": ticks, "ticktext": [f"{tick:,g}" for tick in ticks]}
