"""What a card may open and highlight: the pages, their parts, and what their address takes.

A lesson names a part; only this file knows where it stands on the page.
"""

from dataclasses import fields

from kdcore.jobs.run.config import RunConfig

SETTINGS = {
    item.name: "T" if item.name == "temperature" else item.name for item in fields(RunConfig)
}
"""Parameter of the Live page's address, by setting."""


def _panels(*names: str) -> dict[str, str]:
    """Charts in their frames, by name."""
    return {name: f'[class*="st-key-panel-{name}-"]' for name in names}


TRANSPORT = {"transport": '[data-testid="transport"]'}
LAB = '[data-testid="temperature-lab"]'
STEP = '[data-testid="slow-motion"]'
PARTS: dict[str, dict[str, str]] = {
    "start": {
        "hero": '[data-testid="hero"]',
        "temperature": '[data-testid="hero"] .kd-temperature',
        "label": ".kd-hero-label",
        "answer": ".kd-hero-teacher",
        "numbers": ".kd-hero-numbers",
    },
    "temperature": {
        "lab": LAB,
        "temperature": f"{LAB} .kd-lab-top",
        "examples": f"{LAB} .kd-lab-strip",
        "answer": f"{LAB} .kd-lab-part:nth-child(1)",
        "curve": f"{LAB} .kd-lab-part:nth-child(2)",
        "matrix": f"{LAB} .kd-lab-part:nth-child(3)",
        "limit": f"{LAB} .kd-limit",
    },
    "live": {
        "start": ".st-key-start",
        "buttons": ".st-key-buttons",
        "controls": ".st-key-controls",
        "temperature": ".st-key-T",
        "weight": ".st-key-weight",
        "scores": '[data-testid="moment"]',
        **_panels(
            "accuracy",
            "losses",
            "loss_terms",
            "gradient_share",
            "agreement",
            "fidelity",
            "errors",
            "formula",
            "seeds",
            "missing_classes",
        ),
        **TRANSPORT,
    },
    "step": {
        "temperature": f"{STEP} .kd-temperature",
        "weight": f'{STEP} .kd-step-range:has([data-testid="step-weight"])',
        "examples": f"{STEP} .kd-step-examples",
        "phases": f"{STEP} .kd-step-transport",
        "cards": f"{STEP} .kd-step-cards",
        "gradients": f'{STEP} .kd-step-card[data-phase="gradient"]',
        "update": f'{STEP} .kd-step-card[data-phase="update"]',
    },
    "microscope": {
        "microscope": '[data-testid="microscope"]',
        "temperature": '[data-testid="microscope"] .kd-temperature',
        "examples": ".kd-micro-field",
        "example": ".kd-micro-glass",
        "matrices": ".kd-micro-matrices",
        **TRANSPORT,
    },
    "calibration": {
        "bins": ".st-key-bins",
        "calibrated": ".st-key-calibrated",
        **_panels(
            "reliability",
            "confidence_histogram",
            "nll_curve",
            "calibration_table",
            "ece_by_bins",
            "entropy",
            "risk_coverage",
        ),
        **TRANSPORT,
    },
    "right": {
        **_panels("accuracy", "teacher_curve", "error_origin", "confusion", "per_class", "cost"),
        **TRANSPORT,
    },
    "uncertainty": _panels(
        "conformal_sizes", "conformal_examples", "unfamiliar_scores", "unfamiliar_table"
    ),
    "draw": {},
    "playground": {},
    "landscape": {},
    "searches": {},
    "shrink": {},
    "robustness": {},
    "recognition": {},
    "regression": {},
    "evidence": {},
    "runs": {},
    "help": {},
}
"""CSS selector by page and name."""

PARAMETERS: dict[str, frozenset[str]] = {
    "live": frozenset(SETTINGS.values()) | {"bias"},
    "calibration": frozenset({"bins", "calibrated"}),
}
"""What a card may write into a page's address, besides the run."""
