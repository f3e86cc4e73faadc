import ast
from pathlib import Path

import pytest
from support import events as make
from support.runs import MAIN, record

from dashboard.text.languages import LANGUAGES, words
from kdcore.catalogue import METHODS

PAGES = next(
    ast.literal_eval(node.value)
    for node in ast.parse(MAIN.read_text(encoding="utf-8")).body
    if isinstance(node, ast.Assign) and node.targets[0].id == "PAGES"
)


def trouble(app):
    return [f"{error.message} {error.stack_trace}" for error in app.exception]


def test_every_view_is_in_the_navigation():
    assert sorted(PAGES) == sorted(path.stem for path in Path(MAIN).parent.glob("views/[!_]*.py"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_any_run_of_ones_own(open_page, name, language):
    app = open_page(name, lang=language)

    assert trouble(app) == []
    assert app.title[0].value == words(language)[f"{name}.title"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in PAGES if name != "live"])
def test_below_its_title_a_page_says_what_one_sees_and_does_first(open_page, name, language):
    app = open_page(name, lang=language)

    assert app.markdown[0].value == words(language)[f"{name}.lead"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_with_a_finished_run(open_page, store, name):
    record(store, "20260101-000000-aaaa", make.whole_run())

    assert trouble(open_page(name, run="20260101-000000-aaaa")) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_while_a_teacher_still_learns(open_page, hub, name):
    record(hub.store, "20260101-000000-bbbb", [make.started(), make.teacher_epoch()])
    hub.states["20260101-000000-bbbb"] = "running"

    assert trouble(open_page(name, run="20260101-000000-bbbb")) == []


@pytest.mark.parametrize("name", ["live", "microscope"])
def test_an_unknown_run_is_said_in_one_sentence(open_page, name):
    app = open_page(name, run="nothing")

    assert trouble(app) == []
    assert "nothing" in app.warning[0].value


@pytest.mark.parametrize("name", PAGES)
def test_the_language_may_be_switched_on_every_page_back_and_forth(open_page, store, name):
    run = "20260101-000000-aaaa"
    record(store, run, make.whole_run())
    app = open_page(name, run=run)
    for language in ("zh", "en", "zh"):
        app.button_group(key="lang").set_value(language).run()

        assert trouble(app) == []
        assert app.title[0].value == words(language)[f"{name}.title"]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_follows_the_live_page_before_the_first_run(open_page, name):
    app = open_page("live")
    app.switch_page(f"views/{name}.py").run()

    assert trouble(app) == []


def test_the_projector_is_part_of_the_link(open_page):
    app = open_page("help")
    app.button(key="projector_button").click().run()

    assert app.query_params["projector"] == "1"


def test_the_language_is_part_of_the_link(open_page):
    app = open_page("help")
    app.button_group(key="lang").set_value("zh").run()

    assert app.query_params["lang"] == "zh"
    assert app.title[0].value == words("zh")["help.title"]


def test_the_number_of_bins_is_part_of_the_link(open_page):
    app = open_page("calibration", bins="30")
    assert app.select_slider(key="bins").value == 30

    app.select_slider(key="bins").set_value(20).run()
    assert app.query_params["bins"] == "20"


def test_a_projected_live_page_shows_one_chart_and_goes_to_the_next(open_page, store):
    record(store, "20260101-000000-aaaa", make.whole_run())
    app = open_page("live", run="20260101-000000-aaaa", projector="1")
    assert not app.sidebar.children
    app.button(key="next_chart").click().run()
    assert app.query_params["chart"] == "losses"
    app.button(key="previous_chart").click().run()
    assert "chart" not in app.query_params
    app.button(key="previous_chart").click().run()

    assert trouble(app) == []
    assert app.query_params["chart"] == "decoupled"


def test_the_start_page_starts_a_run_and_goes_to_it(open_page, hub):
    app = open_page("start")
    app.button(key="watch").click().run()

    assert trouble(app) == []
    assert app.title[0].value == words("en")["live.title"]
    assert app.query_params["run"] == hub.active()


@pytest.mark.parametrize("page", ["live", "landscape"])
@pytest.mark.parametrize("method", METHODS)
def test_a_page_with_settings_opens_with_every_method(open_page, page, method):
    app = open_page(page, method=method, teacher="convnet:4", student="convnet:4")

    assert trouble(app) == []
    assert app.session_state["method"] == method
