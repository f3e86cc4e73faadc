"""The pages that ask a run's learners: Draw, 2-D and One step."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support import events as make
from support.runs import record

from dashboard.page.jobs.askable_runs import input_shape
from dashboard.page.jobs.plane_runs import points_from
from dashboard.text.languages import words
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig

ASKED = "20260101-000000-aaaa"
TABLE = "moons-700-0.2-0.csv"
KEPT = [
    make.started(epochs=1),
    replace(make.prepared(), arrays="prepared.safetensors"),
    make.epoch(),
    make.finished(),
]
"""Events of a run whose teacher's soft labels are kept."""


def started(hub):
    (run,) = hub.states
    return hub.store.find(run, RUN).config


def keep_weights(store, config, run=ASKED):
    folder = record(store, run, make.whole_run(), config)
    folder.write("teacher.safetensors", b"")
    return folder


def components(app):
    return [one.proto.component_name for one in app.get("bidi_component")]


def test_without_a_run_of_images_the_draw_page_starts_one_at_a_click(open_page, hub):
    app = open_page("draw")
    assert app.info[0].value == words("en")["draw.no_run"]

    app.button(key="start_drawing").click().run()
    config = started(hub)
    assert (config.dataset, config.unlabelled) == ("mnist5k", 0.95)
    assert app.info[0].value == words("en")["draw.waiting"]


def test_the_pad_is_for_runs_of_images_that_keep_weights(open_page, store):
    record(store, "20260103-000000-cccc", make.whole_run(), RunConfig(dataset="digits"))
    keep_weights(store, RunConfig(dataset="moons"), "20260102-000000-bbbb")
    keep_weights(store, RunConfig(dataset="digits"))

    app = open_page("draw")
    assert any("drawing_pad" in name for name in components(app))
    assert app.session_state["run"] == ASKED


def test_a_run_of_texts_has_a_field_to_write_in(open_page, store):
    config = RunConfig(dataset="languages", teacher="text_cnn:4", student="embedding_bag:4")
    keep_weights(store, config)

    found = components(open_page("draw"))
    assert any("writing_field" in name for name in found)
    assert not any("drawing_pad" in name for name in found)


def test_the_pad_draws_in_the_colours_that_target_data_bring(open_page, store):
    config = RunConfig(dataset="digits", target="coloured")
    first, *others = make.whole_run()
    coloured = replace(first, config=config.to_dict(), input_shape=[3, 8, 8])
    folder = record(store, ASKED, [coloured, *others], config)
    folder.write("teacher.safetensors", b"")

    open_page("draw")
    assert input_shape(ASKED) == (3, 8, 8)


def test_a_run_that_ends_before_its_data_are_read_is_not_waited_for(open_page, hub):
    app = open_page("draw")
    app.button(key="start_drawing").click().run()
    assert app.info[0].value == words("en")["draw.waiting"]
    (run,) = hub.states
    hub.states[run] = "failed"

    app.run()
    assert app.info[0].value == words("en")["draw.no_run"]


def test_of_a_run_that_does_not_suit_the_page_takes_another(open_page, store):
    keep_weights(store, RunConfig(dataset="digits"))

    app = open_page("draw", run="recorded-mnist5k")
    assert app.session_state["run"] == ASKED


def test_a_run_on_the_chosen_points_has_as_many_labels_as_were_chosen(open_page, hub):
    app = open_page("playground", plane="moons", labels="20", pupil="mlp:4")
    app.button(key="start_plane").click().run()

    config = started(hub)
    assert config.dataset.endswith(TABLE)
    assert (config.student, config.label_column) == ("mlp:4", "class")
    assert round((1 - config.unlabelled) * 504) == 20
    assert len(Path(config.dataset).read_text(encoding="utf-8").splitlines()) == 701
    assert app.info[0].value == words("en")["playground.teacher_learns"]


def test_a_function_that_is_none_is_said_before_anything_starts(open_page):
    app = open_page("playground", plane="function", function="import os")

    assert "no function of x" in app.error[0].value
    assert not [button for button in app.button if button.key == "start_plane"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_run_on_a_plane_shows_its_maps(open_page, store, language):
    keep_weights(store, RunConfig(dataset="moons", teacher="mlp:6,5", student="mlp:4"))

    app = open_page("playground", lang=language)
    assert len([name for name in components(app) if "plane" in name]) == 2


def test_drawn_points_come_with_their_classes_in_order():
    points, classes = points_from([[0.5, 1, 3], [-1, 2.5, 1], [0, 0, 3]])

    assert points.tolist() == [[0.5, 1], [-1, 2.5], [0, 0]]
    assert classes.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    "sent",
    [
        [],
        "points",
        {"x": 1},
        [[1, 2]],
        [[1, 2, 0], [1, 2]],
        [[1, 2, 4]],
        [[1, 2, 0.5]],
        [[1e9, 2, 0]],
        [[float("nan"), 2, 0]],
        [["a", 2, 0]],
        [[[1], [2], [0]]],
        np.zeros((5000, 3)).tolist(),
    ],
)
def test_what_are_no_points_is_refused(sent):
    with pytest.raises(UserError, match="no points of the plane"):
        points_from(sent)


def test_without_a_run_that_can_be_asked_the_step_page_starts_one_and_waits(open_page, hub):
    app = open_page("step")
    assert app.info[0].value == words("en")["step.no_run"]

    app.button(key="start_step").click().run()
    assert started(hub).unlabelled == 0.95
    assert app.info[0].value == words("en")["step.waiting"]


@pytest.mark.parametrize("method", ["kd", "dkd"])
def test_a_step_is_of_a_run_with_weights_and_says_where_its_method_differs(
    open_page, store, method
):
    folder = record(store, ASKED, KEPT, RunConfig(dataset="digits", method=method))
    folder.write("teacher.safetensors", b"")

    app = open_page("step")
    (shown,) = [
        one for one in app.get("bidi_component") if "slow_motion" in one.proto.component_name
    ]
    sent = json.loads(shown.proto.json)
    assert sent["settings"]["optimizer"] == "adam"
    assert sent["white"] == 16
    assert ["Decoupled" in one.value for one in app.caption] == [True] * (method != "kd")


def test_a_run_without_a_teachers_answers_has_no_step_to_show(open_page, store):
    events = [make.started(epochs=1), make.prepared(), make.epoch(), make.finished()]
    record(store, ASKED, events).write("teacher.safetensors", b"")

    app = open_page("step")
    assert app.info[0].value == words("en")["step.no_teacher"]
