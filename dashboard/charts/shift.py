"""Where the answers to source and target examples lie, on the teacher's axes."""

from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import list_learners, message_text
from dashboard.text.names import LEARNERS, learner_name
from dashboard.text.phrases import Words, phrase
from kdcore.events import DomainShift
from kdcore.jobs.run.events import Snapshot
from kdcore.jobs.run.record import RunRecord

DOMAINS = {"source": ("#8a94a0", "circle"), "target": (style.GAP, "cross")}
"""Colour and marker."""
ROOM = 1.05


def figure(snapshot: Snapshot, words: Words, *, history: RunRecord, **_: Any) -> dict[str, Any]:
    """One panel a learner; all epochs have the same axes and, once they are over, one scale."""
    shift = snapshot.shift
    if shift is None:
        return style.empty(words, "no_target")
    learners = [name for name in LEARNERS if name in shift.points]
    names = [style.escape_tags(name) for name in history.classes]
    ends = [_ends(history, axis) for axis in (0, 1)]
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "hovermode": "closest"}
    for at, learner in enumerate(learners):
        suffix = str(at + 1) if at else ""
        for domain, (colour, symbol) in DOMAINS.items():
            points, classes = _of_domain(shift, learner, domain)
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": words[f"chart.{domain}"],
                    "legendgroup": domain,
                    "showlegend": not at,
                    "x": [x for x, _ in points],
                    "y": [y for _, y in points],
                    "customdata": [names[number] for number in classes],
                    "xaxis": f"x{suffix}",
                    "yaxis": f"y{suffix}",
                    "marker": {"color": colour, "symbol": symbol, "size": 5, "opacity": 0.6},
                    "hovertemplate": "%{customdata}",
                    "meta": {"label": f"{learner_name(words, learner)} {words[f'chart.{domain}']}"},
                }
            )
        domain_of_panel = style.panels(len(learners), at)
        layout[f"xaxis{suffix}"] = {
            "domain": domain_of_panel,
            "anchor": f"y{suffix}",
            "range": ends[0],
            "title": {"text": _axis(words, shift, 0)},
        }
        layout[f"yaxis{suffix}"] = {
            "anchor": f"x{suffix}",
            "range": ends[1],
            "showticklabels": not at,
            "title": {"text": "" if at else _axis(words, shift, 1)},
        }
        layout["annotations"].append(
            style.heading(f"<b>{learner_name(words, learner)}</b>", domain_of_panel)
        )
    distances = {learner: f"{distance(shift, learner):.2f}" for learner in learners}
    return {
        "data": data,
        "layout": layout,
        "message": message_text(words, "shift", values=list_learners(words, distances)),
    }


def distance(shift: DomainShift, learner: str) -> float:
    """Between the middles of both domains, as a share of the root mean square spread of all points.

    Example:
        >>> shift = DomainShift(source_classes=[0], target_classes=[0], explained=[1.0, 0.0],
        ...                     points={"plain": [[0.0, 0.0], [2.0, 0.0]]})
        >>> distance(shift, "plain")
        2.0
    """
    of_domains = [_of_domain(shift, learner, domain)[0] for domain in DOMAINS]
    middles = [_middle(points) for points in of_domains]
    both = [point for points in of_domains for point in points]
    centre = _middle(both)
    spread = sum((x - centre[0]) ** 2 + (y - centre[1]) ** 2 for x, y in both) / len(both)
    apart = sum((one - other) ** 2 for one, other in zip(*middles, strict=True))
    return (apart / spread) ** 0.5 if spread else 0.0


def _of_domain(
    shift: DomainShift, learner: str, domain: str
) -> tuple[list[list[float]], list[int]]:
    points, count = shift.points[learner], len(shift.source_classes)
    if domain == "source":
        return points[:count], shift.source_classes
    return points[count:], shift.target_classes


def _middle(points: list[list[float]]) -> tuple[float, float]:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _ends(history: RunRecord, axis: int) -> list[float]:
    """Of an axis that holds all learners after all epochs so far."""
    values = [
        point[axis]
        for snapshot in history.snapshots.values()
        if snapshot.shift
        for points in snapshot.shift.points.values()
        for point in points
    ]
    low, high = min(values), max(values)
    middle, reach = (low + high) / 2, (high - low) / 2 * ROOM or 1.0
    return [middle - reach, middle + reach]


def _axis(words: Words, shift: DomainShift, axis: int) -> str:
    share = f"{shift.explained[axis]:.0%}"
    return phrase(words, "chart.principal_component", number=axis + 1, share=share)
