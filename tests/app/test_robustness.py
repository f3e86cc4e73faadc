from dataclasses import replace

import pytest
from support import events as make
from support.robustness import RUN, record_robustness, whole_test
from support.runs import record

from dashboard.text.languages import LANGUAGES, words
from kdcore.commands import Stop
from kdcore.jobs.kind import ROBUSTNESS
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.run.config import RunConfig


def button(app, key):
    return next(button for button in app.button if button.key == key)


def texts(app):
    return " ".join(part.value for part in [*app.markdown, *app.caption])


@pytest.fixture
def run(store):
    """A finished run that kept its weights."""
    folder = record(store, RUN, make.whole_run())
    folder.write("plain.safetensors", b"")
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_run_the_page_says_where_to_get_one(open_page, language):
    app = open_page("robustness", lang=language)

    assert not app.exception
    assert app.info[0].value == words(language)["robustness.no_run"]


def test_runs_without_weights_or_without_images_are_not_offered(open_page, store):
    record(store, RUN, make.whole_run())
    points = RunConfig(dataset="moons", teacher="mlp:8", student="mlp:4")
    folder = record(store, "20260102-000000-bbbb", make.whole_run(), points)
    folder.write("plain.safetensors", b"")

    assert open_page("robustness").info[0].value == words("en")["robustness.no_run"]


def test_runs_of_ones_own_recordings_are_not_offered(open_page, store):
    first, *others = make.whole_run()
    config = RunConfig(dataset="tones.zip", teacher="crnn:4,4", student="convnet:4")
    first = replace(first, config=config.to_dict(), input_kind="audio", input_shape=[1, 24, 36])
    folder = record(store, RUN, [first, *others], config)
    folder.write("plain.safetensors", b"")

    assert open_page("robustness").info[0].value == words("en")["robustness.no_run"]


def test_start_submits_what_is_chosen_and_follows_it(open_page, hub, run):
    app = open_page("robustness", corruptions="pgd,blur", examples="200")
    button(app, "start_robustness").click().run()
    (test,) = hub.store.readable(ROBUSTNESS)

    assert hub.store.find(test, ROBUSTNESS).config == RobustnessConfig.of(
        RUN, run.config, corruptions=("blur", "pgd"), examples=200
    )
    assert app.query_params["robustness"] == test
    assert button(app, "start_robustness").disabled
    assert not app.exception


def test_no_corruption_is_nothing_to_start(open_page, run):
    app = open_page("robustness")
    app.multiselect(key="corruptions_en").set_value([]).run()

    assert button(app, "start_robustness").disabled
    assert app.error


def test_a_bad_value_in_the_address_gives_way_to_the_usual_one(open_page, run):
    app = open_page("robustness", examples="x", corruptions="fog", measure="speed")

    assert not app.exception
    assert app.number_input(key="examples").value == RobustnessConfig().examples


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_finished_test_gives_its_verdict_and_says_what_is_chance(open_page, store, language):
    record_robustness(store)
    app = open_page("robustness", lang=language, corruption="blur", measure="ece")
    told, spoken = texts(app), words(language)

    assert not app.exception
    assert spoken["robustness.sentence.one_seed"] in told
    assert "5.0" in told
    for part in ("**is not shown**",) if language == "en" else ("**看不出**",):
        assert part in told


def test_one_that_goes_on_shows_where_it_is_and_can_be_stopped(open_page, hub, store, run):
    folder = record_robustness(store, whole_test()[:4])
    hub.states[folder.id] = "running"
    app = open_page("robustness")
    assert words("en")["robustness.no_verdict"] in texts(app)
    button(app, "stop_robustness").click().run()

    assert [type(command) for command in hub.sent] == [Stop]


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_first_test_it_says_what_start_does(open_page, run, language):
    app = open_page("robustness", lang=language)

    assert not app.exception
    assert app.info[0].value.startswith(words(language)["robustness.no_test"].partition("{")[0])


def test_a_run_that_cannot_be_tested_is_not_exchanged_in_silence(open_page, run):
    app = open_page("robustness", run="recorded-mnist5k")

    assert app.session_state["run"] == RUN
    assert app.warning[0].value == words("en")["robustness.others"]
