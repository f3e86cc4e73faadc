"""Charts as plain dicts of Plotly: pure functions of a run's history and the words.

A chart over time shows the whole run and grows; a chart of a moment shows one epoch. A new chart
is a file with ``figure(history, words, …)`` and a line here.
"""

from collections.abc import Callable
from typing import Any

from dashboard.charts import (
    accuracy,
    agreement,
    calibration_table,
    confidence_histogram,
    confusion,
    cost,
    entropy,
    error_origin,
    errors,
    gradient_share,
    loss_terms,
    losses,
    nll_curve,
    per_class,
    reliability,
    risk_coverage,
    teacher_curve,
)

Figure = dict[str, Any]

OVER_TIME: dict[str, Callable[..., Figure]] = {
    "accuracy": accuracy.figure,
    "losses": losses.figure,
    "loss_terms": loss_terms.figure,
    "gradient_share": gradient_share.figure,
    "agreement": agreement.figure,
    "errors": errors.figure,
    "teacher_curve": teacher_curve.figure,
}
"""``figure(history, words)``."""

OF_A_MOMENT: dict[str, Callable[..., Figure]] = {
    "reliability": reliability.figure,
    "confidence_histogram": confidence_histogram.figure,
    "calibration_table": calibration_table.figure,
    "nll_curve": nll_curve.figure,
    "entropy": entropy.figure,
    "risk_coverage": risk_coverage.figure,
    "confusion": confusion.figure,
    "per_class": per_class.figure,
    "error_origin": error_origin.figure,
    "cost": cost.figure,
}
"""``figure(history, words, epoch=…, bins=…, calibrated=…)``; ``epoch=None`` is the newest."""
