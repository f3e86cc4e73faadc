"""What there is to choose from, by name, as plain data: methods, data sets, models, presets.

Nothing here imports torch: the screen lists all of it before the engine wakes. Functions are
named by dotted path and loaded when a run needs them.
"""

from kdcore.catalogue.datasets import DATASETS, Source
from kdcore.catalogue.methods import (
    METHODS,
    Method,
    MethodSetting,
    checked_method_setting,
    method_of,
    method_spec,
    parse_method,
)
from kdcore.catalogue.models import MODELS, PRESETS, Family, is_forest, parse_model

__all__ = [
    "DATASETS",
    "METHODS",
    "MODELS",
    "PRESETS",
    "Family",
    "Method",
    "MethodSetting",
    "Source",
    "checked_method_setting",
    "is_forest",
    "method_of",
    "method_spec",
    "parse_method",
    "parse_model",
]
