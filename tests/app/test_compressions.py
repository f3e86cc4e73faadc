import pytest
from support import events as make
from support.compressions import RUN, STAGES, record_compression, whole_compression
from support.runs import record

from dashboard.text.languages import LANGUAGES, words
from kdcore.commands import Stop
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.kind import COMPRESSION
from kdcore.jobs.run.config import RunConfig


def button(app, key):
    return next(button for button in app.button if button.key == key)


def texts(app):
    return " ".join(part.value for part in [*app.markdown, *app.caption])


@pytest.fixture
def run(store):
    """A finished run that kept its weights."""
    folder = record(store, RUN, make.whole_run())
    folder.write("distilled.safetensors", b"")
    return folder


def test_without_a_student_the_page_says_where_to_get_one(open_page):
    app = open_page("shrink")

    assert not app.exception
    assert app.info[0].value == words("en")["shrink.no_run"]


def test_a_run_without_weights_is_not_offered(open_page, store):
    record(store, RUN, make.whole_run())
    record(store, "20260102-000000-bbbb", make.whole_run(), RunConfig(students="plain"))

    assert len(open_page("shrink").info) == 1


def test_start_submits_what_is_chosen_and_follows_it(open_page, hub, run):
    app = open_page("shrink", stages="narrow,pruned", prune="0.6", again="3", again_T="2")
    button(app, "start_shrink").click().run()
    (shrink,) = hub.store.readable(COMPRESSION)

    assert hub.store.find(shrink, COMPRESSION).config == CompressionConfig.of(
        RUN, run.config, stages=("pruned", "narrow"), prune_share=0.6, epochs=3, temperature=2
    )
    assert app.query_params["shrink"] == shrink
    assert button(app, "start_shrink").disabled
    assert not app.exception


def test_settings_that_cannot_be_are_explained_and_not_started(open_page, run):
    app = open_page("shrink", again_weight="3")

    assert button(app, "start_shrink").disabled
    assert "weight" in app.error[0].value.lower()


def test_a_bad_amount_in_the_address_gives_way_to_the_usual_one(open_page, run):
    app = open_page("shrink", prune="7", again="x")

    assert not app.exception
    assert app.slider(key="prune").value == CompressionConfig().prune_share
    assert app.number_input(key="again").value == CompressionConfig().epochs


def test_no_stage_is_nothing_to_start(open_page, run):
    app = open_page("shrink")
    app.multiselect(key="stages_en").set_value([]).run()

    assert button(app, "start_shrink").disabled


def test_only_what_suits_the_student_is_offered(open_page, store):
    folder = record(store, RUN, make.whole_run(), RunConfig(student="resnet8", teacher="resnet20"))
    folder.write("distilled.safetensors", b"")
    app = open_page("shrink")

    assert app.multiselect(key="stages_en").value == ["pruned", "low_rank", "int8_dynamic"]


def test_a_finished_shrinking_tells_what_each_stage_cost(open_page, store):
    record_compression(store)
    told = texts(open_page("shrink"))

    for stage in set(STAGES) - {"student"}:
        assert f"**{words('en')[f'stage.{stage}']}**" in told
    assert "does **not become smaller**" in told
    assert "**loses accuracy**" in told
    assert "**slower**" in told
    assert "**larger**" in told


def test_one_that_goes_on_shows_its_stage_and_can_be_stopped(open_page, hub, store, run):
    folder = record_compression(store, whole_compression()[:4])
    hub.states[folder.id] = "running"
    app = open_page("shrink")
    button(app, "stop_shrink").click().run()

    assert [type(command) for command in hub.sent] == [Stop]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_that_broke_off_is_resumed(open_page, hub, store, run, language):
    shrink = record_compression(store, whole_compression()[:4]).id
    app = open_page("shrink", lang=language)
    spoken = words(language)
    offered = button(app, "go_on")
    assert (offered.label, offered.help) == (spoken["live.go_on"], spoken["shrink.resume_help"])
    offered.click().run()

    assert not app.exception
    assert hub.states[shrink] == "running"
    assert app.query_params["shrink"] == shrink
    assert "go_on" not in [part.key for part in app.button]
    assert not app.error


@pytest.mark.parametrize("state", ["queued", "running", "finished"])
def test_one_that_goes_on_or_is_over_offers_no_resume(open_page, hub, store, state):
    hub.states[record_compression(store, whole_compression()[:4]).id] = state

    assert "go_on" not in [part.key for part in open_page("shrink").button]


def test_names_stand_in_the_pickers(open_page, store, run):
    store.rename(record_compression(store).id, "for the phone")
    store.rename(RUN, "the good one")
    app = open_page("shrink")
    boxes = {box.key: box.options for box in app.selectbox}

    assert boxes["shrink_en"][0].startswith("for the phone · ")
    assert boxes["run_en"][0].startswith("the good one · ")


def test_pages_of_a_run_do_not_follow_a_shrinking(open_page, hub, store):
    hub.states[record_compression(store).id] = "running"
    for name in ("live", "microscope", "right", "landscape"):
        app = open_page(name)
        assert not app.exception
        assert "shrink-" not in str(app.query_params.get("run", ""))
