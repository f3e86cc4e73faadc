"""What each panel of the dashboard suggests to try, as settings and a claim that is measured.

The words are in ``dashboard/text``; ``benchmarks/hints.py`` carries every hint out with five
seeds, and one that does not hold in four of them may not stand.
"""

from dataclasses import dataclass, field
from typing import Any

from kdcore.catalogue.scenarios import SCENARIOS


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A suggestion of a panel."""

    measure: str = ""
    """The number that a person looks at, a name of ``benchmarks.measures``; empty where the hint
    only says where to look and promises nothing."""
    claim: str = ""
    """``rises`` or ``falls``: from the base to the settings, seed by seed; ``positive``: it is
    above 0 with the settings."""
    base: dict[str, Any] = field(default_factory=dict)
    """Settings of the run that the panel shows before, beside those of the first run of the
    default data set."""
    settings: dict[str, Any] = field(default_factory=dict)
    """What the hint changes then."""
    job: str = "run"
    """What is started: a ``run``, a ``sweep`` over T and λ, one over the ``methods`` that look at
    logits alone, or the ``compression`` of a run's student, of which ``settings`` are amounts."""


LOOK = Hint()
"""Nothing is claimed and nothing is set."""

_NO_DATA = {"method": "generator", "temperature": 1.0, "weight": 1.0}
_TWO_TEACHERS = {"teacher": "mlp:256,128 + mlp:8", "temperature": 1.0, "teacher_mixing": "entropy"}

HINTS = {
    # draw
    "drawing_pad": LOOK,
    "writing_field": LOOK,
    # one step
    "slow_motion": LOOK,
    # 2-D
    "plane": LOOK,
    "decision_maps": LOOK,
    # live
    "accuracy": Hint(measure="accuracy_gain", claim="falls", settings={"unlabelled": 0.0}),
    "formula": LOOK,
    "losses": LOOK,
    "agreement": Hint(measure="agreement", claim="falls", settings={"weight": 0.0}),
    "fidelity": Hint(measure="class_correlation_gain", claim="positive"),
    "batch_accuracy": LOOK,
    "domains": LOOK,
    "shift": LOOK,
    "seeds": LOOK,
    "tree": LOOK,
    "regression_told": LOOK,
    "regression_error": LOOK,
    "regression_points": LOOK,
    "regression_intervals": LOOK,
    "regression_table": LOOK,
    "wrong_teacher": Hint(
        measure="inherited_more_than_plain", claim="falls", settings={"weight": 0.0}
    ),
    "errors": Hint(measure="errors_saved", claim="positive", settings={"seed": 1}),
    "loss_terms": Hint(measure="soft_share", claim="falls", settings={"weight": 0.0}),
    "gradient_share": Hint(
        measure="soft_gradient_without_t2", claim="falls", settings={"temperature": 20.0}
    ),
    "teacher_curve": Hint(
        measure="distilled_accuracy", claim="falls", settings={"teacher_epochs": 1}
    ),
    "courses": Hint(
        measure="final_temperature", claim="falls", settings={"temperature_schedule": "linear:1"}
    ),
    "terms": Hint(settings={"also": "1*relational"}),
    "teachers": Hint(
        settings={"teacher": "mlp:256,128 + mlp:64 + mlp:16", "teacher_mixing": "probabilities"}
    ),
    "teacher_weights": Hint(
        measure="difference_of_teacher_weights",
        claim="falls",
        base=_TWO_TEACHERS,
        settings={"temperature": 8.0},
    ),
    "ensembles": Hint(base={"ensemble": 4}),
    "missing_classes": Hint(
        measure="errors_saved_at_chosen_bias",
        claim="positive",
        base=SCENARIOS["unseen_class"].settings | {"unlabelled": 0.0},
    ),
    # a method's own panel
    "decoupled": Hint(measure="non_target_kl", claim="falls", settings={"method": "dkd"}),
    "correlations": Hint(base={"method": "dist"}),
    "cka": Hint(
        measure="cka_gain",
        claim="positive",
        settings={"method": "hint", "mixing": "additive", "weight": 100.0},
    ),
    "discriminator": Hint(
        measure="discriminator_accuracy",
        claim="rises",
        base={"method": "adversarial"},
        settings={"weight": 0.1},
    ),
    "generated": Hint(measure="more_than_half_right", claim="positive", settings=_NO_DATA),
    "generator": Hint(
        measure="generated_spread",
        claim="rises",
        base=_NO_DATA,
        settings={"method": "generator:spread=10"},
    ),
    "learned_temperature": Hint(
        measure="learned_temperature",
        claim="rises",
        base={"method": "learned_temperature"},
        settings={"method": "learned_temperature:strength=10"},
    ),
    "moving_average": Hint(
        measure="average_kl",
        claim="rises",
        base={"method": "moving_average"},
        settings={"method": "moving_average:decay=0.999"},
    ),
    "top_classes": Hint(
        measure="kept_probability",
        claim="falls",
        base={"method": "top_classes"},
        settings={"temperature": 20.0},
    ),
    # calibration
    "reliability": Hint(measure="ece_removed_from_plain", claim="positive"),
    "confidence_histogram": Hint(measure="overconfidence_of_plain", claim="positive"),
    "calibration_table": LOOK,
    "ece_by_bins": LOOK,
    "nll_curve": Hint(measure="plain_fitted_temperature_above_1", claim="positive"),
    "entropy": Hint(measure="entropy_of_wrong_above_right", claim="positive"),
    "risk_coverage": Hint(measure="errors_saved_at_80_percent", claim="positive"),
    # uncertainty
    "conformal_sizes": LOOK,
    "conformal_examples": LOOK,
    "unfamiliar_scores": LOOK,
    "unfamiliar_table": LOOK,
    "knowledge": Hint(
        base={"teacher": "mlp:64 + mlp:48 + mlp:32"},
        settings={"method": "ensemble_distribution_proxy", "weight": 1.0},
    ),
    # who is right
    "per_class": LOOK,
    "confusion": LOOK,
    "error_origin": Hint(measure="inherited_more_than_plain", claim="positive"),
    "cost": Hint(measure="distilled_accuracy", claim="falls", settings={"student": "mlp:4"}),
    # temperature, microscope
    "temperature_lab": LOOK,
    "microscope": LOOK,
    # landscape
    "landscape": LOOK,
    "landscape_surface": LOOK,
    "landscape_best": LOOK,
    "landscape_margins": Hint(
        measure="range_over_weights", claim="falls", settings={"unlabelled": 0.0}, job="sweep"
    ),
    "cell_curves": LOOK,
    "methods": Hint(settings={"unlabelled": 0.0}, job="methods"),
    "landscape_chosen": LOOK,
    # searches and selections of a teacher
    "search_best": LOOK,
    "search_history": LOOK,
    "search_importances": LOOK,
    "search_parallel": LOOK,
    "search_trials": LOOK,
    "selection_best": LOOK,
    "teacher_criteria": LOOK,
    "teacher_table": LOOK,
    # robustness
    "robust_told": Hint(settings={"label_noise": 0.4}),
    "robust_gains": LOOK,
    "robust_noise": LOOK,
    "robust_scene": LOOK,
    "robust_attacks": Hint(
        settings={"method": "ard:epsilon=0.1", "temperature": 30.0, "weight": 1.0}
    ),
    "robust_pictures": LOOK,
    "robust_table": LOOK,
    # recognition
    "recognition_told": LOOK,
    "recognition_rates": LOOK,
    "recognition_terms": LOOK,
    "recognition_teacher": LOOK,
    "recognition_frames": LOOK,
    "recognition_transcripts": LOOK,
    # recipes
    "recipe_claims": LOOK,
    "recipe_comparisons": LOOK,
    "recipe_measured": LOOK,
    "recipe_curve": LOOK,
    "compared_runs": LOOK,
    "recipe_steps": LOOK,
    "recipe_conditions": LOOK,
    # compression
    "shrink_sizes": Hint(
        measure="pruned_packed_bytes_saved",
        claim="positive",
        job="compression",
        settings={"stages": ("pruned",)},
    ),
    "shrink_times": LOOK,
    "shrink_told": Hint(
        measure="accuracy_regained",
        claim="positive",
        job="compression",
        settings={"stages": ("pruned",), "prune_share": 0.9},
    ),
    "shrink_table": Hint(
        measure="pruned_weights_gone_and_file_alike",
        claim="positive",
        job="compression",
        settings={"stages": ("pruned",)},
    ),
}
"""By panel."""
