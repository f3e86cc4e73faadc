"""Runs to begin with: three in which a teacher helps, and one in which it does not."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A run worth watching first."""

    settings: dict[str, Any]
    """All in which it differs from ``RunConfig()``."""


SCENARIOS = {
    "few_labels": Scenario(settings={"dataset": "mnist5k", "unlabelled": 0.95, "weight": 0.9}),
    "wrong_labels": Scenario(settings={"dataset": "mnist5k", "label_noise": 0.4, "weight": 0.9}),
    "unseen_class": Scenario(
        settings={"dataset": "mnist5k", "drop_classes": "3", "temperature": 8.0, "weight": 1.0}
    ),
    "all_labels": Scenario(settings={"dataset": "mnist5k"}),
}
"""What each one brings is measured by ``benchmarks/scenarios.py``."""
