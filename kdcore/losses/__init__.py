"""Distillation losses as pure functions of logits; one idea a file."""

from kdcore.losses.hard_labels import cross_entropy, cross_entropy_gradient
from kdcore.losses.logits import logit_mse, logit_mse_gradient
from kdcore.losses.probabilities import probability_mse, probability_mse_gradient
from kdcore.losses.soft_targets import (
    soft_cross_entropy,
    soft_target_kl,
    soft_target_kl_gradient,
)
from kdcore.losses.softmax import softmax

__all__ = [
    "cross_entropy",
    "cross_entropy_gradient",
    "logit_mse",
    "logit_mse_gradient",
    "probability_mse",
    "probability_mse_gradient",
    "soft_cross_entropy",
    "soft_target_kl",
    "soft_target_kl_gradient",
    "softmax",
]
