"""Lessons: from the list to a card, from card to card, to a run and back."""

import json

import pytest
from streamlit.testing.v1 import AppTest
from support.pages import PATIENCE
from support.runs import MAIN

from dashboard.components.lesson_panel import KEY
from dashboard.lessons.finding import OWN, lessons
from dashboard.page.lesson import GO
from dashboard.text.languages import LANGUAGES, words
from kdcore.jobs.run.config import RunConfig


def panel(app):
    """What the card of the lesson has to show; ``None`` where there is none."""
    found = [json.loads(one.proto.json) for one in app.get("bidi_component") if KEY in one.proto.id]
    return found[0] if found else None


def ask(app, **wish):
    """Press a button of the card, which AppTest cannot."""
    app.session_state[GO] = wish
    return app.run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_begin_opens_the_first_card_on_its_page(open_page, language):
    app = open_page("lessons", lang=language)
    app.button(key="begin-few-labels").click().run()

    assert not app.exception
    assert app.title[0].value == words(language)["live.title"]
    assert app.query_params["lesson"] == "few-labels"
    assert app.session_state["unlabelled"] == 0.95
    first = lessons().found["few-labels"].cards[0]
    assert panel(app)["cards"][0]["title"] == first.words[language]["title"]


def test_a_link_opens_its_card_on_the_page_of_the_card(hub):
    app = AppTest.from_file(MAIN, default_timeout=PATIENCE)
    app.query_params.update(lesson="believe-ninety", card="3")
    app.run()

    assert not app.exception
    assert app.title[0].value == words("en")["calibration.title"]
    assert panel(app)["card"] == 2
    assert app.query_params["run"] == "recorded-mnist5k"


def test_the_start_page_leads_to_the_lessons(open_page):
    app = open_page("start")
    app.button(key="lessons").click().run()

    assert app.title[0].value == words("en")["lessons.title"]


def test_no_other_outcome_stands_beside_a_prediction(open_page):
    alone = {name: open_page(name) for name in ("start", "live")}
    lesson = {
        "start": open_page("start", lesson="soft-label", card="2"),
        "live": open_page("live", lesson="few-labels", card="2"),
    }

    for name in alone:
        starts = [{one.key for one in app.button} for app in (alone[name], lesson[name])]
        assert f"{name}-few_labels" in starts[0]
        assert f"{name}-few_labels" not in starts[1]
    assert words("en")["live.lesson_first"] in [one.value for one in lesson["live"].info]


def test_an_unknown_lesson_is_said_and_shows_no_card(open_page):
    app = open_page("help", lesson="nothing", card="2")

    assert not app.exception
    assert "nothing" in app.toast[0].value
    assert panel(app) is None


def test_cards_beyond_the_last_are_the_last(open_page):
    app = open_page("help", lesson="temperature", card="99")

    assert panel(app)["card"] == len(lessons().found["temperature"].cards) - 1


def test_the_card_stays_while_one_moves_through_the_pages(open_page):
    app = open_page("live", lesson="few-labels", card="2")
    app.switch_page("views/help.py").run()

    assert app.query_params["lesson"] == "few-labels"
    assert panel(app)["page"] == "help"
    ask(app, card=2)
    assert app.title[0].value == words("en")["live.title"]


def test_start_makes_a_run_of_the_lesson_and_later_cards_show_it(open_page, hub):
    app = open_page("lessons")
    app.button(key="begin-few-labels").click().run()
    assert not panel(app)["started"]
    app.button(key="start").click().run()

    run = hub.active()
    assert panel(app)["run"] == run
    assert panel(app)["started"]
    ask(app, card=7)
    assert app.query_params["run"] == run
    assert app.title[0].value == words("en")["microscope.title"]


def test_a_run_with_other_settings_is_not_that_of_the_lesson(open_page, hub):
    other = hub.submit(RunConfig(dataset="mnist5k"))
    app = open_page("live", run=other, lesson="few-labels", card="4")

    assert panel(app)["run"] == "recorded-mnist5k"
    assert not panel(app)["started"]


def test_start_waits_behind_the_run_of_somebody_else_and_leaves_it_alone(open_page, hub):
    other = hub.submit(RunConfig(dataset="mnist5k"))
    app = open_page("lessons")
    app.button(key="begin-few-labels").click().run()
    assert "run" not in app.query_params
    assert not panel(app)["started"]
    app.button(key="start").click().run()

    mine = panel(app)["run"]
    assert panel(app)["started"]
    assert mine not in (other, "recorded-mnist5k")
    assert hub.state(other) == "running"
    assert hub.sent == []


def test_a_run_of_somebody_else_with_the_lessons_settings_does_not_begin_it(open_page, hub):
    hub.submit(RunConfig(**lessons().found["few-labels"].settings))
    app = open_page("lessons")
    app.button(key="begin-few-labels").click().run()

    assert not panel(app)["started"]
    assert panel(app)["run"] == "recorded-mnist5k"


def test_a_lesson_that_is_begun_anew_has_no_run_yet(open_page, hub):
    app = open_page("lessons")
    app.button(key="begin-few-labels").click().run()
    app.button(key="start").click().run()
    ask(app, card=4)
    ask(app, anew=True)

    assert panel(app)["card"] == 0
    assert not panel(app)["started"]
    ask(app, recording=True)
    assert panel(app)["started"]
    ask(app, anew=True)
    assert not panel(app)["started"]


@pytest.mark.parametrize("name", ["microscope", "calibration"])
def test_the_settings_of_a_run_go_along_from_page_to_page_unsaid(open_page, name):
    app = open_page(name, run="recorded-mnist5k", unlabelled="0.95", device="cpu")

    assert not app.toast


def test_the_recorded_run_does_instead_of_a_live_one(open_page):
    app = open_page("lessons")
    app.button(key="begin-missing-three").click().run()
    ask(app, recording=True)

    assert not app.exception
    assert app.query_params["run"] == "recorded-never-saw-3"
    assert panel(app)["started"]
    ask(app, card=8)
    assert app.query_params["run"] == "recorded-never-saw-3"


def test_a_setting_of_the_page_reaches_the_card(open_page):
    app = open_page("calibration", lesson="believe-ninety", card="6", run="recorded-mnist5k")
    app.toggle(key="calibrated").set_value(True).run()

    assert panel(app)["set"]["calibrated"] is True
    assert panel(app)["cards"][5]["done"] == {
        "reading": "set_calibrated",
        "bound": "equals",
        "value": True,
    }


def test_a_lesson_is_left_and_finished(open_page):
    app = open_page("help", lesson="temperature", card="2")
    ask(app, leave=True)
    assert panel(app) is None
    assert "lesson" not in app.query_params

    app = open_page("help", lesson="temperature", card="10")
    ask(app, finish=True)
    assert app.title[0].value == words("en")["lessons.title"]
    assert "lesson" not in app.query_params


@pytest.mark.parametrize("name", lessons().found)
def test_every_lesson_has_a_page_for_the_lecturer(open_page, name):
    for language in LANGUAGES:
        app = open_page("lessons", lang=language, lecturer=name)
        texts = lessons().found[name].words[language]

        assert not app.exception
        assert app.header[0].value == texts["title"]
        assert all(len(texts[part]) >= 3 for part in ("ask", "goes_wrong"))
        assert len(app.table[0].value) == len(lessons().found[name].cards)


def test_a_lesson_of_ones_own_that_is_wrong_is_said_in_both_languages(
    open_page, tmp_path, monkeypatch
):
    (tmp_path / "mine.toml").write_text("recording = 'none'\n", encoding="utf-8")
    monkeypatch.setenv(OWN, str(tmp_path))
    for language in LANGUAGES:
        app = open_page("lessons", lang=language)

        assert not app.exception
        assert "mine.toml" in app.error[0].value
        assert words(language)["lessons.problem.no_cards"][:6] in app.error[0].value
