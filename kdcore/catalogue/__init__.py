"""What there is to choose from, by name, as plain data: methods, data sets, models, presets.

Nothing here imports torch: the screen lists all of it before the engine wakes. Functions are
named by dotted path and loaded when a run needs them.
"""

from kdcore.catalogue.corruptions import CORRUPTIONS, Corruption
from kdcore.catalogue.datasets import DATASETS, Source
from kdcore.catalogue.hints import HINTS, Hint
from kdcore.catalogue.methods import METHODS, Method, MethodSetting
from kdcore.catalogue.models import (
    MODELS,
    PRESETS,
    Family,
    is_forest,
    is_readable,
    models_spec,
    parse_model,
    parse_models,
)
from kdcore.catalogue.scenarios import SCENARIOS, Scenario
from kdcore.catalogue.schemes import SCHEMES, Scheme
from kdcore.catalogue.shifts import SHIFTS, Shift, is_shift, parse_shift, target_spec
from kdcore.catalogue.specs import (
    HIGHEST_EXTRA_WEIGHT,
    checked_method_setting,
    extra_terms_spec,
    extra_weight,
    method_name,
    method_of,
    method_spec,
    parse_extra_terms,
    parse_method,
)
from kdcore.catalogue.suited import accepts, suited_families, suits

__all__ = [
    "CORRUPTIONS",
    "DATASETS",
    "HIGHEST_EXTRA_WEIGHT",
    "HINTS",
    "METHODS",
    "MODELS",
    "PRESETS",
    "SCENARIOS",
    "SCHEMES",
    "SHIFTS",
    "Corruption",
    "Family",
    "Hint",
    "Method",
    "MethodSetting",
    "Scenario",
    "Scheme",
    "Shift",
    "Source",
    "accepts",
    "checked_method_setting",
    "extra_terms_spec",
    "extra_weight",
    "is_forest",
    "is_readable",
    "is_shift",
    "method_name",
    "method_of",
    "method_spec",
    "models_spec",
    "parse_extra_terms",
    "parse_method",
    "parse_model",
    "parse_models",
    "parse_shift",
    "suited_families",
    "suits",
    "target_spec",
]
