"""The numbers that the dashboard's hints are measured by: of one seed's record, by name."""

from collections.abc import Callable
from statistics import fmean
from typing import Any

from benchmarks.seeds import CompressionRecord, RunRecord, SweepRecord
from kdcore.events import Diagnosis, Scores

OF_A_RUN: dict[str, Callable[[RunRecord], float]] = {
    "distilled_accuracy": lambda run: _scores(run).test_accuracy,
    "accuracy_gain": lambda run: _scores(run).test_accuracy - _scores(run, "plain").test_accuracy,
    "errors_saved": lambda run: _scores(run, "plain").test_errors - _scores(run).test_errors,
    "agreement": lambda run: _known(_scores(run).agreement),
    "class_correlation_gain": lambda run: (
        _known(_scores(run).class_correlation) - _known(_scores(run, "plain").class_correlation)
    ),
    "more_than_half_right": lambda run: _scores(run).test_accuracy - 0.5,
    "soft_share": lambda run: _soft_share(run),
    "final_temperature": lambda run: run.epochs[-1].controls["temperature"],
    "errors_saved_at_chosen_bias": lambda run: (
        _errors_at_chosen_bias(run.diagnoses["plain"])
        - _errors_at_chosen_bias(run.diagnoses["distilled"])
    ),
    "ece_removed_from_plain": lambda run: (
        run.diagnoses["plain"].calibration["ece"] - run.diagnoses["plain"].calibrated["ece"]
    ),
    "overconfidence_of_plain": lambda run: _overconfidence(run.diagnoses["plain"]),
    "plain_fitted_temperature_above_1": lambda run: run.diagnoses["plain"].temperature_fitted - 1,
    "entropy_of_wrong_above_right": lambda run: (
        _mean_bin(run.diagnoses["distilled"].entropy_wrong)
        - _mean_bin(run.diagnoses["distilled"].entropy_right)
    ),
    "errors_saved_at_80_percent": lambda run: (
        _risk(run.diagnoses["teacher"], 1.0) - _risk(run.diagnoses["distilled"], 0.8)
    ),
    "inherited_more_than_plain": lambda run: (
        _known(run.diagnoses["distilled"].errors_inherited)
        - _known(run.diagnoses["plain"].errors_inherited)
    ),
}
OF_ITS_BATCHES: dict[str, Callable[[RunRecord], float]] = {
    "soft_gradient_without_t2": lambda run: fmean(
        batch.students["distilled"].soft_gradient_without_t2 for batch in _last_batches(run)
    ),
    "non_target_kl": lambda run: _measure(run, "non_target_kl"),
    "cka_gain": lambda run: _measure(run, "cka") - _measure(run, "cka", "plain"),
    "discriminator_accuracy": lambda run: _measure(run, "discriminator_accuracy"),
    "generated_spread": lambda run: _measure(run, "generated_spread"),
    "learned_temperature": lambda run: _measure(run, "learned_temperature"),
    "average_kl": lambda run: _measure(run, "average_kl"),
    "kept_probability": lambda run: _measure(run, "kept_probability"),
    "difference_of_teacher_weights": lambda run: abs(
        _measure(run, "teacher_weight_1") - _measure(run, "teacher_weight_2")
    ),
}
"""Students that are trained together tell of no batches."""
OF_A_SWEEP: dict[str, Callable[[SweepRecord], float]] = {
    "range_over_weights": lambda sweep: _range_over_weights(sweep)
}
OF_A_COMPRESSION: dict[str, Callable[[CompressionRecord], float]] = {
    "pruned_packed_bytes_saved": lambda found: (
        found.ended["student"].after.packed_bytes - found.ended["pruned"].after.packed_bytes
    ),
    "accuracy_regained": lambda found: (
        found.ended["pruned"].after.scores.test_accuracy
        - found.began["pruned"].before.scores.test_accuracy
    ),
    "pruned_weights_gone_and_file_alike": lambda found: (
        found.ended["pruned"].after.bytes / found.ended["student"].after.bytes
        - found.ended["pruned"].after.nonzero / found.ended["student"].after.nonzero
    ),
}
MEASURES: dict[str, Callable[[Any], float]] = (
    OF_A_RUN | OF_ITS_BATCHES | OF_A_SWEEP | OF_A_COMPRESSION
)


def _scores(run: RunRecord, student: str = "distilled") -> Scores:
    return run.finished.students[student]


def _known(value: float | None) -> float:
    assert value is not None, "there is a teacher"
    return value


def _soft_share(run: RunRecord) -> float:
    """λ · soft / loss over the last epoch; 1 would be the soft term alone."""
    scores = _scores(run)
    weighted = run.epochs[-1].controls["weight"] * _known(scores.soft_loss)
    return weighted / _known(scores.train_loss)


def _last_batches(run: RunRecord) -> list[Any]:
    """Those of the last epoch."""
    return [batch for batch in run.batches if batch.position > len(run.epochs) - 1]


def _measure(run: RunRecord, name: str, student: str = "distilled") -> float:
    """Mean of a method's own number over the last epoch."""
    return fmean(
        batch.students[student].measures[name]
        for batch in _last_batches(run)
        if name in batch.students[student].measures
    )


def _overconfidence(learner: Diagnosis) -> float:
    return learner.calibration["mean_confidence"] - learner.calibration["accuracy"]


def _errors_at_chosen_bias(learner: Diagnosis) -> float:
    """Errors on test data at the bias with fewest on validation data."""
    _, errors, *_ = min(learner.missing_classes, key=lambda row: row[3])
    return errors


def _mean_bin(histogram: list[int]) -> float:
    return sum(at * count for at, count in enumerate(histogram)) / sum(histogram)


def _risk(learner: Diagnosis, coverage: float) -> float:
    """Share of wrong answers among the ``coverage`` most confident ones."""
    return min(learner.risk_coverage, key=lambda point: abs(point[0] - coverage))[1]


def _range_over_weights(sweep: SweepRecord) -> float:
    """Highest minus lowest accuracy over λ, each the mean over T."""
    weights = {weight for _, _, weight in sweep.distilled}
    means = [
        fmean(accuracy for (_, _, other), accuracy in sweep.distilled.items() if other == weight)
        for weight in weights
    ]
    return max(means) - min(means)
