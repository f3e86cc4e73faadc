import numpy as np
import pytest
from scipy import stats
from support.regressions import REGRESSION_ID, record_regression, whole_regression

from dashboard.text.languages import LANGUAGES, words
from kdcore.jobs.kind import REGRESSION


def button(app, key):
    return next(button for button in app.button if button.key == key)


def texts(app):
    return " ".join(part.value for part in [*app.markdown, *app.caption])


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_first_one_the_page_says_what_start_does(open_page, language):
    app = open_page("regression", lang=language)

    assert not app.exception
    assert app.info[0].value == words(language)["regression.none"]


def test_start_submits_what_is_chosen_and_follows_it(open_page, hub):
    app = open_page(
        "regression",
        regression_networks="2",
        regression_unlabelled="0.8",
        regression_student="mlp:5",
        regression_weight="0.4",
    )
    button(app, "start_regression").click().run()
    (job,) = hub.store.readable(REGRESSION)
    config = hub.store.find(job, REGRESSION).config

    assert (config.networks, config.base.unlabelled, config.base.weight) == (2, 0.8, 0.4)
    assert (config.base.student, config.base.dataset) == ("mlp:5", "diabetes")
    assert app.query_params["regression"] == job
    assert button(app, "start_regression").disabled
    button(app, "stop_regression").click().run()
    assert not app.exception


def test_a_bad_model_is_nothing_to_start(open_page):
    app = open_page("regression")
    app.text_input(key="regression_student_1").set_value("tree:3").run()

    assert not app.exception
    assert "tree:3" in app.error[0].value
    assert button(app, "start_regression").disabled
    assert (
        open_page("regression", regression_networks="x")
        .number_input(key="regression_networks")
        .value
        == 5
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_finished_one_says_whether_the_teacher_helps(open_page, store, language):
    record_regression(store)
    app = open_page("regression", lang=language)

    assert not app.exception
    assert app.query_params["regression"] == REGRESSION_ID
    assert "3.12" in texts(app)
    assert "91.0%" in texts(app)


def test_its_interval_is_that_of_students_t_distribution(open_page, store):
    record_regression(store, whole_regression(seeds=14))
    gains = [-3 - seed / 4 for seed in range(14)]
    low, high = stats.t.interval(0.95, 13, np.mean(gains), stats.sem(gains))

    assert f"{low:+.3g}" in texts(open_page("regression")).replace("−", "-")
    assert f"{high:+.3g}" in texts(open_page("regression")).replace("−", "-")


def test_one_seed_is_said_to_show_no_chance(open_page, store):
    record_regression(store, whole_regression(seeds=1))

    assert words("en")["regression.one_seed"] in texts(open_page("regression"))
