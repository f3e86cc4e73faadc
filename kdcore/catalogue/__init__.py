"""What there is to choose from, by name, as plain data: methods, data sets, models, presets.

Nothing here imports torch: the screen lists all of it before the engine wakes. Functions are
named by dotted path and loaded when a run needs them.
"""

from kdcore.catalogue.corruptions import CORRUPTIONS, Corruption
from kdcore.catalogue.datasets import DATASETS, GIVEN_DATA, Source
from kdcore.catalogue.hints import HINTS, Hint
from kdcore.catalogue.methods import METHODS, Method, MethodSetting
from kdcore.catalogue.models import (
    GIVEN_MODULE,
    MODELS,
    PRESETS,
    Family,
    family_of,
    is_forest,
    is_given,
    is_readable,
    models_as_stored,
    models_spec,
    parse_model,
    parse_models,
)
from kdcore.catalogue.own_models import enter_installed, register_model
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

LEFT_OUT = enter_installed()
"""Why models of installed packages are not among ``MODELS``."""

__all__ = [
    "CORRUPTIONS",
    "DATASETS",
    "GIVEN_DATA",
    "GIVEN_MODULE",
    "HIGHEST_EXTRA_WEIGHT",
    "HINTS",
    "LEFT_OUT",
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
    "family_of",
    "is_forest",
    "is_given",
    "is_readable",
    "is_shift",
    "method_name",
    "method_of",
    "method_spec",
    "models_as_stored",
    "models_spec",
    "parse_extra_terms",
    "parse_method",
    "parse_model",
    "parse_models",
    "parse_shift",
    "register_model",
    "suited_families",
    "suits",
    "target_spec",
]
