"""What a class sees and may do while somebody else steers."""

import pytest
from support import events as make
from support.runs import record
from support.visitors import lecturer

from dashboard.page.jobs.jobs_table import table_key
from dashboard.server import sharing
from dashboard.text.languages import LANGUAGES, words
from kdcore.commands import Stop
from kdcore.jobs.run.config import RunConfig

RUN = "20260101-000000-aaaa"
STEERING = ("start", "pause", "step", "stop")


@pytest.fixture
def live_run(hub):
    record(hub.store, RUN, make.whole_run()[:-1])
    hub.states[RUN] = "running"
    return RUN


def texts(app):
    parts = ("caption", "markdown", "warning", "info", "error")
    return " ".join(text.value for part in parts for text in getattr(app, part))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_follower_is_told_who_steers_and_has_no_button_that_acts(
    follower, open_page, live_run, language
):
    app = open_page("live", run=live_run, lang=language)

    assert not app.exception
    assert words(language)["classroom.follower"] in texts(app)
    for key in STEERING:
        assert app.button(key=key).disabled
        assert app.button(key=key).help == words(language)["error.lecturer_only"]
    assert not app.select_slider  # what the lecturer turns is shown, and moves with the stream
    assert not app.slider
    assert not app.sidebar.children  # no settings, and nothing to upload with


def test_the_lecturers_browser_steers_from_anywhere(follower, visitor, open_page, hub, live_run):
    visitor.be(lecturer())
    app = open_page("live", run=live_run)
    app.button(key="stop").click().run()

    assert hub.sent == [Stop()]
    assert words("en")["classroom.follower"] not in texts(app)


def test_who_stops_to_be_the_lecturer_is_refused_by_the_page_that_is_still_open(
    follower, visitor, open_page, hub, live_run
):
    visitor.be(lecturer())
    app = open_page("live", run=live_run)
    visitor.be(None)  # nobody known asks
    app.button(key="stop").click().run()

    assert hub.sent == []
    assert words("en")["error.lecturer_only"] in [toast.value for toast in app.toast]


@pytest.mark.parametrize(
    "query",
    [
        {"dataset": "/etc/passwd"},
        {"dataset": "![x](http://example.invalid/a.png)"},
        {"data_root": "/etc"},
        {"teacher_weights": "/etc/passwd"},
        {"target": "../secret.zip"},
    ],
)
@pytest.mark.parametrize("page", ["live", "landscape"])
def test_a_path_in_a_followers_address_is_refused_in_one_sentence(follower, open_page, page, query):
    app = open_page(page, **query)
    (name,) = query

    assert not app.exception
    assert len([one for one in app.warning if "only the lecturer" in one.value]) == 1
    assert app.session_state[name] == getattr(RunConfig(), name)


def test_the_lecturers_address_names_files_of_the_roots_alone(
    follower, visitor, open_page, hub, tmp_path
):
    visitor.be(lecturer())
    app = open_page("live", data_root=str(tmp_path / "elsewhere"))
    assert "while the app is shared" in app.warning[0].value

    app = open_page("live", data_root=str(tmp_path / "store" / "data"))
    assert not app.warning
    assert app.session_state["data_root"] == str(tmp_path / "store" / "data")


def test_a_file_outside_of_the_roots_is_not_started_on_however_it_was_named(
    follower, visitor, open_page, hub, tmp_path
):
    visitor.be(lecturer())
    app = open_page("live")
    app.session_state["teacher_weights"] = str(tmp_path / "elsewhere.safetensors")
    app.run()
    app.button(key="start").click().run()

    assert hub.states == {}
    assert "while the app is shared" in app.toast[0].value


def test_on_the_runs_page_a_follower_opens_and_changes_nothing(follower, open_page, hub, store):
    record(store, RUN, make.whole_run())
    app = open_page("runs", {table_key(store.list()): {"selection": {"rows": [0], "columns": []}}})

    assert not app.exception
    assert not app.button(key="open").disabled
    for key in ("again", "delete", "resume"):
        assert app.button(key=key).disabled
    for key in (f"name-{RUN}", f"note-{RUN}"):
        assert app.text_input(key=key).disabled


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_this_computer_alone_the_page_of_the_class_says_how_to_share(open_page, language):
    app = open_page("classroom", lang=language)

    assert app.code[0].value == "python -m dashboard --share"
    assert words(language)["classroom.how_to_share"] in texts(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_shared_it_shows_the_lecturer_both_links_and_a_follower_the_one_to_join(
    follower, visitor, open_page, language
):
    shown = open_page("classroom", lang=language)
    assert sharing.token() not in str(shown.main)
    assert words(language)["classroom.follower"] in texts(shown)
    assert shown.code[0].value == sharing.join_links()[0]

    visitor.be(lecturer())
    shown = open_page("classroom", lang=language)
    assert shown.code[0].value == sharing.join_links()[0]
    assert shown.expander[0].code[0].value == sharing.lecturer_link(sharing.join_links()[0])
