import json
import re

import plotly.graph_objects as go
import pytest
from support.regressions import whole_regression

from dashboard.charts import OF_A_REGRESSION
from dashboard.text.languages import LANGUAGES, words
from kdcore.jobs.regression.record import RegressionRecord


@pytest.fixture(scope="module")
def record():
    found = RegressionRecord()
    found.fold(whole_regression())
    return found


def draw(name, record, language="en"):
    return OF_A_REGRESSION[name](record, words(language))


@pytest.mark.parametrize("name", OF_A_REGRESSION)
def test_plotly_takes_the_chart(name, record):
    figure = draw(name, record)
    json.dumps(figure, allow_nan=False)
    if "table" in figure:
        assert {len(row["cells"]) for row in figure["table"]["rows"]} == {6}
    else:
        go.Figure(figure)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", OF_A_REGRESSION)
def test_before_it_has_begun_a_sentence_stands_there(name, language):
    assert draw(name, RegressionRecord(), language)["empty"] in words(language).values()


@pytest.mark.parametrize("name", OF_A_REGRESSION)
def test_both_languages_say_the_same_numbers(name, record):
    said = [re.findall(r"\d+(?:\.\d+)?", draw(name, record, one)["message"]) for one in LANGUAGES]
    assert sorted(said[0]) == sorted(said[1])
    assert said[0]


def test_the_error_is_the_mean_over_the_seeds_with_its_deviation(record):
    lines = [
        trace for trace in draw("regression_error", record)["data"] if "sd" in trace.get("meta", {})
    ]
    plain, distilled = lines
    assert plain["y"] == pytest.approx([51.0, 50.0])
    assert distilled["y"] == pytest.approx([47.875, 46.875])
    assert distilled["meta"]["sd"] == pytest.approx([0.17677669] * 2)


def test_points_have_the_interval_that_promises_nine_of_ten(record):
    teacher, plain, _ = draw("regression_points", record)["data"]
    assert teacher["error_y"]["array"] == pytest.approx([1.6448536 * 40] * 3)
    assert plain["error_y"]["array"] == pytest.approx([1.6448536 * 20] * 3)
    assert teacher["x"] == [90.0, 160.0, 300.0]
