"""The same run with several seeds: mean accuracy and the band that the seeds fill."""

from statistics import fmean, stdev
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.band import band
from dashboard.charts.parts.grid import View
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.phrases import Words
from kdcore.jobs.sweep.record import SweepRecord


def figure(landscape: SweepRecord, words: Words, view: View) -> dict[str, Any]:
    """A line for the mean after each epoch, a band of one standard deviation to either side."""
    if view.hidden:
        return style.empty(words, "guess_first")
    if landscape.started is None:
        return style.not_yet(words, "sweep", over=landscape.over)
    data: list[dict[str, Any]] = []
    newest: dict[str, str] = {}
    last = 0
    teacher = landscape.prepared and landscape.prepared.teacher
    if teacher:
        epochs = landscape.started.config["base"]["epochs"]
        level = getattr(teacher, landscape.accuracy)
        data.append(style.line(words, "teacher", [0, epochs], [level, level], mode="lines"))
    for student, kept in (("plain", landscape.plain), ("distilled", landscape.distilled)):
        by_epoch: dict[int, list[float]] = {}
        for scored in kept.values():
            for epoch, scores in scored:
                by_epoch.setdefault(epoch, []).append(getattr(scores, landscape.accuracy))
        complete = {
            epoch: values
            for epoch, values in sorted(by_epoch.items())
            if len(values) == len(landscape.started.cells)
        }
        if not complete:
            continue
        means = [fmean(values) for values in complete.values()]
        deviations = [stdev(values) if len(values) > 1 else 0.0 for values in complete.values()]
        data += band(words, student, list(complete), means, deviations)
        data.append(
            style.line(
                words,
                student,
                list(complete),
                means,
                hovertemplate="%{y:.1%}",
                meta={"sd": deviations},
            )
        )
        last = max(complete)
        newest[student] = f"{means[-1]:.1%} ± {100 * deviations[-1]:.1f}"
    if not data:
        return style.empty(words, "scores")
    return {
        "data": data,
        "layout": {
            "xaxis": {"title": {"text": words["chart.epoch"]}},
            "yaxis": {
                "title": {"text": words[f"chart.{landscape.accuracy}"]},
                "tickformat": style.PER_CENT,
            },
            "hovermode": "x",
        },
        "message": message_text(
            words,
            "seeds",
            epoch=last,
            values=list_learners(words, newest),
            n=len(landscape.started.cells),
        )
        if newest
        else message_text(words, "no_scores"),
    }
