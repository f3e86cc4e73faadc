"""What a full disk or another program may leave in a store hides nothing else."""

import errno
import os
import sqlite3

import made_events as make
import pytest
from made_jobs import CONFIGS, DAMAGE

from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.jobs.run.config import RunConfig
from kdcore.store import KINDS, Store, recorded

ONE, TWO = "20260101-000000-aaaa", "20260102-000000-bbbb"


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store")
    for _ in recorded(make.whole_run(), store.create(RunConfig(), ONE)):
        pass
    return store


@pytest.mark.parametrize("contents", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_job_is_listed_as_such_beside_the_others(store, kind, contents):
    whole, damaged = (store.create_job(CONFIGS[kind]) for _ in range(2))
    (damaged.path / "config.json").write_bytes(contents)
    store.rebuild()
    rows = {row.id: row for row in store.rows(kind)}

    assert (rows[damaged.id].state, rows[damaged.id].config) == ("damaged", {})
    assert rows[whole.id].state == "queued"
    assert [row.id for row in store.runs()][-1] == ONE
    with pytest.raises(UserError, match="cannot be read"):
        store.job(damaged.id).config  # noqa: B018
    store.delete(damaged.id)
    assert damaged.id not in {row.id for row in store.rows(kind)}
    assert store.restore(damaged.id) == damaged.id


def test_what_can_be_opened_is_offered_and_nothing_else(store):
    names = {
        "sweep": store.sweeps,
        "search": store.searches,
        "choice": store.choices,
        "shrink": store.shrinks,
    }
    for kind, listed in names.items():
        whole, damaged = (store.create_job(CONFIGS[kind]) for _ in range(2))
        (damaged.path / "config.json").write_bytes(b"")

        assert listed() == [whole.id]


def test_a_mended_folder_is_a_run_again(store):
    folder = store.create(RunConfig(), TWO)
    text = (folder.path / "config.json").read_bytes()
    (folder.path / "config.json").write_bytes(b"")
    assert store.runs()[0].state == "damaged"
    (folder.path / "config.json").write_bytes(text)

    assert store.runs()[0].state == "queued"


@pytest.mark.parametrize(
    "line",
    [
        b"\0" * 40 + b"\n",
        b'{"event": "epo\n',
        b"[1]\n",
        b"{}\n",
        b'{"event": "epoch", "students": 5}\n',
    ],
)
def test_a_damaged_line_is_left_out_of_the_events(store, line):
    folder = store.folder(ONE)
    log = folder.path / "events.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:3], line, *lines[3:]]))

    assert folder.events() == make.whole_run()
    assert folder.state == "finished"


def test_the_state_is_read_off_the_end_of_a_long_log(store):
    folder = store.create(RunConfig(), TWO)
    for step in range(2000):
        folder.append(make.batch(step, step / 100))
    folder.release()
    assert folder.state == "interrupted"
    for event in make.whole_run():
        folder.append(event)
    folder.release()
    with (folder.path / "events.jsonl").open("ab") as log:
        log.write(b"\0" * 300_000)

    assert folder.state == "finished"


def full(*_given, **_too):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_settings_are_written_wholly_or_there_is_no_run(store, monkeypatch):
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left"):
        store.create(RunConfig(), TWO)

    assert [path.name for path in (store.root / "runs").iterdir()] == [ONE]


def test_without_an_index_the_folders_are_read(store, monkeypatch):
    before = store.runs()

    def no_space(*_given, **_too):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite3, "connect", no_space)
    store.rebuild()

    assert store.runs() == before
    assert store.row(ONE) == before[0]


def test_a_path_that_is_no_text_comes_back_as_it_was(store):
    path = os.fsdecode("不存在.csv".encode("gbk"))
    folder = store.create(RunConfig(dataset=path), TWO)
    error = UserError("data_path_missing", path=path)
    folder.append(Failed(error=str(error), code=error.code, values=error.values))
    folder.release()

    assert Store(store.root).folder(TWO).config.dataset == path
    assert store.runs()[0].config["dataset"] == path
    assert str(error).isprintable()
