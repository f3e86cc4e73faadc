"""A run as one HTML file."""

import json
import re
import shutil

import pytest
from support import events as make
from support.runs import record

from dashboard.export.report import report, write_report
from dashboard.server.engine import RECORDINGS
from dashboard.text.languages import words as words_of_app
from kdcore.errors import UserError

RUN, OWN = "recorded-never-saw-3", "20260101-000000-aaaa"
HOSTILE = "</script><script>alert(1)</script><!-- <script>"


@pytest.fixture
def store(hub):
    return hub.store


@pytest.fixture
def own(store):
    """A finished run of the store; where its data lay is in its settings."""
    folder = store.root / "runs" / OWN
    shutil.copytree(RECORDINGS / "recorded-all-labels", folder)
    settings = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(settings | {"data_root": "/somewhere/secret"}))
    events = (folder / "events.jsonl").read_text()
    (folder / "events.jsonl").write_text(
        events.replace('"data_root":""', '"data_root":"/somewhere/secret"')
    )
    return store.find(OWN)


def values_in(text, name):
    found = re.search(rf"^window\.{name} = (.*);$", text, re.MULTILINE)
    return json.loads(found[1])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_holds_words_settings_and_charts_of_both_languages(store, language):
    text = report(RUN, language)
    folder, data = values_in(text, "kdcoreFolder"), values_in(text, "kdcoreFiles")

    assert folder["languages"][0] == folder["preferred"] == language
    for spoken in folder["languages"]:
        words = data[f"words-{spoken}"]
        shown = [panel["name"] for row in words["pages"]["report"]["rows"] for panel in row]
        assert len(set(shown)) == len(shown)
        drawn = data[f"{RUN}/{spoken}/run"]
        charts = drawn["over_time"].keys() | drawn["varied"].keys()
        assert {"accuracy", "losses", "reliability", "confusion"} <= charts & set(shown)
        settings = {label: value for label, value, _ in words["runs"][RUN]["settings"]}
        assert settings[words_of_app(spoken)["setting.drop_classes.label"]] == "3"


def test_no_note_can_end_the_script_that_holds_it(store, own):
    store.note(OWN, HOSTILE)
    store.pin(OWN, 1, HOSTILE)
    text = report(OWN, "en")

    assert HOSTILE not in text
    notes = values_in(text, "kdcoreFiles")["words-en"]["runs"][OWN]["notes"]
    assert notes[0] == HOSTILE
    assert notes[1].endswith(HOSTILE)


def test_it_names_nothing_that_a_browser_would_fetch(store):
    head = report(RUN, "en").partition("<body>")[0]
    assert not re.search(r"""(src|href)\s*=|url\(|@import""", head)
    assert "default-src 'none'" in head


def test_where_data_lie_is_left_out(own):
    assert "/somewhere/secret" in own.text("config.json")
    assert "/somewhere/secret" not in report(OWN, "en")


def test_a_run_that_goes_on_has_no_report(store, tmp_path):
    folder = record(store, OWN, make.whole_run()[:3])
    with pytest.raises(UserError, match=folder.id):
        write_report(folder.id, tmp_path / "report.html", "en")
    assert not (tmp_path / "report.html").exists()


def test_a_file_that_cannot_be_written_is_said(store, tmp_path):
    with pytest.raises(UserError, match="no folder"):
        write_report(RUN, tmp_path / "nowhere" / "report.html", "en")
