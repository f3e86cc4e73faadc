"""The curve of a recipe: means with the deviations over seeds."""

from statistics import fmean, stdev

import plotly.graph_objects as go
import pytest
from support.recipes import ERRORS, whole_recipe

from dashboard.charts import OF_A_RECIPE
from dashboard.text.languages import LANGUAGES, words
from kdcore.jobs.recipe.record import RecipeRecord


def draw(events, language="en", curve=""):
    record = RecipeRecord()
    record.fold(events)
    return OF_A_RECIPE["recipe_curve"](record, words(language), curve=curve)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_has_the_mean_of_each_trial_and_its_deviation(language):
    figure = draw(whole_recipe(), language)
    (line,) = figure["data"]
    own = [ERRORS["wide_8", "distilled"], ERRORS["wide_20", "distilled"]]

    assert go.Figure({part: figure[part] for part in ("data", "layout")}).data
    assert line["x"] == [8, 20]
    assert line["y"] == pytest.approx([fmean(values) for values in own])
    assert line["error_y"]["array"] == pytest.approx([stdev(values) for values in own])
    assert f"{fmean(own[1]):.1f}" in figure["message"]


@pytest.mark.parametrize("count", range(4))
def test_before_the_first_point_it_says_why_there_is_none(count):
    assert draw(whole_recipe()[:count])["empty"]
