"""Which runs of the store can be written into the folder, and what is said of the others."""

import json
import shutil

import pytest
from support.sweeps import record_sweep

from dashboard import __main__ as command
from dashboard.export.pages import words_of_the_folder
from dashboard.export.runs import runs_to_write
from dashboard.server import engine
from dashboard.text.viewer import speaking
from kdcore.errors import UserError
from kdcore.hub import Hub
from kdcore.store import Store

RECORDED = engine.RECORDINGS / "recorded-all-labels"
RUN, OTHER = "20260101-000000-aaaa", "20260102-000000-bbbb"


@pytest.fixture
def store(tmp_path):
    """A store with two finished runs, which are copies of a recorded one."""
    store = Store(tmp_path / "store", recordings=[RECORDED])
    for name in (RUN, OTHER):
        shutil.copytree(RECORDED, store.root / "runs" / name)
    hub = Hub(store)
    with engine.use(hub):
        yield store
    hub.close()


def test_runs_are_found_as_elsewhere_and_come_before_the_recorded_ones(store):
    assert runs_to_write(["20260101", "last", RUN]) == [RUN, OTHER, *engine.RECORDED_RUNS]


def test_a_run_of_ones_own_has_its_name_in_the_folder(store):
    store.rename(RUN, "for Tuesday")
    with speaking("en"):
        told = words_of_the_folder([RUN], [])["runs"][RUN]

    assert "for Tuesday" in told["title"]
    assert "teacher_watched" in told["has"]


def events(store, run, keep):
    """Leave those events of a run that ``keep`` takes."""
    log = store.root / "runs" / run / "events.jsonl"
    lines = [line for line in log.read_text("utf-8").splitlines() if keep(json.loads(line))]
    log.write_text("\n".join([*lines, ""]), encoding="utf-8")


def unfinished(store):
    events(store, RUN, lambda event: event["event"] != "finished")


def without_snapshots(store):
    events(store, RUN, lambda event: event["event"] != "snapshot")


def damaged_settings(store):
    (store.root / "runs" / RUN / "config.json").write_text("{", encoding="utf-8")


def lost_arrays(store):
    (store.root / "runs" / RUN / "snapshot-0003.safetensors").unlink()


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (unfinished, "export_not_over"),
        (without_snapshots, "export_no_snapshots"),
        (damaged_settings, "folder_damaged"),
        (lost_arrays, "arrays_unreadable"),
    ],
)
def test_a_run_that_cannot_be_shown_is_named_before_anything_is_written(
    store, tmp_path, broken, code, capsys
):
    broken(store)

    with pytest.raises(UserError) as caught:
        runs_to_write([RUN])
    assert caught.value.code == code
    assert command.main(["export-lesson", str(tmp_path / "folder"), "--run", RUN]) == 2
    assert capsys.readouterr().err.startswith("dashboard: ")
    assert not (tmp_path / "folder").exists()


@pytest.mark.parametrize("text", ["nothing", "2026", ""])
def test_what_matches_no_run_or_several_is_unknown(store, text):
    with pytest.raises(UserError) as caught:
        runs_to_write([text])

    assert caught.value.code == "export_unknown_run"


def test_a_sweep_is_no_run(store):
    sweep = record_sweep(store).id

    for text in (sweep, "sweep-"):
        with pytest.raises(UserError) as caught:
            runs_to_write([text])
        assert caught.value.code == "export_no_run"


def test_the_state_of_a_run_is_said_in_the_language_of_the_message(store, tmp_path, capsys):
    unfinished(store)
    command.main(["export-lesson", str(tmp_path / "folder"), "--run", RUN, "--lang", "zh"])

    assert "已中断" in capsys.readouterr().err
