"""Distillation losses as pure functions of logits; one idea a file."""

from kdcore.losses.correlation import correlations, dist
from kdcore.losses.decoupled import decoupled_parts, dkd
from kdcore.losses.hard_labels import cross_entropy, cross_entropy_gradient
from kdcore.losses.logits import logit_mse, logit_mse_gradient
from kdcore.losses.non_target import nkd
from kdcore.losses.probabilities import probability_mse, probability_mse_gradient
from kdcore.losses.reverse import reverse_kl
from kdcore.losses.smoothing import label_smoothing, virtual_teacher
from kdcore.losses.soft_targets import (
    soft_cross_entropy,
    soft_target_kl,
    soft_target_kl_gradient,
)
from kdcore.losses.softmax import softmax
from kdcore.losses.standardized import standardized, standardized_kl

__all__ = [
    "correlations",
    "cross_entropy",
    "cross_entropy_gradient",
    "decoupled_parts",
    "dist",
    "dkd",
    "label_smoothing",
    "logit_mse",
    "logit_mse_gradient",
    "nkd",
    "probability_mse",
    "probability_mse_gradient",
    "reverse_kl",
    "soft_cross_entropy",
    "soft_target_kl",
    "soft_target_kl_gradient",
    "softmax",
    "standardized",
    "standardized_kl",
    "virtual_teacher",
]
