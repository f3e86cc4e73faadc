"""The page of recognition: its form, its verdict, its transcripts."""

import pytest
from support.recognition import record_recognition, whole_recognition

from dashboard.page.jobs import recognitions
from dashboard.text.languages import LANGUAGES, words
from kdcore.commands import Stop
from kdcore.jobs.kind import RECOGNITION
from kdcore.jobs.recognition.config import RecognitionConfig


def button(app, key):
    return next(button for button in app.button if button.key == key)


def texts(app):
    return " ".join(part.value for part in [*app.markdown, *app.caption])


@pytest.fixture(autouse=True)
def espeak(monkeypatch):
    monkeypatch.setattr(recognitions, "can_make", lambda: True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_first_one_it_says_what_start_does(open_page, language):
    app = open_page("recognition", lang=language)

    assert not app.exception
    assert app.info[0].value == words(language)["recognition.no_job"]


def test_without_espeak_the_made_corpus_is_refused_with_what_to_install(open_page, monkeypatch):
    monkeypatch.setattr(recognitions, "can_make", lambda: False)
    app = open_page("recognition")

    assert button(app, "start_recognition").disabled
    assert "espeak-ng" in app.error[0].value
    assert not open_page("recognition", recognition_data="/data/LibriSpeech").error


def test_start_submits_what_is_chosen_and_follows_it(open_page, hub):
    app = open_page(
        "recognition",
        recognition_data="/data/LibriSpeech",
        recognition_student="crnn:4,16,1",
        recognition_weight="0.9",
        recognition_blank="without_blank",
    )
    button(app, "start_recognition").click().run()
    (job,) = hub.store.readable(RECOGNITION)

    assert hub.store.find(job, RECOGNITION).config == RecognitionConfig(
        data="/data/LibriSpeech", student="crnn:4,16,1", weight=0.9, blank="without_blank"
    )
    assert app.query_params["recognition"] == job
    assert not app.exception


def test_a_network_that_is_none_and_no_folder_are_said_and_nothing_starts(open_page):
    for wrong in ({"recognition_corpus": "folder"}, {"recognition_student": "mlp:8"}):
        app = open_page("recognition", **wrong)
        started = button(app, "start_recognition").disabled
        # what the address cannot mean gives way to the usual value
        assert started == ("recognition_corpus" in wrong)
        assert not app.exception


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("low", "high", "way"), [(0.02, 0.18, "fewer"), (-0.2, -0.1, "more"), (-0.1, 0.2, "within")]
)
def test_a_finished_one_gives_its_verdict(open_page, store, language, low, high, way):
    record_recognition(store, whole_recognition(low=low, high=high))
    app = open_page("recognition", lang=language, utterance="1")
    spoken, told = words(language), texts(app)

    assert not app.exception
    assert spoken["recognition.sentence.one_seed"] in told
    assert spoken[f"recognition.sentence.{way}"].partition("{")[0] in told


def test_transcripts_mark_errors_and_hold_no_markup_of_their_own(open_page, store):
    record_recognition(store)
    table = " ".join(open_page("recognition").table[0].value.to_numpy().ravel())

    assert "one t:red-background[w→o]o" in table
    assert "<b>" not in table
    assert words("en")["recognition.nothing"] not in table  # an empty text lacks every character
    assert ":red-background[−one␣two]" in table


def test_one_that_goes_on_shows_where_it_is_and_can_be_stopped(open_page, hub, store):
    folder = record_recognition(store, whole_recognition()[:3])
    hub.states[folder.id] = "running"
    app = open_page("recognition")
    assert words("en")["recognition.no_verdict"] in texts(app)
    button(app, "stop_recognition").click().run()

    assert [type(command) for command in hub.sent] == [Stop]
