"""Accuracy or calibration against severity, a small chart a corruption."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from dashboard.charts.parts import style
from dashboard.charts.parts.message import SEMICOLON, list_learners, message_text
from dashboard.text.names import LEARNERS
from dashboard.text.phrases import Words
from kdcore.catalogue.corruptions import SEVERITIES
from kdcore.jobs.robustness.record import RobustnessRecord

METRICS = ("accuracy", "ece")
MARGIN = 1.06
"""Of the height above the highest value."""


def _figure(
    corruptions: Sequence[str],
    record: RobustnessRecord,
    words: Words,
    *,
    metric: str = "accuracy",
    **_: Any,
) -> dict[str, Any]:
    """A panel for each of ``corruptions`` that was asked for; all have the same axis."""
    asked = [name for name in corruptions if name in record.corruptions]
    if record.clean is None:
        return style.not_yet(words, "robust", over=record.ended)
    if not asked:
        return style.empty(words, "robust_left_out")
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"annotations": [], "hovermode": "x"}
    highest = 0.0
    newest: list[tuple[str, dict[str, str]]] = []
    for at, name in enumerate(asked):
        suffix = str(at + 1) if at else ""
        domain = style.panels(len(asked), at, gap=0.05)
        layout[f"xaxis{suffix}"] = {
            "domain": domain,
            "anchor": f"y{suffix}",
            "range": [-0.25, SEVERITIES + 0.25],
            "dtick": 1,
            "title": {"text": words["chart.severity"]},
        }
        values: dict[str, str] = {}
        for learner in LEARNERS:
            course = record.course(name, learner) if name in record.measured else []
            if not course:
                continue
            y = [getattr(quality, metric) for _, quality in course]
            highest = max(highest, *y)
            values[learner] = f"{y[-1]:.1%}"
            data.append(
                style.line(
                    words,
                    learner,
                    [severity for severity, _ in course],
                    y,
                    xaxis=f"x{suffix}",
                    yaxis=f"y{suffix}",
                    legendgroup=learner,
                    showlegend=at == 0,
                    hovertemplate="%{y:.1%}",
                )
            )
        layout["annotations"].append(style.heading(words[f"corruption.{name}"], domain))
        if values:
            newest.append((name, values))
    if not data:
        return style.not_yet(words, "robust_soon", over=record.ended)
    for at in range(len(asked)):
        layout[f"yaxis{at + 1 if at else ''}"] = {
            "anchor": f"x{at + 1 if at else ''}",
            "range": [0, 1.02 if metric == "accuracy" else MARGIN * max(highest, 0.01)],
            "tickformat": style.PER_CENT,
            "title": {"text": words[f"chart.robust.{metric}"] if at == 0 else ""},
        }
    severity = {name: record.measured[name][-1].severity for name, _ in newest}
    message = words[SEMICOLON].join(
        message_text(
            words,
            "robust_of",
            corruption=words[f"corruption.{name}"],
            severity=severity[name],
            values=list_learners(words, values),
        )
        for name, values in newest
    )
    return {
        "data": data,
        "layout": layout,
        "message": message_text(
            words, "robust_curves", metric=words[f"chart.robust.{metric}"], values=message
        ),
    }


GROUPS = {
    "robust_noise": ("gaussian_noise", "salt_pepper", "blur"),
    "robust_scene": ("occlusion", "contrast", "rotation", "shift"),
    "robust_attacks": ("fgsm", "pgd"),
}
"""By chart: its corruptions."""
FIGURES: dict[str, Callable[..., dict[str, Any]]] = {
    name: partial(_figure, corruptions) for name, corruptions in GROUPS.items()
}
