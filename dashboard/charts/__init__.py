"""Charts as plain dicts of Plotly: pure functions of a run's history and the words.

A chart over time shows the whole run and grows: ``figure(history, words)``. A chart of a moment
shows one epoch: ``figure(snapshot, words, …)``, or what a file keeps of it: ``figure(history,
words, arrays=…)``. A chart of a sweep shows its grid: ``figure(landscape, words, view)``. A chart
of a compression shows its stages, one of a robustness test its corruptions, one of a search, of a
selection of a teacher or of a recipe what was compared, one of a recognition its epochs:
``figure(record, words, …)``. A new chart is a file and a line here.

Besides ``data`` and ``layout``, or ``table``, a figure has a ``message``: what it says in a
sentence; of a chart over time the browser makes it from the lines. It may have ``rows``, for which
the chart shall be high enough, and a ``sheet`` of ``columns`` and ``rows``: its numbers, where the
traces do not hold them. For the table behind a chart a trace's ``meta`` may have

- ``label``: its name there; ``unit``: of its values;
- ``table``: ``x`` and ``y`` instead of those that are drawn; ``more``: further columns of a point;
- ``sd``: deviations of its values;
- ``rows``, ``columns``, ``values``: names and numbers of a heat map; ``format``: how they are
  written;
- ``skip``: it is no data; ``trail``: it is what happened in between, and no line's newest value.
"""

from collections.abc import Callable
from typing import Any

from dashboard.charts import (
    accuracy,
    agreement,
    batch_accuracy,
    calibration_table,
    cell_curves,
    cka,
    compared_runs,
    compression_plane,
    compression_table,
    confidence_histogram,
    conformal_examples,
    conformal_sizes,
    confusion,
    correlations,
    cost,
    decoupled,
    discriminator,
    domains,
    ece_by_bins,
    ensembles,
    entropy,
    error_origin,
    errors,
    fidelity,
    generated,
    generator,
    gradient_share,
    knowledge,
    landscape,
    landscape_margins,
    landscape_surface,
    learned_temperature,
    loss_terms,
    losses,
    methods,
    missing_classes,
    moving_average,
    nll_curve,
    per_class,
    recipe_curve,
    recognition_frames,
    recognition_rates,
    recognition_teacher,
    recognition_terms,
    regression,
    reliability,
    risk_coverage,
    robustness_curves,
    robustness_gains,
    robustness_pictures,
    robustness_table,
    schedules,
    search_history,
    search_importances,
    search_parallel,
    seeds,
    shift,
    teacher_criteria,
    teacher_curve,
    teacher_table,
    teacher_weights,
    teachers,
    terms,
    top_classes,
    tree,
    unfamiliar_scores,
    unfamiliar_table,
    wrong_teacher,
)
from dashboard.charts.parts import style
from dashboard.text.phrases import Words
from kdcore.jobs.run.record import RunRecord

Figure = dict[str, Any]


def _at_epoch(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Give a chart the snapshot of an epoch, or say that there is none yet."""

    def figure(
        history: RunRecord, words: Words, *, epoch: float | None = None, **settings: Any
    ) -> Figure:
        snapshot = history.snapshot(epoch)
        if snapshot is None:
            return style.not_yet(words, "moment", over=history.over)
        return draw(snapshot, words, history=history, **settings)

    return figure


OVER_TIME: dict[str, Callable[..., Figure]] = {
    "accuracy": accuracy.figure,
    "losses": losses.figure,
    "loss_terms": loss_terms.figure,
    "gradient_share": gradient_share.figure,
    "agreement": agreement.figure,
    "fidelity": fidelity.figure,
    "errors": errors.figure,
    "batch_accuracy": batch_accuracy.figure,
    "teacher_curve": teacher_curve.figure,
    "decoupled": decoupled.figure,
    "correlations": correlations.figure,
    "cka": cka.figure,
    "discriminator": discriminator.figure,
    "generator": generator.figure,
    "learned_temperature": learned_temperature.figure,
    "moving_average": moving_average.figure,
    "top_classes": top_classes.figure,
    "wrong_teacher": wrong_teacher.figure,
    "courses": schedules.figure,
    "terms": terms.figure,
    "teachers": teachers.figure,
    "teacher_weights": teacher_weights.figure,
    "ensembles": ensembles.figure,
    "domains": domains.figure,
}
"""``figure(history, words)``."""

OF_A_MOMENT: dict[str, Callable[..., Figure]] = {
    "reliability": _at_epoch(reliability.figure),
    "confidence_histogram": _at_epoch(confidence_histogram.figure),
    "calibration_table": _at_epoch(calibration_table.figure),
    "ece_by_bins": _at_epoch(ece_by_bins.figure),
    "nll_curve": _at_epoch(nll_curve.figure),
    "entropy": _at_epoch(entropy.figure),
    "risk_coverage": _at_epoch(risk_coverage.figure),
    "confusion": _at_epoch(confusion.figure),
    "per_class": _at_epoch(per_class.figure),
    "error_origin": _at_epoch(error_origin.figure),
    "cost": cost.figure,
    "missing_classes": _at_epoch(missing_classes.figure),
    "conformal_sizes": conformal_sizes.figure,
    "unfamiliar_scores": unfamiliar_scores.figure,
    "unfamiliar_table": unfamiliar_table.figure,
    "knowledge": knowledge.figure,
    "shift": _at_epoch(shift.figure),
    "tree": tree.figure,
}
"""``figure(history, words, epoch=…, bins=…, calibrated=…, bias=…, coverage=…, sets=…, score=…)``;
no epoch is the newest."""

OF_SEVERAL_RUNS: dict[str, Callable[..., Figure]] = {"compared_runs": compared_runs.figure}
"""``figure(runs, words, metric=…, learner=…)``, each run with what it is called."""

OF_ARRAYS: dict[str, Callable[..., Figure]] = {
    "generated": generated.figure,
    "conformal_examples": conformal_examples.figure,
}
"""Of a moment too: ``figure(history, words, arrays=…, …)``, kept at the start, at the epoch and at
the end of the run."""

OF_A_SWEEP: dict[str, Callable[..., Figure]] = {
    "landscape": landscape.figure,
    "landscape_surface": landscape_surface.figure,
    "landscape_margins": landscape_margins.figure,
    "cell_curves": cell_curves.figure,
    "methods": methods.figure,
    "seeds": seeds.figure,
}
"""``figure(landscape, words, view)``."""

OF_A_SEARCH: dict[str, Callable[..., Figure]] = {
    "search_history": search_history.figure,
    "search_importances": search_importances.figure,
    "search_parallel": search_parallel.figure,
}
"""``figure(record, words, figures)``, of which Optuna drew the last."""

OF_A_SELECTION: dict[str, Callable[..., Figure]] = {
    "teacher_criteria": teacher_criteria.figure,
    "teacher_table": teacher_table.figure,
}
"""``figure(record, words)``."""

OF_A_RECIPE: dict[str, Callable[..., Figure]] = {"recipe_curve": recipe_curve.figure}
"""``figure(record, words, curve=…)``; another key than the recipe's means its first curve."""

OF_A_RECOGNITION: dict[str, Callable[..., Figure]] = {
    "recognition_rates": recognition_rates.figure,
    "recognition_teacher": recognition_teacher.figure,
    "recognition_terms": recognition_terms.figure,
}
"""``figure(record, words)``."""

OF_AN_UTTERANCE: dict[str, Callable[..., Figure]] = {
    "recognition_frames": recognition_frames.figure
}
"""Of a recognition too: ``figure(record, words, arrays=…, epoch=…, utterance=…)``."""

OF_A_COMPRESSION: dict[str, Callable[..., Figure]] = {
    "shrink_sizes": compression_plane.sizes,
    "shrink_times": compression_plane.times,
    "shrink_table": compression_table.figure,
}
"""``figure(record, words, size=…, batch=…)``."""

OF_A_ROBUSTNESS_TEST: dict[str, Callable[..., Figure]] = {
    **robustness_curves.FIGURES,
    "robust_gains": robustness_gains.figure,
    "robust_table": robustness_table.figure,
}
"""``figure(record, words, metric=…)``."""

OF_A_REGRESSION: dict[str, Callable[..., Figure]] = regression.FIGURES
"""``figure(record, words)``."""

OF_CORRUPTED_IMAGES: dict[str, Callable[..., Figure]] = {
    "robust_pictures": robustness_pictures.figure
}
"""Of a robustness test too: ``figure(record, words, arrays=…)``, kept of one corruption."""
