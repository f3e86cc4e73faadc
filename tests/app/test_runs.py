import io
import zipfile
from dataclasses import replace

import pytest
from support import events as make
from support.compressions import record_compression
from support.jobs import CONFIGS
from support.recipes import record_recipe
from support.recognition import record_recognition
from support.regressions import record_regression
from support.robustness import record_robustness
from support.runs import record
from support.searches import record_search, record_selection, whole_search
from support.sweeps import GRID, record_sweep

from dashboard.page.jobs import export_menu
from dashboard.page.jobs.export_menu import exported_file
from dashboard.page.jobs.job_pages import PAGES
from dashboard.page.jobs.jobs_table import table_key
from dashboard.server.exported_network import ExportedNetwork
from dashboard.text.escape import markdown_text
from dashboard.text.languages import LANGUAGES, words
from kdcore.errors import UserError
from kdcore.events import Cancelled
from kdcore.jobs.kind import KINDS, RUN, kind_for
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import Range

ONE, TWO = "20260101-000000-aaaa", "20260102-000000-bbbb"
THREE = "20260103-000000-cccc"
EN = words("en")
LATER = '{"kind": "run", "format": 99}'


@pytest.fixture
def two_runs(hub):
    record(hub.store, ONE, make.whole_run())
    record(hub.store, TWO, make.whole_run(), RunConfig(temperature=9.0))


@pytest.fixture
def every_kind(hub):
    """A job of each kind that has ended, by its name; finished where somebody wrote its events."""
    store = hub.store
    finished = {
        "run": record(store, ONE, make.whole_run()).id,
        "sweep": record_sweep(store).id,
        "search": record_search(store).id,
        "teacher_selection": record_selection(store).id,
        "compression": record_compression(store).id,
        "robustness": record_robustness(store).id,
        "regression": record_regression(store).id,
        "recipe": record_recipe(store).id,
        "recognition": record_recognition(store).id,
    }
    return finished | {
        kind: stopped(store, CONFIGS[kind]) for kind in KINDS if kind not in finished
    }


def stopped(store, config):
    """A job that was stopped before it began; its id."""
    folder = store.create(config)
    folder.append(Cancelled(job=folder.id))
    folder.release()
    return folder.id


def in_turn(store, *configs):
    """A job of each, one later than the other; their ids."""
    prefixes = [kind_for(config).prefix for config in configs]
    times = (ONE, TWO, THREE)
    return [
        store.create(config, f"{prefix}{time}").id
        for config, prefix, time in zip(configs, prefixes, times, strict=False)
    ]


def picked(store, *jobs, kind=""):
    """The widgets of the page with these rows ticked."""
    rows = [row for row in store.list() if kind in ("", row.kind)]
    ticked = [at for at, row in enumerate(rows) if row.id in jobs]
    return {table_key(rows): {"selection": {"rows": ticked, "columns": [], "cells": []}}}


def open_picked(open_page, store, *jobs):
    return open_page("runs", widgets=picked(store, *jobs))


def test_what_the_code_says_of_itself_is_not_on_the_page(open_page, two_runs):
    assert open_page("runs").markdown[0].value == EN["runs.lead"]


def test_the_newest_run_comes_first(open_page, two_runs):
    table = open_page("runs", kind="run").dataframe[0].value

    assert table["T"].to_list() == ["9", "4"]


def test_without_any_job_the_page_says_what_to_do(open_page):
    assert len(open_page("runs").info) == 1


def test_a_run_is_told_apart_by_what_was_set(open_page, two_runs):
    table = open_page("runs").dataframe[0].value

    assert table[EN["runs.apart"]][0] == "T 9 · seed 0"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_listed_with_its_state_and_result(open_page, every_kind, language):
    spoken = words(language)
    table = open_page("runs", lang=language).dataframe[0].value
    rows = {row[spoken["runs.id"]]: row for _, row in table.iterrows()}

    for kind, job in every_kind.items():
        assert rows[job][spoken["runs.kind"]] == spoken[f"kind.{kind}"]
        assert rows[job][spoken["runs.state"]] == spoken["state.finished"]
        assert rows[job][spoken["runs.result"]]


def test_the_result_of_a_search_is_its_best_trial(open_page, every_kind):
    table = open_page("runs", kind="search").dataframe[0].value

    assert table[EN["runs.result"]].to_list() == ["best of 5: trial 2, 96.0%"]


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_is_listed_alone(open_page, every_kind, kind):
    app = open_page("runs", kind=kind)

    assert not app.exception
    assert app.dataframe[0].value[EN["runs.id"]].to_list() == [every_kind[kind]]
    assert app.query_params["kind"] == kind


def test_a_kind_of_which_there_is_none_says_so(open_page, two_runs):
    app = open_page("runs", kind="search")

    assert not app.exception
    assert EN["runs.none_of_kind"] in [caption.value for caption in app.caption]


@pytest.mark.parametrize("kind", PAGES)
def test_a_job_is_opened_on_the_page_of_its_kind(open_page, hub, every_kind, kind):
    app = open_picked(open_page, hub.store, every_kind[kind])
    app.button(key="open").click().run()
    page, parameter = {
        "sweep": ("landscape", "sweep"),
        "search": ("searches", "search"),
        "teacher_selection": ("searches", "search"),
        "compression": ("shrink", "shrink"),
        "robustness": ("robustness", "robustness"),
        "regression": ("regression", "regression"),
        "recipe": ("evidence", "recipe"),
        "recognition": ("recognition", "recognition"),
    }[kind]

    assert not app.exception
    assert app.title[0].value == EN[f"{page}.title"]
    assert app.query_params[parameter] == every_kind[kind]


def test_a_run_is_opened_on_the_live_page(open_page, hub, two_runs):
    app = open_picked(open_page, hub.store, ONE)
    app.button(key="open").click().run()

    assert not app.exception
    assert app.title[0].value == EN["live.title"]
    assert app.query_params["run"] == ONE


def test_a_repetition_over_seeds_is_opened_by_its_first_run(open_page, hub):
    repetition = replace(GRID, temperatures=(4.0,), weights=(0.5,))
    folder = record_sweep(hub.store, repetition)
    app = open_picked(open_page, hub.store, folder.id)
    app.button(key="open").click().run()

    assert not app.exception
    assert app.query_params["run"] == folder.cell_id(0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_is_named_and_annotated(open_page, hub, every_kind, kind):
    job = every_kind[kind]
    app = open_picked(open_page, hub.store, job)
    app.text_input(key=f"name-{job}").set_value("the good one").run()
    app.text_input(key=f"note-{job}").set_value("see λ").run()
    row = hub.store.row(job)

    assert not app.exception
    assert (row.name, row.note) == ("the good one", "see λ")
    assert "the good one" in app.dataframe[0].value[EN["runs.name"]].to_list()


def test_the_notes_at_moments_of_a_run_stand_below_its_own(open_page, hub, two_runs):
    hub.store.pin(ONE, 1.5, "see *here* <b>")
    app = open_picked(open_page, hub.store, ONE)

    assert not app.exception
    assert "Epoch 1.5: see *here* <b>" in [one.value for one in app.text]


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_is_deleted_and_comes_back(open_page, hub, every_kind, kind):
    job = every_kind[kind]
    app = open_picked(open_page, hub.store, job)
    app.button(key="delete").click().run()
    assert job not in [row.id for row in hub.store.list()]
    app.button(key="undo").click().run()

    assert not app.exception
    assert job in [row.id for row in hub.store.list()]


def test_the_trash_outlives_the_tab(open_page, hub, two_runs):
    for run in (ONE, TWO):
        hub.store.delete(run)
    app = open_page("runs")
    assert [box.label for box in app.expander] == ["Trash (2)"]
    app.button(key=f"restore-{TWO}").click().run()

    assert not app.exception
    assert app.dataframe[0].value[EN["runs.id"]].to_list() == [TWO]
    assert [box.label for box in app.expander] == ["Trash (1)"]


def test_jobs_of_every_kind_lie_in_the_trash(open_page, hub):
    for config in CONFIGS.values():
        hub.store.delete(hub.store.create(config).id)
    app = open_page("runs", lang="zh")

    assert not app.exception
    assert [box.label for box in app.expander] == [f"回收站（{len(CONFIGS)}）"]


def test_the_trash_is_emptied(open_page, hub, two_runs):
    hub.store.delete(ONE)
    app = open_page("runs")
    app.button(key="empty_trash").click().run()

    assert not app.exception
    assert hub.store.trash() == []
    assert [row.id for row in hub.store.list(RUN)] == [TWO]


def test_what_cannot_come_back_is_said(open_page, hub, two_runs):
    hub.store.delete(ONE)
    app = open_page("runs")
    record(hub.store, ONE, make.whole_run())
    app.button(key=f"restore-{ONE}").click().run()

    assert not app.exception
    assert "another" in app.toast[0].value


def test_with_other_rows_it_is_another_table_without_ticks(open_page, hub, two_runs):
    app = open_page("runs")
    before = app.dataframe[0].proto.id
    record(hub.store, "20260103-000000-cccc", make.whole_run())
    app.run()

    assert app.dataframe[0].proto.id != before


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_holds_the_events(hub, every_kind, kind):
    job = every_kind[kind]
    with zipfile.ZipFile(io.BytesIO(exported_file(job, ".zip"))) as archive:
        assert f"{job}/events.jsonl" in archive.namelist()


@pytest.mark.parametrize("kind", KINDS)
def test_the_events_of_every_kind_of_job_are_a_table(hub, every_kind, kind):
    job = every_kind[kind]
    rows = exported_file(job, ".csv").decode().splitlines()
    names = [event.kind for event in hub.store.find(job).events()]
    assert [row.partition(",")[0] for row in rows] == ["event", *names]


def keep_weights(store, run):
    for learner in ("teacher", "distilled"):
        store.find(run).write(f"{learner}.safetensors", b"")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_network_is_made_compared_and_offered(open_page, hub, two_runs, monkeypatch, language):
    keep_weights(hub.store, ONE)
    asked = []

    def made(*what):
        asked.append(what)
        return ExportedNetwork(contents=b"x", examples=256, difference=4.8e-7, same_class=255)

    monkeypatch.setattr(export_menu, "exported_network", made)
    app = open_page("runs", lang=language, widgets=picked(hub.store, ONE))
    box = next(box for box in app.selectbox if box.label == words(language)["runs.export_kind"])
    box.select(".onnx").run()
    app.button(key="make_file").click().run()

    assert not app.exception
    assert asked == [(ONE, "distilled", ".onnx")]
    told = " ".join(part.value for part in app.markdown)
    assert all(part in told for part in ("256", "4.8e", "255"))
    assert words(language)["runs.download"] in [one.label for one in app.get("download_button")]


def test_why_a_network_cannot_be_made_is_said(open_page, hub, two_runs, monkeypatch):
    keep_weights(hub.store, ONE)

    def fails(*_):
        raise UserError("extra_missing", what="ONNX", extra="onnx", cause="no onnxscript")

    monkeypatch.setattr(export_menu, "exported_network", fails)
    app = open_page("runs", widgets=picked(hub.store, ONE))
    box = next(box for box in app.selectbox if box.label == EN["runs.export_kind"])
    box.select(".onnx").run()
    app.button(key="make_file").click().run()

    assert not app.exception
    assert "kdcore[onnx]" in app.toast[0].value.replace("\\", "")
    assert not app.get("download_button")


def test_a_job_without_weights_offers_no_network(open_page, hub, two_runs):
    app = open_page("runs", widgets=picked(hub.store, ONE))
    box = next(box for box in app.selectbox if box.label == EN["runs.export_kind"])
    assert box.options == [EN[f"export.{kind}"] for kind in ("zip", "csv", "json", "parquet")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_is_started_anew_with_the_settings_of_a_stored_one(open_page, hub, every_kind, kind):
    app = open_picked(open_page, hub.store, every_kind[kind])
    app.button(key="again").click().run()
    (started,) = hub.states  # both may be of the same second

    assert not app.exception
    assert started != every_kind[kind]
    assert hub.store.find(started).config == hub.store.find(every_kind[kind]).config
    assert hub.states[started] == "running"


CHANGES = {
    "run": ("temperature", "9", 9),
    "sweep": ("seeds", "4, 5", (4, 5)),
    "search": ("temperatures", "2:3", Range(2.0, 3.0)),
    "teacher_selection": ("teachers", "mlp:4 mlp:5,6", ("mlp:4", "mlp:5,6")),
    "compression": ("epochs", "2", 2),
    "robustness": ("corruptions", "blur", ("blur",)),
    "regression": ("pairs", "3", 3),
    "recipe": ("quick", "false", False),
    "recognition": ("blank", "without_blank", "without_blank"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_job_is_started_anew_with_another_setting(open_page, hub, every_kind, kind, language):
    name, text, value = CHANGES[kind]
    ticked = picked(hub.store, every_kind[kind])
    app = open_page("runs", widgets=ticked, lang=language)
    app.multiselect(key=f"again-of-{every_kind[kind]}_{language}").select(name).run()
    app.text_input(key=f"again-{name}-{every_kind[kind]}").set_value(text).run()
    app.button(key="again").click().run()
    (started,) = hub.states

    assert not app.exception
    expected = replace(hub.store.find(every_kind[kind]).config, **{name: value})
    assert hub.store.find(started).config == expected


def test_a_setting_that_cannot_be_is_said_and_nothing_starts(open_page, hub, two_runs):
    app = open_picked(open_page, hub.store, ONE)
    app.multiselect(key=f"again-of-{ONE}_en").select("temperature").run()
    app.text_input(key=f"again-temperature-{ONE}").set_value("warm").run()
    app.button(key="again").click().run()

    assert not app.exception
    assert "warm" in app.toast[0].value
    assert not hub.states


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_job_has_no_epoch_to_branch_from_is_said(open_page, hub, every_kind, kind, language):
    app = open_page("runs", widgets=picked(hub.store, every_kind[kind]), lang=language)
    button, spoken = app.button(key="branch"), words(language)

    assert not app.exception
    assert button.disabled
    assert button.help == spoken["live.branch_none" if kind == "run" else f"no_branch.{kind}"]


def test_a_run_with_checkpoints_offers_its_epochs_to_branch_from(open_page, hub, two_runs):
    for epoch in (0, 2):
        folder = hub.store.find(ONE).path / "checkpoints"
        folder.mkdir(exist_ok=True)
        (folder / f"students-{epoch:04}.safetensors").write_bytes(b"")
    app = open_picked(open_page, hub.store, ONE)
    app.button(key="branch").click().run()

    assert not app.exception
    box = next(box for box in app.selectbox if box.label == EN["live.branch_epoch"])
    assert (box.options, box.value) == (["0", "2"], 2)
    assert app.number_input(key="branch-temperature").value == RunConfig().temperature
    assert not app.button(key="branch_start").disabled


@pytest.mark.parametrize("kind", KINDS)
def test_what_came_to_its_end_is_not_resumed(open_page, hub, every_kind, kind):
    app = open_picked(open_page, hub.store, every_kind[kind])

    assert app.button(key="resume").disabled


def test_an_interrupted_search_is_resumed_and_shown(open_page, hub):
    search = record_search(hub.store, whole_search()[:6]).id
    app = open_picked(open_page, hub.store, search)
    app.button(key="resume").click().run()

    assert not app.exception
    assert hub.states[search] == "running"
    assert app.query_params["search"] == search


def test_a_kind_that_cannot_go_on_is_not_resumed(open_page, hub):
    selection = record_selection(hub.store, [make.teacher_epoch()]).id
    app = open_picked(open_page, hub.store, selection)

    assert app.button(key="resume").disabled
    assert not app.button(key="open").disabled


@pytest.mark.parametrize(("contents", "state"), [("", "damaged"), (LATER, "newer")])
def test_what_cannot_be_read_is_said_and_can_be_deleted(open_page, hub, two_runs, contents, state):
    (hub.store.root / "runs" / ONE / "config.json").write_text(contents)
    app = open_picked(open_page, hub.store, ONE)

    assert not app.exception
    assert ONE in app.dataframe[0].value[EN["runs.apart"]].to_list()
    assert ONE in app.warning[0].value
    assert app.button(key="open").disabled
    assert app.button(key="again").disabled
    app.button(key="delete").click().run()
    assert [row.id for row in hub.store.trash()] == [ONE]


def test_two_runs_are_compared_with_their_charts(open_page, hub, two_runs):
    app = open_picked(open_page, hub.store, ONE, TWO)

    assert not app.exception
    assert EN["runs.sides"] in [header.value for header in app.header]
    assert app.table[0].value[EN["runs.setting"]].to_list() == [
        EN["setting.dataset.label"],
        EN["setting.temperature.label"],
    ]


def test_any_number_of_runs_is_compared_by_settings_scores_and_curves(open_page, hub, two_runs):
    record(hub.store, THREE, make.whole_run(), RunConfig(temperature=9.0, seed=3))
    hub.store.rename(THREE, "the third")
    app = open_picked(open_page, hub.store, ONE, TWO, THREE)
    settings, scores = (table.value for table in app.table)

    assert not app.exception
    temperature, seed = EN["setting.temperature.label"], EN["setting.seed.label"]
    assert settings.columns[1] == "the third"  # the newest is the first, as in the table above
    by_name = {row.iloc[0]: list(row.iloc[1:]) for _, row in settings.iterrows()}
    assert (by_name[temperature], by_name[seed]) == (["9", "9", "4"], ["3", "0", "0"])
    assert list(settings.columns[2:]) == ["T 9", "T 4"]
    ended = dict(hub.store.find(ONE).events()[-1].students)
    distilled = scores[scores[EN["runs.learner"]] == EN["learner.distilled"]]
    assert distilled[EN["compared.test_accuracy"]].to_list() == 3 * [
        f"{ended['distilled'].test_accuracy:.2%}"
    ]
    assert EN["runs.sides"] not in [header.value for header in app.header]


def test_a_search_finds_by_what_the_row_shows_and_by_the_note(open_page, hub, two_runs):
    hub.store.note(ONE, "Überraschend gut")
    for text, ids in (
        ("überraschend", [ONE]),
        ("FINISHED mlp", [TWO, ONE]),
        ("handwritten finished", [ONE]),
        ("9 bbbb", [TWO]),
        ('"T 9"', [TWO]),
    ):
        app = open_page("runs", search=text, kind="run")
        assert not app.exception
        assert app.dataframe[0].value[EN["runs.id"]].to_list() == ids

    app = open_page(
        "runs",
        search='"bbbb 9"',  # both words are there, but not together
    )
    assert EN["runs.none_found"] in [caption.value for caption in app.caption]
    assert not app.dataframe


def test_a_star_is_kept_shown_and_filtered_by(open_page, hub, two_runs):
    app = open_picked(open_page, hub.store, ONE)
    app.button(key="star").click().run()
    assert hub.store.row(ONE).starred

    app = open_page("runs", starred="1")
    assert app.dataframe[0].value[EN["runs.id"]].to_list() == [ONE]
    app = open_picked(open_page, hub.store, ONE)
    assert app.button(key="star").label == EN["runs.unstar"]
    app.button(key="star").click().run()
    assert not hub.store.row(ONE).starred


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "run"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_two_jobs_of_a_kind_are_compared_by_their_settings(open_page, hub, kind, language):
    config = CONFIGS[kind]
    if kind == "recognition":  # its settings are its own
        changed = replace(config, batch_size=7)
    else:
        changed = replace(config, base=config.base.replace(batch_size=7))
    one, other = in_turn(hub.store, config, changed)
    app = open_page("runs", widgets=picked(hub.store, one, other), lang=language)
    table = app.table[0].value

    assert not app.exception
    assert table[words(language)["runs.setting"]].to_list() == [
        words(language)["setting.batch_size.label"]
    ]
    assert len(app.table[1].value) == 2  # what came out, a row a job
    usual = str(config.base.batch_size)
    assert table.iloc[0].to_list()[1:] == ["7", usual]  # the newest is the first row


def test_a_range_and_an_axis_are_compared_as_they_are_read(open_page, hub):
    config = CONFIGS["search"]
    axes = {"methods": ("kd", "dkd"), "temperatures": (1.0, 4.0), "students": ("mlp:4", "mlp:8")}
    base = config.base.replace(students="distilled")
    one, other = in_turn(hub.store, config, replace(config, base=base, **axes))
    app = open_page("runs", widgets=picked(hub.store, one, other))
    table = app.table[0].value
    rows = {row.iloc[0]: (row.iloc[2], row.iloc[1]) for _, row in table.iterrows()}

    assert rows[EN["landscape.temperatures"]] == ("1–20", "1, 4")
    assert rows[EN["searches.setting.students"]][1] == "mlp:4, mlp:8"
    assert rows[EN["setting.students.label"]][1] == EN["choice.students.distilled"]
    assert markdown_text(EN["method.dkd"]) in rows[EN["searches.setting.methods"]][1]


def test_two_of_different_kinds_are_not_compared(open_page, hub, every_kind):
    app = open_picked(open_page, hub.store, every_kind["run"], every_kind["search"])

    assert not app.exception
    assert not app.table
    assert EN["runs.differ_kinds"] in [caption.value for caption in app.caption]


def test_a_name_stands_in_the_picker_of_runs(open_page, hub, two_runs):
    hub.store.rename(ONE, "the good one")
    app = open_page("microscope", run=ONE)
    box = next(box for box in app.selectbox if box.key == "run_en")

    assert not app.exception
    assert [option for option in box.options if option.startswith("the good one · ")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_queue_has_places_and_a_way_out(open_page, hub, store, language):
    ids = [f"20260101-00000{at}-aaaa" for at in range(4)]
    for job, state in zip(ids, ("running", "queued", "queued", "queued"), strict=True):
        record(store, job, make.whole_run()[:1])
        hub.states[job] = state
    app = open_page("runs", lang=language)

    spoken = words(language)
    lines = [text.value for text in app.markdown]
    assert [line for line in lines if line.startswith(spoken["runs.now"])]
    for place in (1, 2, 3):
        assert [line for line in lines if line.startswith(spoken["runs.place"].format(place=place))]
    app.button(key=f"cancel-{ids[2]}").click().run()
    assert hub.states[ids[2]] == "stopped"
    app.button(key="cancel_all").click().run()
    assert [hub.states[job] for job in ids] == ["running", "stopped", "stopped", "stopped"]
    assert "cancel_all" not in [button.key for button in app.button]


def test_a_follower_sees_the_queue_and_cancels_nothing(follower, open_page, hub, store):
    for at, state in enumerate(("running", "queued")):
        record(store, f"20260101-00000{at}-aaaa", make.whole_run()[:1])
        hub.states[f"20260101-00000{at}-aaaa"] = state
    app = open_page("runs")

    place = words("en")["runs.place"].format(place=1)
    assert [text for text in app.markdown if text.value.startswith(place)]
    assert not [button for button in app.button if button.key.startswith("cancel")]
