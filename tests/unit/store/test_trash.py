"""Deleting moves to the trash, of which everybody who opens the store can bring things back."""

import json

import pytest
from support import events as make
from support.jobs import CONFIGS

from kdcore.errors import UserError
from kdcore.jobs.kind import KINDS, RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.store import Store, recorded

ONE, TWO = "20260101-000000-aaaa", "20260102-000000-bbbb"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def run(store):
    for _ in recorded(make.whole_run(), store.create(RunConfig(), ONE)):
        pass
    return store.row(ONE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_of_every_kind_is_deleted_and_comes_back(store, kind):
    job = store.create(CONFIGS[kind]).id
    before = store.list(KINDS[kind])
    store.delete(job)
    (deleted,) = Store(store.root).trash()

    assert store.list(KINDS[kind]) == []
    assert (deleted.id, deleted.row) == (job, before[0])
    store.restore(job)
    assert store.list(KINDS[kind]) == before
    assert store.trash() == []


def test_what_was_deleted_last_comes_first(store, run):
    store.create(RunConfig(), TWO)
    store.delete(TWO)
    store.delete(ONE)

    assert [row.id for row in store.trash()] == [ONE, TWO]
    assert store.trash()[0].deleted >= store.trash()[1].deleted > run.created - 1


def test_the_trash_of_an_older_version_is_shown_too(store, run):
    store.delete(ONE)
    (store.root / "trash" / ONE / "deleted.json").unlink()

    assert [row.row for row in store.trash()] == [run]


def test_an_id_that_is_there_again_is_said(store, run):
    store.delete(ONE)
    store.create(RunConfig(), ONE)

    with pytest.raises(UserError, match="another"):
        store.restore(ONE)
    with pytest.raises(UserError, match="another"):
        store.delete(ONE)
    assert [row.id for row in store.trash()] == [row.id for row in store.list(RUN)] == [ONE]


@pytest.mark.parametrize("name", ["nothing", "", "..", "../runs", "2026"])
def test_what_is_not_in_the_trash_is_not_restored(store, name):
    for run in (ONE, TWO):
        store.create(RunConfig(), run)
        store.delete(run)

    with pytest.raises(UserError, match="trash"):
        store.restore(name)
    assert store.restore("20260102") == TWO


def test_the_trash_is_emptied_of_what_is_old_enough(store, run):
    store.create(RunConfig(), TWO)
    store.delete(ONE)
    store.delete(TWO)
    label = store.root / "trash" / ONE / "deleted.json"
    label.write_text(json.dumps(json.loads(label.read_text()) | {"deleted": 0.0}))

    assert store.empty_trash(older_than=3600) == [ONE]
    assert [row.id for row in store.trash()] == [TWO]
    assert store.empty_trash() == [TWO]
    assert list((store.root / "trash").iterdir()) == []


def test_a_cell_goes_only_with_its_sweep(store):
    sweep = store.create(CONFIGS["sweep"])
    sweep.cell(3).begin(RunConfig().to_dict())

    with pytest.raises(UserError, match=sweep.id):
        store.delete(sweep.cell_id(3))
