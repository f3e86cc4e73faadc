"""The cards of runs to begin with, and the settings that a hint suggests."""

import json
import re

import pytest

from dashboard.page.scenario_cards import MEASURED, scenario_settings
from dashboard.page.settings.hint_links import hint_link, hint_parameters
from dashboard.page.settings.values import KEYS, defaults
from dashboard.text.languages import words
from kdcore.catalogue import DATASETS, HINTS, SCENARIOS
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig

FOUND = json.loads(MEASURED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_card_starts_its_run_and_its_settings_are_in_the_address(open_page, hub, name):
    app = open_page("start", T="9", seed="3")
    app.button(key=f"start-{name}").click().run()

    assert not app.exception
    assert app.title[0].value == words("en")["live.title"]
    config = hub.store.find(hub.active(), RUN).config
    speed = DATASETS["mnist5k"].first_run["speed"]
    assert config == RunConfig(**SCENARIOS[name].settings, speed=speed)
    shown = {setting: app.session_state[key] for setting, key in KEYS.items()}
    assert RunConfig.from_dict(shown) == config
    assert app.query_params["run"] == hub.active()


def test_a_card_overrules_what_the_widgets_showed_before(open_page, hub):
    """Also where the address says nothing, before and after."""
    before = {"dataset": "digits", "student": "mlp:4", "speed": 5.0, "T": 9.0, "unlabelled": 0.5}
    app = open_page("start", widgets=before)
    app.button(key="start-few_labels").click().run()

    config = hub.store.find(hub.active(), RUN).config
    assert {KEYS[name]: getattr(config, name) for name in KEYS if KEYS[name] in before} == {
        key: app.session_state[key] for key in before
    }
    assert config.dataset == "mnist5k"


def test_watching_a_student_learn_is_the_scenario_of_few_labels_and_the_pages_first_run(
    open_page, hub
):
    open_page("start").button(key="watch").click().run()

    assert hub.store.find(hub.active(), RUN).config.to_dict() == scenario_settings("few_labels")
    assert scenario_settings("few_labels") == defaults(RunConfig().dataset)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_card_says_what_was_measured(open_page, name):
    row = FOUND["scenarios"][name]
    told = [caption.value for caption in open_page("start").caption]

    assert row["settings"] == SCENARIOS[name].settings, FOUND["command"]
    expected = [
        f"{value:.1%}" for value in (row["plain"]["mean"], row["distilled"]["mean"], row["teacher"])
    ]
    assert expected in [re.findall(r"[\d.]+%", line) for line in told]


def test_the_scenarios_show_where_a_teacher_helps_and_where_it_does_not():
    for name, row in FOUND["scenarios"].items():
        error = row["gain"]["sd"] / row["gain"]["n"] ** 0.5
        clear = row["gain"]["mean"] > 2 * error
        assert clear == (name != "all_labels"), name


@pytest.mark.parametrize(
    "panel", [name for name, hint in HINTS.items() if hint.base or hint.settings]
)
def test_a_hint_is_a_link_that_sets_what_it_suggests(open_page, panel):
    hint = HINTS[panel]
    query = {key: text for key, text in hint_parameters(panel).items() if text is not None}
    wanted = hint.base | (hint.settings if hint.job != "compression" else {})
    app = open_page("live", **query)

    assert not app.exception
    assert {name: app.session_state[KEYS[name]] for name in wanted} == wanted
    assert bool(query) == bool(wanted)


def test_what_a_panel_suggests_is_a_link_to_its_settings():
    assert hint_link("losses") == ""
    assert hint_link("accuracy").startswith("live?")
    assert hint_link("methods").startswith("landscape?")
