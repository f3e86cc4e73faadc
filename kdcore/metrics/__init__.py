"""Metrics on probabilities ``[samples, classes]`` and labels ``[samples]``."""

from kdcore.metrics.accuracy import accuracy, confusion_matrix
from kdcore.metrics.agreement import ErrorOrigin, agreement, error_origin
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
from kdcore.metrics.fidelity import class_similarity_correlation, kl_to_teacher
from kdcore.metrics.similarity import centered_kernel_alignment
from kdcore.metrics.temperature import fit_temperature, nll_curve
from kdcore.metrics.uncertainty import predictive_entropy, risk_coverage

__all__ = [
    "ErrorOrigin",
    "accuracy",
    "adaptive_calibration_error",
    "agreement",
    "brier_score",
    "centered_kernel_alignment",
    "class_similarity_correlation",
    "classwise_calibration_error",
    "confusion_matrix",
    "error_if_calibrated",
    "error_origin",
    "expected_calibration_error",
    "fit_temperature",
    "kl_to_teacher",
    "maximum_calibration_error",
    "negative_log_likelihood",
    "nll_curve",
    "predictive_entropy",
    "reliability_bins",
    "risk_coverage",
]
