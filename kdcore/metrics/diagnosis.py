"""All that the calibration and the who-is-right pages show of one learner, in one record."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from kdcore.events import Diagnosis
from kdcore.metrics.accuracy import accuracy, confusion_matrix
from kdcore.metrics.agreement import error_origin
from kdcore.metrics.calibration import (
    adaptive_calibration_error,
    brier_score,
    classwise_calibration_error,
    error_if_calibrated,
    expected_calibration_error,
    maximum_calibration_error,
    negative_log_likelihood,
    reliability_bins,
)
from kdcore.metrics.missing_classes import errors_by_bias
from kdcore.metrics.smooth_calibration import smooth_calibration_error
from kdcore.metrics.temperature import fit_temperature, nll_curve
from kdcore.metrics.uncertainty import predictive_entropy, risk_coverage
from kdcore.ranges import BIASES

FINE_BINS = 60
"""Can be merged to 5, 6, 10, 12, 15, 20 and 30 bins."""
ENTROPY_BINS = 20
CURVE_POINTS = 100
MOST_VALIDATION_SAMPLES = 2_000
"""Of validation data for the fit: more changes T_cal in the third digit only."""


def diagnose(
    test_logits: Tensor,
    test_labels: Tensor,
    validation_logits: Tensor,
    validation_labels: Tensor,
    teacher_test_logits: Tensor | None,
    missing: Sequence[int] = (),
) -> Diagnosis:
    """Where a learner is right, wrong and how sure, on test data; T_cal is fitted on validation.

    Args:
        test_logits: ``[samples, classes]``.
        test_labels: ``[samples]``, int64.
        validation_logits: ``[validation samples, classes]``.
        validation_labels: ``[validation samples]``.
        teacher_test_logits: ``[samples, classes]``; ``None`` for the teacher itself.
        missing: numbers of the classes that the students never see.
    """
    part = slice(MOST_VALIDATION_SAMPLES)
    fitted = fit_temperature(validation_logits[part], validation_labels[part])
    probabilities = test_logits.softmax(-1)
    calibrated = (test_logits / fitted).softmax(-1)
    answers = test_logits.argmax(-1)
    right, wrong = _entropy_histograms(probabilities, answers == test_labels)
    origin = (
        error_origin(answers, teacher_test_logits.argmax(-1), test_labels)
        if teacher_test_logits is not None
        else None
    )
    return Diagnosis(
        confusion=confusion_matrix(answers, test_labels, test_logits.shape[1]).tolist(),
        bins=_bins(probabilities, test_labels),
        calibration=calibration_summary(probabilities, test_labels),
        calibrated=calibration_summary(calibrated, test_labels),
        bins_calibrated=_bins(calibrated, test_labels),
        temperature_fitted=fitted,
        validation_nll_curve=nll_curve(validation_logits[part], validation_labels[part]),
        entropy_right=right,
        entropy_wrong=wrong,
        risk_coverage=_thinned(risk_coverage(probabilities, test_labels)),
        errors_inherited=origin.inherited if origin else None,
        errors_own=origin.own if origin else None,
        teacher_errors_mended=origin.mended if origin else None,
        missing_classes=[
            [bias, *on_test, *on_validation]
            for bias, on_test, on_validation in zip(
                BIASES,
                errors_by_bias(test_logits, test_labels, missing).tolist(),
                errors_by_bias(validation_logits, validation_labels, missing).tolist(),
                strict=True,
            )
        ]
        if missing
        else [],
    )


def calibration_summary(probabilities: Tensor, labels: Tensor) -> dict[str, float]:
    """The figures of the calibration table; errors with 15 bins."""
    confidence = probabilities.max(-1).values
    expected, spread = error_if_calibrated(confidence, torch.Generator().manual_seed(0))
    curve = risk_coverage(probabilities, labels)
    return {
        "accuracy": float(accuracy(probabilities, labels)),
        "mean_confidence": float(confidence.double().mean()),
        "mean_entropy": float(predictive_entropy(probabilities).double().mean()),
        "ece": float(expected_calibration_error(probabilities, labels)),
        "smooth_ece": smooth_calibration_error(
            confidence.cpu().numpy(), (probabilities.argmax(-1) == labels).cpu().numpy()
        ),
        "mce": float(maximum_calibration_error(probabilities, labels)),
        "adaptive_ece": float(adaptive_calibration_error(probabilities, labels)),
        "classwise_ece": float(classwise_calibration_error(probabilities, labels)),
        "brier": float(brier_score(probabilities, labels)),
        "nll": float(negative_log_likelihood(probabilities, labels)),
        "aurc": float(curve[:, 1].mean()),
        "ece_expected": expected,
        "ece_expected_sd": spread,
    }


def _bins(probabilities: Tensor, labels: Tensor) -> list[list[float]]:
    table = reliability_bins(probabilities, labels, FINE_BINS)
    return [[round(value, 6) for value in row] for row in table.tolist()]


def _entropy_histograms(probabilities: Tensor, right: Tensor) -> tuple[list[int], list[int]]:
    share = predictive_entropy(probabilities) / math.log(probabilities.shape[1])
    index = (share * ENTROPY_BINS).long().clamp(0, ENTROPY_BINS - 1)
    counts = [torch.bincount(index[mask], minlength=ENTROPY_BINS) for mask in (right, ~right)]
    return counts[0].tolist(), counts[1].tolist()


def _thinned(curve: Tensor) -> list[list[float]]:
    keep = torch.linspace(0, len(curve) - 1, min(CURVE_POINTS, len(curve))).round().long()
    return curve[keep].tolist()
