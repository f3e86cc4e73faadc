"""Distillation losses as pure functions of logits and features; one idea a file."""

from kdcore.losses.alignment import coral, mmd
from kdcore.losses.attacked_inputs import attacked_soft_targets, robust_soft_labels
from kdcore.losses.attention import attention_transfer
from kdcore.losses.congruence import correlation_congruence
from kdcore.losses.contrast import contrastive
from kdcore.losses.corrected_teacher import loca, loca_answers, mft, mft_answers
from kdcore.losses.correlation import correlations, dist
from kdcore.losses.ctc import ctc_loss, framewise_kl
from kdcore.losses.decoupled import decoupled_parts, dkd
from kdcore.losses.ensemble_distribution import ensemble_distribution, ensemble_distribution_proxy
from kdcore.losses.hard_labels import (
    cross_entropy,
    cross_entropy_gradient,
    target_cross_entropy,
    target_cross_entropy_gradient,
)
from kdcore.losses.hints import hint
from kdcore.losses.input_gradient import input_gradient_matching, noisy_soft_targets
from kdcore.losses.jensen_shannon import generalised_jensen_shannon
from kdcore.losses.logits import logit_mse, logit_mse_gradient
from kdcore.losses.mixed_targets import mixed_targets
from kdcore.losses.non_target import nkd
from kdcore.losses.probabilistic import probabilistic_transfer
from kdcore.losses.probabilities import probability_mse, probability_mse_gradient
from kdcore.losses.refined import refined_logits
from kdcore.losses.relations import relational
from kdcore.losses.reverse import reverse_kl
from kdcore.losses.several_teachers import (
    confidence_weights,
    entropy_weights,
    joined_logits,
    multi_teacher_kl,
)
from kdcore.losses.shuffled_classes import shuffled_class_kl, shuffled_classes
from kdcore.losses.similarity import similarity_preserving
from kdcore.losses.skewed import skew_kl, skew_reverse_kl
from kdcore.losses.smoothing import label_smoothing, virtual_teacher
from kdcore.losses.soft_targets import soft_cross_entropy, soft_target_kl, soft_target_kl_gradient
from kdcore.losses.softmax import softmax
from kdcore.losses.standardized import standardized, standardized_kl
from kdcore.losses.teacher_labels import teacher_label_cross_entropy
from kdcore.losses.top_classes import kept_probability, top_class_answers, top_class_kl
from kdcore.losses.transformed import ttm, wttm
from kdcore.losses.variational import variational_information

__all__ = [
    "attacked_soft_targets",
    "attention_transfer",
    "confidence_weights",
    "contrastive",
    "coral",
    "correlation_congruence",
    "correlations",
    "cross_entropy",
    "cross_entropy_gradient",
    "ctc_loss",
    "decoupled_parts",
    "dist",
    "dkd",
    "ensemble_distribution",
    "ensemble_distribution_proxy",
    "entropy_weights",
    "framewise_kl",
    "generalised_jensen_shannon",
    "hint",
    "input_gradient_matching",
    "joined_logits",
    "kept_probability",
    "label_smoothing",
    "loca",
    "loca_answers",
    "logit_mse",
    "logit_mse_gradient",
    "mft",
    "mft_answers",
    "mixed_targets",
    "mmd",
    "multi_teacher_kl",
    "nkd",
    "noisy_soft_targets",
    "probabilistic_transfer",
    "probability_mse",
    "probability_mse_gradient",
    "refined_logits",
    "relational",
    "reverse_kl",
    "robust_soft_labels",
    "shuffled_class_kl",
    "shuffled_classes",
    "similarity_preserving",
    "skew_kl",
    "skew_reverse_kl",
    "soft_cross_entropy",
    "soft_target_kl",
    "soft_target_kl_gradient",
    "softmax",
    "standardized",
    "standardized_kl",
    "target_cross_entropy",
    "target_cross_entropy_gradient",
    "teacher_label_cross_entropy",
    "top_class_answers",
    "top_class_kl",
    "ttm",
    "variational_information",
    "virtual_teacher",
    "wttm",
]
