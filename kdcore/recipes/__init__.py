"""Experiments of the literature as plain data, a file a recipe; imports no torch."""

from kdcore.recipes.adaptation256 import ADAPTATION256
from kdcore.recipes.capacity_gap import CAPACITY_GAP
from kdcore.recipes.cifar_ensemble import CIFAR_ENSEMBLE
from kdcore.recipes.cifar_report import CIFAR_REPORT
from kdcore.recipes.controls import CONTROLS
from kdcore.recipes.conv_teacher import CONV_TEACHER
from kdcore.recipes.dense64 import DENSE64
from kdcore.recipes.hinton2015 import HINTON2015
from kdcore.recipes.mse500 import MSE500
from kdcore.recipes.patience import PATIENCE
from kdcore.recipes.readings import READINGS
from kdcore.recipes.recipe import Claim, Comparison, Curve, Recipe, Side, Step, Trial, texts_of
from kdcore.recipes.scores import (
    SCORES,
    claimed_text,
    difference_text,
    noise_text,
    spread_text,
    value_text,
)
from kdcore.recipes.temperature_ece import TEMPERATURE_ECE
from kdcore.recipes.tempered_teacher import TEMPERED_TEACHER
from kdcore.recipes.uncertainty_ensembles import UNCERTAINTY_ENSEMBLES
from kdcore.recipes.worked import BINARY_EXAMPLE, ROWS_THAT_DO_NOT_SUM_TO_ONE

RECIPES: dict[str, Recipe] = {
    "hinton2015": HINTON2015,
    "mse500": MSE500,
    "dense64": DENSE64,
    "conv_teacher": CONV_TEACHER,
    "cifar_ensemble": CIFAR_ENSEMBLE,
    "cifar_report": CIFAR_REPORT,
    "adaptation256": ADAPTATION256,
    "controls": CONTROLS,
    "patience": PATIENCE,
    "capacity_gap": CAPACITY_GAP,
    "temperature_ece": TEMPERATURE_ECE,
    "tempered_teacher": TEMPERED_TEACHER,
    "uncertainty_ensembles": UNCERTAINTY_ENSEMBLES,
    "rows_that_do_not_sum_to_one": ROWS_THAT_DO_NOT_SUM_TO_ONE,
    "binary_example": BINARY_EXAMPLE,
}
"""By name, in the order in which they are shown."""

__all__ = [
    "READINGS",
    "RECIPES",
    "SCORES",
    "Claim",
    "Comparison",
    "Curve",
    "Recipe",
    "Side",
    "Step",
    "Trial",
    "claimed_text",
    "difference_text",
    "noise_text",
    "spread_text",
    "texts_of",
    "value_text",
]
