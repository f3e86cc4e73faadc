"""Metrics on probabilities ``[samples, classes]`` and labels ``[samples]``.

Those of uncertainty take and give NumPy arrays, all others tensors.
"""

from kdcore.metrics.accuracy import accuracy, confusion_matrix
from kdcore.metrics.agreement import ErrorOrigin, agreement, error_origin, top_agreement
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
from kdcore.metrics.conformal import (
    adaptive_scores,
    conformal_threshold,
    coverage_range,
    least_ambiguous_scores,
    prediction_sets,
)
from kdcore.metrics.fidelity import class_similarity_correlation, kl_to_teacher
from kdcore.metrics.knowledge import Decomposition, dirichlet_uncertainty, ensemble_uncertainty
from kdcore.metrics.out_of_distribution import Auroc, auroc, unfamiliarity_scores
from kdcore.metrics.similarity import centered_kernel_alignment
from kdcore.metrics.smooth_calibration import smooth_calibration_error, smoothed_error
from kdcore.metrics.temperature import fit_temperature, nll_curve
from kdcore.metrics.uncertainty import predictive_entropy, risk_coverage

__all__ = [
    "Auroc",
    "Decomposition",
    "ErrorOrigin",
    "accuracy",
    "adaptive_calibration_error",
    "adaptive_scores",
    "agreement",
    "auroc",
    "brier_score",
    "centered_kernel_alignment",
    "class_similarity_correlation",
    "classwise_calibration_error",
    "conformal_threshold",
    "confusion_matrix",
    "coverage_range",
    "dirichlet_uncertainty",
    "ensemble_uncertainty",
    "error_if_calibrated",
    "error_origin",
    "expected_calibration_error",
    "fit_temperature",
    "kl_to_teacher",
    "least_ambiguous_scores",
    "maximum_calibration_error",
    "negative_log_likelihood",
    "nll_curve",
    "prediction_sets",
    "predictive_entropy",
    "reliability_bins",
    "risk_coverage",
    "smooth_calibration_error",
    "smoothed_error",
    "top_agreement",
    "unfamiliarity_scores",
]
