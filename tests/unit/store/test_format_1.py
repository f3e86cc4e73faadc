"""A store that version 0.1.0 wrote: everything in it is found, read and listed for ever."""

import zipfile
from pathlib import Path

import pytest

from kdcore import RunConfig
from kdcore.jobs.kind import RUN
from kdcore.store import Store

ASSET = Path(__file__).parents[2] / "assets" / "store-0.1.0.zip"
JOBS = (
    "20261128-184824-1c77",
    "20261128-184913-5d87",
    "sweep-20261128-184831-ff37",
    "search-20261128-184845-53bd",
    "choice-20261128-184854-1095",
    "shrink-20261128-184902-4924",
)


@pytest.fixture
def store(tmp_path):
    with zipfile.ZipFile(ASSET) as archive:
        archive.extractall(tmp_path)
    return Store(tmp_path)


def rows_by_id(store):
    return {row.id: row for row in store.list()}


def test_every_job_is_listed_with_its_outcome(store):
    rows = rows_by_id(store)

    assert {name: row.state for name, row in rows.items()} == dict.fromkeys(JOBS, "finished")
    assert all(row.config for row in rows.values())
    assert rows["20261128-184913-5d87"].config["method"] == "hint"


def completed(settings):
    """With the usual value of each setting of a run that there was not yet."""
    if "base" in settings:
        return settings | {"base": completed(settings["base"])}
    return RunConfig().to_dict() | settings


@pytest.mark.parametrize("job", JOBS)
def test_the_settings_and_all_events_of_a_job_are_read(store, job):
    folder = store.find(job)
    lines = (folder.path / "events.jsonl").read_text(encoding="utf-8").splitlines()

    assert folder.config.to_dict() == completed(folder.settings)
    assert folder.format == 1
    assert len(folder.events()) == len(lines)
    assert folder.state == "finished"


@pytest.mark.parametrize(
    ("job", "kind", "events"),
    [
        (
            "choice-20261128-184854-1095",
            "teacher_selection",
            {"teacher_selection_started", "teacher_evaluated", "teacher_selection_finished"},
        ),
        (
            "shrink-20261128-184902-4924",
            "compression",
            {"compression_started", "compression_finished"},
        ),
    ],
)
def test_kinds_and_events_have_their_names_of_today(store, job, kind, events):
    folder = store.find(job)

    assert (folder.kind.name, store.row(job).kind) == (kind, kind)
    assert events <= {event.kind for event in folder.events()}
    assert folder.events()[-1].to_dict().get(kind.removeprefix("teacher_")) == job


def test_cells_are_runs_with_arrays(store):
    for owner in ("sweep-20261128-184831-ff37", "choice-20261128-184854-1095"):
        cell = store.find(f"{owner}.0003", RUN)
        assert cell.config.seed == 1
        assert cell.state == "finished"
        assert len(cell.load_arrays("prepared.safetensors")) > 0


def test_the_index_is_made_anew_from_the_folders(store):
    before = rows_by_id(store)
    store.rebuild()
    assert rows_by_id(store) == before
    (store.root / "index.sqlite").unlink()
    assert rows_by_id(Store(store.root)) == before


@pytest.mark.parametrize("job", JOBS)
def test_a_job_is_deleted_and_comes_back(store, job):
    before = rows_by_id(store)[job]
    store.delete(job)
    assert job not in rows_by_id(store)
    store.restore(job)
    assert rows_by_id(store)[job] == before
