"""What people do with a stored job they do with one of any kind."""

import zipfile

import pytest
from support.jobs import CONFIGS

from kdcore.errors import UserError
from kdcore.events import Cancelled
from kdcore.jobs.kind import KINDS, SWEEP, kind_for
from kdcore.jobs.run.config import RunConfig
from kdcore.store import Store, recorded

PARENT = "20260101-000000-aaaa"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def job(store, request):
    folder = store.create(CONFIGS[request.param.name])
    for _ in recorded([Cancelled(job=folder.id)], folder):
        pass
    return folder


def test_it_is_found_by_its_beginning_and_its_kind(store, job):
    store.create(CONFIGS["run" if job.kind is SWEEP else "sweep"])

    assert store.find(job.id).config == job.config
    assert store.find(job.id[:-2], job.kind).id == job.id
    assert store.find("last", job.kind).id == job.id
    for other in KINDS.values():
        if other is not job.kind:
            with pytest.raises(UserError, match=job.id):
                store.find(job.id, other)


def test_its_row_says_what_it_is(store, job):
    (row,) = store.list()

    assert store.list(job.kind) == [row]
    assert (row.id, row.kind, row.state, row.format) == (job.id, job.kind.name, "stopped", 2)
    assert row.parent == (PARENT if job.kind.parent else "")
    assert row.config == job.config.to_dict()
    assert row.summary == job.kind.record().summary()


def test_a_note_and_a_name_stay_with_it(store, job):
    store.note(job.id, "温度越高越好?")
    store.rename(job.id, "  the  warm\none ")
    (row,) = Store(store.root).list()
    store.rebuild()

    assert (row.note, row.name) == ("温度越高越好?", "the warm one")
    assert store.list() == [row]
    store.rename(job.id, "")
    assert store.row(job.id).name == ""


def test_it_is_exported_with_its_cells(store, job, tmp_path):
    if job.kind.has_cells:
        job.cell(1).begin(RunConfig().to_dict())
    store.export(job.id, tmp_path / "job.zip")
    with zipfile.ZipFile(tmp_path / "job.zip") as archive:
        names = {name.removeprefix(f"{job.id}/") for name in archive.namelist()}

    cells = {f"cells/{job.cell_id(1)}/config.json"} if job.kind.has_cells else set()
    assert names == {"config.json", "events.jsonl"} | cells


def test_two_of_a_kind_are_compared(store, job):
    values = job.config.to_dict()
    nested = values.get("base", values)
    differing = [("base.batch_size" if "base" in values else "batch_size", nested["batch_size"], 7)]
    nested["batch_size"] = 7
    other = type(job.config).from_dict(values)

    assert store.compare(job.id, store.create(other).id) == differing


def test_its_trash_survives_a_restart(store, job):
    before = store.list()
    store.delete(job.id)
    (deleted,) = Store(store.root).trash()

    assert deleted.row == before[0]
    assert Store(store.root).restore(job.id) == job.id
    assert store.list() == before


def test_every_configuration_has_one_kind():
    assert [kind_for(config) for config in CONFIGS.values()] == list(KINDS.values())
    assert len({kind.prefix for kind in KINDS.values()}) == len(KINDS)
    assert len({kind.plural for kind in KINDS.values()}) == len(KINDS)
