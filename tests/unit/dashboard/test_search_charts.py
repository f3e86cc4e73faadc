"""The charts of a search and of a selection of a teacher: what they show, and that Plotly accepts
them."""

from dataclasses import replace

import plotly.graph_objects as go
import pytest
from support.searches import (
    ASSESSED,
    BEST,
    OPTUNA,
    search_began,
    trial_events,
    whole_search,
    whole_selection,
)

from dashboard.charts import OF_A_SEARCH, OF_A_SELECTION
from dashboard.text.languages import LANGUAGES, words
from kdcore.jobs.search.record import SearchRecord
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord

EN = words("en")


def searched(events=None):
    record = SearchRecord()
    record.fold(whole_search() if events is None else events)
    return record


def draw(name, events=None, language="en", figures=OPTUNA):
    return OF_A_SEARCH[name](searched(events), words(language), figures)


def selected(name, events=None, language="en"):
    record = TeacherSelectionRecord()
    record.fold(whole_selection() if events is None else events)
    return OF_A_SELECTION[name](record, words(language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", OF_A_SEARCH)
def test_plotly_accepts_the_charts_of_a_search(name, language):
    figure = draw(name, language=language)

    assert go.Figure({part: figure[part] for part in ("data", "layout")}).data


@pytest.mark.parametrize("language", LANGUAGES)
def test_plotly_accepts_the_chart_of_the_criteria(language):
    figure = selected("teacher_criteria", language=language)

    assert go.Figure({part: figure[part] for part in ("data", "layout")}).data


@pytest.mark.parametrize("count", range(len(whole_search())))
@pytest.mark.parametrize("name", OF_A_SEARCH)
def test_a_search_that_goes_on_has_a_chart_or_says_why_not(name, count):
    figure = draw(name, whole_search()[:count])

    assert figure.get("empty") or figure["data"]


def test_one_complete_trial_is_too_few():
    events = [*search_began(), *trial_events(0), *trial_events(1)]

    for name in OF_A_SEARCH:
        assert draw(name, events, figures={}) == {"empty": EN["chart.empty.few_trials"]}


def test_trials_that_cannot_be_read_are_said():
    assert draw("search_history", figures={}) == {"empty": EN["chart.empty.study"]}


def test_no_word_of_optunas_own_is_left():
    figures = {name: str(draw(name, language="zh")) for name in OF_A_SEARCH}

    assert [name for name, text in figures.items() if "Objective" in text or "None'" in text] == []


def test_the_best_line_is_drawn_last_and_thickest():
    *others, best = draw("search_parallel")["data"]

    assert best["name"] == EN["chart.search.band_best"]
    assert f"{BEST}" in best["hovertemplate"]
    assert best["line"]["width"] > max(line["line"]["width"] for line in others)


def test_each_band_stands_once_in_the_legend():
    ends = [event for event in whole_search() if event.kind == "trial_ended"]
    more = [replace(end, trial=end.trial + 5 * turn) for turn in range(4) for end in ends]
    lines = OPTUNA["parallel"]["data"][:3] * 4
    figures = OPTUNA | {"parallel": OPTUNA["parallel"] | {"data": lines}}
    data = draw("search_parallel", [*search_began(), *more], figures=figures)["data"]
    named = [trace["name"] for trace in data if trace["showlegend"]]

    assert len(data) == 12
    assert sorted(named) == sorted(
        EN[f"chart.search.band_{band}"] for band in ("best", "first", "middle", "last")
    )


def test_a_search_for_the_least_ranks_the_least_first():
    record = searched()
    config = record.started.config | {"objective": "validation_nll"}
    record.started = replace(record.started, config=config, more_is_better=False)
    best = OF_A_SEARCH["search_parallel"](record, EN, OPTUNA)["data"][-1]

    assert best["name"] == EN["chart.search.band_best"]
    assert "4" in best["hovertemplate"]


def test_the_numbers_behind_the_lines_are_those_of_the_trials():
    sheet = draw("search_parallel")["sheet"]

    assert [row[0] for row in sheet["rows"]] == [0, 2, 4]
    assert all(len(row) == len(sheet["columns"]) for row in sheet["rows"])
    assert [row[1] for row in sheet["rows"]] == [0.93, 0.96, 0.9]


def test_the_most_important_setting_is_on_top():
    (bars,) = draw("search_importances")["data"]

    assert bars["y"][-1] == EN["setting.lr.label"]
    assert bars["text"][-1] == "60%"


def test_a_star_is_the_best_of_its_criterion():
    figure = selected("teacher_criteria")
    best = [trace["y"][trace["marker"]["symbol"].index("star")] for trace in figure["data"]]

    assert best == ["mlp:256,128", "mlp:8", "mlp:256,128", "mlp:64"]


@pytest.mark.parametrize("count", range(len(whole_selection())))
@pytest.mark.parametrize("name", OF_A_SELECTION)
def test_a_selection_that_goes_on_has_a_chart_or_says_why_not(name, count):
    figure = selected(name, whole_selection()[:count])

    assert figure.get("empty") or figure.get("data") or figure["table"]


def test_the_table_has_a_row_a_teacher():
    rows = selected("teacher_table")["table"]["rows"]

    assert [row["cells"][0] for row in rows] == list(ASSESSED)
    assert "94.0 ± 1.4%" in rows[0]["cells"]
