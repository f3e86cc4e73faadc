import io
import zipfile

import pytest
from support import events as make
from support.jobs import CONFIGS
from support.runs import record

from dashboard.page.jobs import actions
from dashboard.page.jobs.runs_table import table_key
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig

ONE, TWO = "20260101-000000-aaaa", "20260102-000000-bbbb"


@pytest.fixture
def two_runs(hub):
    record(hub.store, ONE, make.whole_run())
    record(hub.store, TWO, make.whole_run(), RunConfig(temperature=9.0))


def test_the_newest_run_comes_first(open_page, two_runs):
    table = open_page("runs").dataframe[0].value

    assert table["T"].to_list() == ["9", "4"]


def test_without_runs_the_page_says_what_to_do(open_page):
    assert len(open_page("runs").info) == 1


def test_a_run_is_told_apart_by_what_was_set(open_page, two_runs):
    table = open_page("runs").dataframe[0].value

    assert table["What sets it apart"][0].startswith("T 9 · seed 0 · ")


def test_a_deleted_run_comes_back_at_once(open_page, hub, two_runs):
    app = open_page("runs")
    app.session_state[actions.DELETED] = [ONE]
    hub.store.delete(ONE)
    app.run()
    app.button(key="undo").click().run()

    assert not app.exception
    assert len(app.dataframe[0].value) == 2


def test_the_trash_outlives_the_tab(open_page, hub, two_runs):
    for run in (ONE, TWO):
        hub.store.delete(run)
    app = open_page("runs")
    assert [box.label for box in app.expander] == ["Trash (2)"]
    app.button(key=f"restore-{TWO}").click().run()

    assert not app.exception
    assert app.dataframe[0].value["T"].to_list() == ["9"]
    assert [box.label for box in app.expander] == ["Trash (1)"]


def test_jobs_of_every_kind_lie_in_the_trash(open_page, hub):
    for config in CONFIGS.values():
        hub.store.delete(hub.store.create(config).id)
    app = open_page("runs", lang="zh")

    assert not app.exception
    assert [box.label for box in app.expander] == ["回收站（5）"]


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


def test_an_export_holds_the_events(hub, two_runs):
    with zipfile.ZipFile(io.BytesIO(actions.export_archive("20260101-000000-aaaa"))) as archive:
        assert "20260101-000000-aaaa/events.jsonl" in archive.namelist()


def test_a_run_is_started_anew_with_the_settings_of_a_stored_one(open_page, hub, two_runs):
    selection = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app = open_page("runs", widgets={table_key(hub.store.list(RUN)): selection})
    app.button(key="again").click().run()

    assert not app.exception
    newest = hub.store.list(RUN)[0]
    assert newest.id not in (ONE, TWO)
    assert newest.config["temperature"] == 9.0
