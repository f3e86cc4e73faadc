from dataclasses import replace

import pytest
from support.sweeps import COMPARISON, GRID, record_sweep

from dashboard.text.languages import LANGUAGES, words
from kdcore.commands import Stop
from kdcore.jobs.kind import SWEEP
from kdcore.jobs.sweep.config import SweepConfig, all_methods

NOISY = replace(GRID, base=GRID.base.replace(label_noise=0.4))


def sweep_box(app):
    return next(box for box in app.selectbox if box.key == "sweep_en")


def button(app, key):
    return next(button for button in app.button if button.key == key)


def texts(app):
    return " ".join(part.value for part in [*app.markdown, *app.caption])


def test_without_a_sweep_the_page_says_what_one_is(open_page):
    app = open_page("landscape")

    assert app.info[0].value == words("en")["landscape.empty"]
    assert not button(app, "start_sweep").disabled


def test_start_submits_the_grid_and_follows_it(open_page, hub):
    app = open_page("landscape", Ts="2, 5", weights="0.5", seeds="0, 1", epochs="3")
    button(app, "start_sweep").click().run()
    (sweep,) = hub.store.readable(SWEEP)
    config = hub.store.find(sweep, SWEEP).config

    assert config == SweepConfig(
        base=config.base, temperatures=(2, 5), weights=(0.5,), seeds=(0, 1)
    )
    assert config.base.epochs == 3
    assert app.query_params["sweep"] == sweep


def test_all_methods_are_compared_as_their_authors_set_them(open_page, hub):
    app = open_page("landscape", published="1", seeds="0, 1", epochs="3")
    button(app, "start_sweep").click().run()
    config = hub.store.find(hub.store.readable(SWEEP)[0], SWEEP).config

    assert config.published
    assert config.methods == all_methods(config.base)
    assert config.seeds == (0, 1)
    chosen = next(box for box in app.selectbox if box.key.startswith("methods-"))
    assert len(chosen.options) == len(config.methods)


def test_a_comparison_shows_methods_instead_of_a_map(open_page, store):
    record_sweep(store, COMPARISON)
    app = open_page("landscape")

    assert not app.exception
    chosen = next(box for box in app.selectbox if box.key.startswith("methods-"))
    assert chosen.options[1] == words("en")["method.dkd"]
    chosen.select("dkd").run()
    assert [part.key for part in app.button if part.key.startswith("open-")] == ["open-2", "open-3"]


def test_a_bad_grid_cannot_be_started_and_is_explained(open_page):
    app = open_page("landscape", Ts="2, 2")

    assert button(app, "start_sweep").disabled
    assert "lists 2 twice" in app.error[0].value


def test_a_finished_sweep_tells_its_best_place_and_how_sure_that_is(open_page, store):
    record_sweep(store)
    told = texts(open_page("landscape"))

    assert "**T = 4, λ = 0.5**" in told
    assert "96.4 ± 0.4%" in told
    assert "+2.2 ± 0.0 percentage points" in told


def test_a_guess_is_held_against_the_others(open_page, store):
    record_sweep(store)
    told = texts(open_page("landscape", guess_first="1", guess="1_1"))

    assert "Your guess, **T = 1, λ = 1**" in told
    assert "rank 4 of 4" in told


def test_until_the_guess_no_value_is_told(open_page, store):
    record_sweep(store)

    assert "**T = 4, λ = 0.5**" not in texts(open_page("landscape", guess_first="1"))


def test_a_chosen_places_run_is_opened(open_page, store):
    folder = record_sweep(store)
    app = open_page("landscape", at="4_0.5")
    number = next(
        number
        for number, cell in enumerate(GRID.cells)
        if (cell.temperature, cell.weight, cell.seed) == (4, 0.5, 1)
    )
    button(app, f"open-{number}").click().run()

    assert app.query_params["run"] == folder.cell_id(number)
    assert app.title[0].value == words("en")["live.title"]
    assert not app.exception


def test_stop_reaches_the_sweep(open_page, hub, store):
    folder = record_sweep(store)
    hub.states[folder.id] = "running"
    app = open_page("landscape")
    button(app, "stop_sweep").click().run()

    assert [type(command) for command in hub.sent] == [Stop]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sweep_that_broke_off_is_resumed(open_page, hub, store, language):
    sweep = record_sweep(store, count=5).id
    app = open_page("landscape", lang=language)
    spoken = words(language)
    offered = button(app, "go_on")
    assert (offered.label, offered.help) == (spoken["live.go_on"], spoken["landscape.resume_help"])
    assert app.error[0].value == spoken["live.interrupted"]
    (option,) = next(box for box in app.selectbox if box.key == f"sweep_{language}").options
    assert spoken["state.interrupted"] in option
    offered.click().run()
    (option,) = next(box for box in app.selectbox if box.key == f"sweep_{language}").options

    assert not app.exception
    assert hub.states[sweep] == "running"
    assert spoken["state.running"] in option
    assert app.query_params["sweep"] == sweep
    assert "go_on" not in [part.key for part in app.button]
    assert not app.error
    assert not button(app, "stop_sweep").disabled


@pytest.mark.parametrize("state", ["queued", "running", "finished"])
def test_a_sweep_that_goes_on_or_is_over_offers_no_resume(open_page, hub, store, state):
    hub.states[record_sweep(store, count=5).id] = state

    assert "go_on" not in [part.key for part in open_page("landscape").button]


def test_a_resume_that_is_refused_is_explained(open_page, hub, store):
    sweep = record_sweep(store, count=5).id
    app = open_page("landscape")
    hub.states[sweep] = "running"  # somebody else was quicker
    button(app, "go_on").click().run()

    assert not app.exception
    assert sweep in app.toast[0].value


def test_a_name_stands_in_the_picker_of_sweeps(open_page, store):
    store.rename(record_sweep(store).id, "homework 3")

    assert sweep_box(open_page("landscape")).options[0].startswith("homework 3 · ")


def test_a_browser_that_has_not_heard_of_a_new_name_chooses_the_same_sweep(open_page, store):
    other, sweep = record_sweep(store, NOISY).id, record_sweep(store).id
    app = open_page("landscape", sweep=sweep)
    sent = app._tree.get_widget_states()
    before = list(sweep_box(app).options)
    store.rename(sweep, "homework 3")
    app.run()
    app._run(sent)

    assert not app.exception
    assert app.query_params["sweep"] == sweep
    assert sweep_box(app).value == sweep
    (box,) = (part for part in sent.widgets if "sweep_en" in part.id)
    (box.string_value,) = (text for text in before if "wrong labels" in text)
    store.rename(other, "homework 4")
    app.run()
    app._run(sent)

    assert not app.exception
    assert app.query_params["sweep"] == other


def test_two_sweeps_alike_of_the_same_minute_can_be_told_apart(open_page, store):
    sweeps = {record_sweep(store).id, record_sweep(store).id}
    app = open_page("landscape")
    texts = sweep_box(app).options
    assert len(set(texts)) == 2
    (other,) = sweeps - {app.query_params["sweep"]}
    (text,) = (text for text in texts if other in text)
    sweep_box(app).set_value(text).run()

    assert app.query_params["sweep"] == other


def test_pages_of_a_run_do_not_follow_a_sweep(open_page, hub, store):
    hub.states[record_sweep(store).id] = "running"
    for name in ("live", "microscope", "right"):
        app = open_page(name)
        assert not app.exception
        assert "sweep-" not in str(app.query_params.get("run", ""))


def test_a_forest_as_student_forbids_the_sweep_and_is_said(open_page):
    app = open_page("landscape", student="forest:10")

    assert button(app, "start_sweep").disabled
    assert "forest:10" in app.error[0].value


def test_a_link_to_a_sweep_brings_its_settings_and_axes(open_page, store):
    sweep = record_sweep(store, NOISY).id
    app = open_page("landscape", sweep=sweep)

    assert app.session_state["label_noise"] == 0.4
    assert app.session_state["Ts"] == ", ".join(f"{value:g}" for value in GRID.temperatures)
    assert "40% wrong labels" in sweep_box(app).options[0]


def test_settings_that_were_brought_along_stay_beside_the_newest_sweep(open_page, store):
    record_sweep(store, NOISY)
    app = open_page("landscape", epochs="7")
    assert app.session_state["label_noise"] == 0.0
    assert "40% wrong labels" in texts(app)
    button(app, "take_sweep").click().run()

    assert app.session_state["label_noise"] == 0.4
    assert app.session_state["epochs"] == GRID.base.epochs


def test_a_repetition_over_seeds_is_no_landscape(open_page, store):
    record_sweep(store, replace(GRID, temperatures=(4.0,), weights=(0.5,)))

    assert open_page("landscape").info[0].value == words("en")["landscape.empty"]


def test_a_message_from_before_start_does_not_take_the_old_sweep_back(open_page, hub, store):
    old = record_sweep(store).id
    app = open_page("landscape", sweep=old)
    sent = app._tree.get_widget_states()  # as the page's timer sends it while Start is on its way
    app.session_state["sweep"] = new = record_sweep(store, NOISY).id
    app.run()
    assert app.query_params["sweep"] == new
    app._run(sent)

    assert not app.exception
    assert app.query_params["sweep"] == new
