"""One truth for settings: the run that is shown, the sliders, the address and the next start."""

import pytest
from support import events as make
from support.runs import record

from dashboard.page.settings.values import KEYS
from dashboard.text.languages import words
from kdcore.commands import Retune
from kdcore.events import Retuned
from kdcore.jobs.run.config import RunConfig

RUN, OTHER = "20260101-000000-aaaa", "20260102-000000-bbbb"
CONFIG = RunConfig(
    dataset="moons",
    teacher="mlp:8",
    student="mlp:4",
    unlabelled=0.5,
    weight=0.9,
    epochs=7,
    speed=40.0,
)


def settings(app):
    return {name: app.session_state[key] for name, key in KEYS.items()}


def record_run(store, run, config, *more):
    record(
        store,
        run,
        [make.started(**config.to_dict()), make.prepared(), *more, make.finished()],
        config,
    )


def turned(name, value):
    return Retuned(step=3, position=0.1, name=name, value=value, previous=1.0)


def happened(hub, *events):
    """The run that is trained has these events more."""
    folder = hub.store.find(hub.active())
    for event in events:
        folder.append(event)
    folder.release()


def texts(app):
    return " ".join(
        each.value
        for kind in ("markdown", "caption", "warning", "info")
        for each in getattr(app, kind)
    )


def test_a_link_to_a_run_brings_all_its_settings(open_page, store):
    record_run(store, RUN, CONFIG)
    app = open_page("live", run=RUN)

    assert settings(app) == CONFIG.to_dict()
    assert app.query_params["unlabelled"] == "0.5"
    assert "50% unlabelled" in texts(app)


def test_what_a_hand_has_turned_is_in_the_sliders_and_the_title(open_page, store):
    record_run(store, RUN, CONFIG, turned("temperature", 19.0), turned("weight", 0.25))
    app = open_page("live", run=RUN)

    assert (settings(app)["temperature"], settings(app)["weight"]) == (19.0, 0.25)
    assert words("en")["app.turned"].format(controls="T 19, λ 0.25") in texts(app)


def test_a_run_that_is_chosen_on_another_page_brings_its_settings_to_the_live_page(
    open_page, store
):
    record_run(store, RUN, CONFIG)
    record_run(store, OTHER, RunConfig(temperature=9.0))
    app = open_page("microscope", run=OTHER)
    app.selectbox(key="run_en").select(RUN).run()
    assert app.query_params["unlabelled"] == "0.5"
    app.switch_page("views/live.py").run()

    assert settings(app) == CONFIG.to_dict()


def test_start_repeats_the_settings_of_the_run_that_is_shown(open_page, store, hub):
    record_run(store, RUN, CONFIG, turned("temperature", 19.0))
    app = open_page("live", run=RUN)
    app.button(key="start").click().run()

    assert hub.store.find(hub.active()).config == CONFIG.replace(temperature=19.0)


def test_a_change_beside_a_finished_run_waits_for_the_next_start_and_can_be_dropped(
    open_page, store
):
    record_run(store, RUN, CONFIG)
    app = open_page("live", run=RUN)
    app.number_input(key="epochs").set_value(40).run()
    label = app.number_input(key="epochs").label
    assert words("en")["settings.waits"] in label
    assert app.query_params["epochs"] == "40"
    app.button(key="discard").click().run()

    assert settings(app) == CONFIG.to_dict()
    assert app.number_input(key="epochs").label == words("en")["setting.epochs.label"]


def test_a_waiting_change_survives_a_reload_even_back_to_the_default(open_page, store):
    record_run(store, RUN, CONFIG)
    app = open_page("live", run=RUN)
    app.slider(key="unlabelled").set_value(0.0).run()
    query = {
        name: text[0] if isinstance(text, list) else text
        for name, text in dict(app.query_params).items()
    }
    again = open_page("live", **query)

    assert settings(again) == CONFIG.replace(unlabelled=0.0).to_dict()


def test_the_settings_go_back_to_the_defaults_and_forth_again(open_page):
    app = open_page("live", epochs="7", student="mlp:4")
    assert words("en")["settings.differ"].format(what="student mlp:4 · 7 epochs") in texts(app)
    app.button(key="back_to_defaults").click().run()
    assert "epochs" not in app.query_params
    app.button(key="undo_defaults").click().run()

    assert (app.query_params["epochs"], app.query_params["student"]) == ("7", "mlp:4")


def test_a_link_keeps_its_settings_while_another_run_is_trained_and_may_follow_it(open_page, hub):
    first = open_page("live", T="9.5", dataset="moons")
    first.button(key="start").click().run()
    second = open_page("live", T="2", seed="14")
    assert (second.query_params["T"], second.query_params["seed"]) == ("2", "14")
    assert "run" not in second.query_params
    assert not second.button(key="start").disabled
    second.button(key="follow_other").click().run()

    assert second.query_params["run"] == hub.active()
    assert settings(second)["temperature"] == 9.5


def test_a_link_may_be_put_into_the_queue_behind_another_run(open_page, hub):
    open_page("live", T="9.5").button(key="start").click().run()
    first = hub.active()
    second = open_page("live", T="2", seed="14")
    second.button(key="queue_mine").click().run()
    queued = second.query_params["run"]

    assert queued != first
    assert hub.store.find(queued).config.seed == 14


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_link_to_a_run_of_another_computer_offers_its_settings(open_page, language):
    app = open_page("live", run="20251212-121212-cccc", T="9.5", lang=language)

    said = words(language)["live.no_such_run"].format(run="20251212-121212-cccc")
    assert [each.value for each in app.warning] == [said]
    assert settings(app)["temperature"] == 9.5
    assert "run" not in app.query_params


def test_what_somebody_else_turns_moves_the_slider(open_page, hub):
    app = open_page("live")
    app.button(key="start").click().run()
    happened(hub, make.started(), turned("temperature", 10.0))
    app.run()

    assert app.select_slider(key="T").value == 10.0
    assert hub.sent == []


def test_the_echo_of_an_own_turn_does_not_move_the_slider_back(open_page, hub):
    app = open_page("live")
    app.button(key="start").click().run()
    happened(hub, make.started())
    app.select_slider(key="T").set_value(8.0).run()
    app.select_slider(key="T").set_value(12.0).run()
    happened(hub, turned("temperature", 8.0))  # the first of two comes back
    app.run()

    assert app.select_slider(key="T").value == 12.0
    assert hub.sent == [Retune("temperature", 8.0), Retune("temperature", 12.0)]
