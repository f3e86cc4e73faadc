"""The charts of a sweep: what they show, and that Plotly accepts them."""

from dataclasses import replace

import plotly.graph_objects as go
import pytest
from support.sweeps import COMPARISON, whole_sweep

from dashboard.charts import OF_A_SWEEP
from dashboard.charts.parts.grid import View
from dashboard.text.languages import LANGUAGES, words
from kdcore.jobs.sweep.record import METRICS, SweepRecord


def landscape(events=None):
    found = SweepRecord()
    found.fold(whole_sweep() if events is None else events)
    return found


def draw(name, events=None, **view):
    return OF_A_SWEEP[name](landscape(events), words("en"), View(**view))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("name", OF_A_SWEEP)
def test_plotly_accepts_every_chart(name, metric, language):
    figure = OF_A_SWEEP[name](landscape(), words(language), View(metric=metric))

    assert go.Figure(figure).data


@pytest.mark.parametrize("count", range(len(whole_sweep())))
@pytest.mark.parametrize("name", OF_A_SWEEP)
def test_a_sweep_that_is_under_way_has_a_chart_or_says_why_not(name, count):
    figure = draw(name, whole_sweep()[:count])

    assert figure.get("empty") or go.Figure(figure)


def test_the_map_has_the_means_and_its_best_place():
    data = {trace.get("name"): trace for trace in draw("landscape", metric="test_errors")["data"]}

    assert data[None]["z"] == [[18, 25], [13, 23]]
    assert data[None]["customdata"][1][0] == [4.0, 0.5]
    assert data[None]["text"][0][0] == "18.0<br>± 0.000"
    assert data[None]["reversescale"] is True
    assert "n = 2" in draw("landscape")["layout"]["xaxis"]["title"]["text"]
    star = data["best on validation data"]
    assert (round(star["x"][0]), round(star["y"][0])) == (0, 1)


def test_the_line_parts_what_is_better_than_plain():
    """Gains by T and λ are 3, −4 and 8, −2: the line runs between the two columns."""
    border = next(
        trace
        for trace in draw("landscape", metric="test_errors")["data"]
        if trace.get("name") == words("en")["chart.better_than_plain"]
    )

    assert border["x"] == [0.5, 0.5, None, 0.5, 0.5, None]
    assert border["y"] == [-0.5, 0.5, None, 0.5, 1.5, None]


def test_before_the_guess_no_chart_betrays_a_value():
    (blank,) = draw("landscape", hidden=True)["data"]

    assert {value for row in blank["z"] for value in row} == {0}
    assert "text" not in blank
    for name in set(OF_A_SWEEP) - {"landscape"}:
        assert draw(name, hidden=True) == {"empty": words("en")["chart.empty.guess_first"]}


def test_gains_are_sorted_and_coloured_by_whether_they_are_clear():
    better, unsure, worse = draw("methods", whole_sweep(config=COMPARISON))["data"]

    assert (better["y"], worse["y"]) == (
        ["Decoupled KD (DKD)"],
        ["Correlation matching (DIST) (gamma=2)"],
    )
    assert better["x"] == [pytest.approx(100 * 10 / 360)]
    assert unsure["y"] == ["Soft targets (Hinton)"]


def test_a_method_that_is_far_off_does_not_squash_the_others():
    near = ("kd", "dkd", "dist:gamma=2", "nkd", "soft_ce")
    told = draw("methods", whole_sweep(config=replace(COMPARISON, methods=near)))["layout"]
    assert told["annotations"] == []

    layout = draw("methods", whole_sweep(config=replace(COMPARISON, methods=(*near, "generator"))))[
        "layout"
    ]
    (arrow,) = layout["annotations"]
    assert layout["xaxis"]["range"] == pytest.approx(told["xaxis"]["range"], abs=2)
    assert arrow["y"] == "Generated inputs (data-free)"
    assert arrow["text"].startswith("◀ −63.89 ± ")
    assert arrow["x"] == layout["xaxis"]["range"][0]


def test_the_curves_are_those_of_the_place_pointed_at():
    lines = [
        trace
        for trace in draw("cell_curves", metric="test_errors", at=(1.0, 1.0))["data"]
        if trace.get("showlegend") is not False
    ]

    assert [line["y"] for line in lines] == [[31, 21], [35, 25]]


def test_the_margins_average_over_the_other_axis():
    figure = draw("landscape_margins", metric="test_errors")
    over_t, over_weight = (
        trace["y"] for trace in figure["data"] if trace["name"] == words("en")["learner.distilled"]
    )

    assert over_t == [21.5, 18]
    assert over_weight == [15.5, 24]
