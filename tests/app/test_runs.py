import io
import zipfile

import made_events as make
import pytest
from made_runs import record

from dashboard import actions
from kdcore.config import RunConfig


@pytest.fixture
def two_runs(hub):
    record(hub.store, "20260101-000000-aaaa", make.whole_run())
    record(hub.store, "20260102-000000-bbbb", make.whole_run(), RunConfig(temperature=9.0))


def test_the_newest_run_comes_first(open_page, two_runs):
    table = open_page("runs").dataframe[0].value

    assert table["T"].to_list() == ["9", "4"]


def test_without_runs_the_page_says_what_to_do(open_page):
    assert len(open_page("runs").info) == 1


def test_a_deleted_run_comes_back(open_page, hub, two_runs):
    app = open_page("runs")
    app.session_state[actions.DELETED] = ["20260101-000000-aaaa"]
    hub.store.delete("20260101-000000-aaaa")
    app.run()
    app.button(key="undo").click().run()

    assert not app.exception
    assert len(app.dataframe[0].value) == 2


def test_an_export_holds_the_events(hub, two_runs):
    with zipfile.ZipFile(io.BytesIO(actions.exported("20260101-000000-aaaa"))) as archive:
        assert "20260101-000000-aaaa/events.jsonl" in archive.namelist()
