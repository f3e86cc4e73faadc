"""Reliability diagrams: is an answer of confidence 0.9 right nine times in ten?"""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.bins import Bin, expected_calibration_error, merge_bins, wilson
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words
from kdcore.jobs.run.events import Snapshot

COUNTS = [0.0, 0.17]
"""The share of the height that the counts take, and the diagram the rest."""
DIAGRAM = [0.25, 1.0]


def figure(
    snapshot: Snapshot, words: Words, *, bins: int = 15, calibrated: bool = False, **_: Any
) -> dict[str, Any]:
    """One diagram a learner: accuracy by bin, the gap to the confidence, counts beneath."""
    learners = [name for name in LEARNERS if name in snapshot.learners]
    data: list[dict[str, Any]] = []
    errors: dict[str, str] = {}
    layout: dict[str, Any] = {"annotations": [], "shapes": [], "barmode": "overlay", "bargap": 0.06}
    for at, learner in enumerate(learners):
        diagnosis = snapshot.learners[learner]
        shown = merge_bins(diagnosis.bins_calibrated if calibrated else diagnosis.bins, bins)
        data += _diagram(shown, words, learner, at)
        domain = style.panels(len(learners), at)
        first = at == 0
        suffix = _suffix(at)
        layout[f"xaxis{suffix}"] = {
            "domain": domain,
            "anchor": f"y{at + 11}",
            "range": [0, 1],
            "dtick": 0.25,
            "title": {"text": words["chart.confidence"]},
        }
        layout[f"yaxis{suffix}"] = {
            "domain": DIAGRAM,
            "anchor": f"x{suffix}",
            "range": [0, 1.02],
            "dtick": 0.25,
            "title": {"text": words["chart.accuracy"] if first else ""},
        }
        layout[f"yaxis{at + 11}"] = {
            "domain": COUNTS,
            "anchor": f"x{suffix}",
            "nticks": 3,
            "rangemode": "tozero",
            "title": {"text": words["chart.count"] if first else ""},
        }
        layout["shapes"].append(
            {
                "type": "line",
                "x0": 0,
                "y0": 0,
                "x1": 1,
                "y1": 1,
                "xref": f"x{suffix}",
                "yref": f"y{suffix}",
                "line": {"dash": "dot", "width": 1.5, "color": "#8a94a0"},
            }
        )
        errors[learner] = f"{expected_calibration_error(shown):.1%}"
        title = f"<b>{learner_name(words, learner)}</b>  ECE {errors[learner]}"
        layout["annotations"].append(style.heading(title, domain))
    message = message_text(
        words,
        "reliability_scaled" if calibrated else "reliability",
        values=list_learners(words, errors),
    )
    return {"data": data, "layout": layout, "message": message}


def _suffix(at: int) -> str:
    return "" if at == 0 else str(at + 1)


def _diagram(shown: list[Bin], words: Words, learner: str, at: int) -> list[dict[str, Any]]:
    suffix, first = _suffix(at), at == 0
    axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    filled = [one for one in shown if one.accuracy is not None and one.confidence is not None]
    x = [one.middle for one in filled]
    width = shown[0].high
    customdata = [[one.size, one.low, one.high, one.confidence] for one in filled]
    shares = [one.accuracy or 0.0 for one in filled]
    limits = [wilson(one.accuracy or 0.0, one.size) for one in filled]
    bars = {
        "type": "bar",
        "x": x,
        "y": shares,
        "width": width,
        "name": learner_name(words, learner),
        "showlegend": False,
        **axes,
        "customdata": customdata,
        "marker": {"color": style.COLOURS[learner]},
        "hovertemplate": words["chart.bin_hover"] + "<extra></extra>",
        "error_y": {
            "type": "data",
            "symmetric": False,
            "thickness": 1.2,
            "width": 3,
            "array": [high - share for share, (_, high) in zip(shares, limits, strict=True)],
            "arrayminus": [share - low for share, (low, _) in zip(shares, limits, strict=True)],
        },
    }
    gap = {
        "type": "bar",
        "x": x,
        "width": width,
        **axes,
        "name": words["chart.gap"],
        "showlegend": first,
        "legendgroup": "gap",
        "hoverinfo": "skip",
        "base": [min(one.accuracy or 0, one.confidence or 0) for one in filled],
        "y": [abs((one.accuracy or 0) - (one.confidence or 0)) for one in filled],
        "marker": {
            "color": f"{style.GAP}44",
            "line": {"color": style.GAP, "width": 1},
            "pattern": {"shape": "/", "fgcolor": style.GAP, "size": 5},
        },
    }
    counts = {
        "type": "bar",
        "x": x,
        "y": [one.size for one in filled],
        "width": width,
        "xaxis": axes["xaxis"],
        "yaxis": f"y{at + 11}",
        "showlegend": False,
        "marker": {"color": style.COLOURS[learner], "opacity": 0.6},
        "hovertemplate": "%{y}<extra></extra>",
    }
    return [bars, gap, counts]
