"""What a full disk or another program may leave in a store hides nothing else."""

import errno
import json
import os
import sqlite3
from contextlib import closing

import pytest
from support import events as make
from support.jobs import CONFIGS, DAMAGE

from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.jobs.kind import KINDS, RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.store import Store, recorded

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
    whole, damaged = (store.create(CONFIGS[kind]) for _ in range(2))
    (damaged.path / "config.json").write_bytes(contents)
    store.rebuild()
    rows = {row.id: row for row in store.list(KINDS[kind])}

    assert (rows[damaged.id].state, rows[damaged.id].config) == ("damaged", {})
    assert rows[whole.id].state == "queued"
    assert [row.id for row in store.list(RUN)][-1] == ONE
    with pytest.raises(UserError, match="cannot be read"):
        store.find(damaged.id).config  # noqa: B018
    store.delete(damaged.id)
    assert damaged.id not in {row.id for row in store.list(KINDS[kind])}
    assert store.restore(damaged.id) == damaged.id


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_can_be_opened_is_offered_and_nothing_else(tmp_path, kind):
    store = Store(tmp_path)
    whole, damaged = (store.create(CONFIGS[kind.name]) for _ in range(2))
    (damaged.path / "config.json").write_bytes(b"")

    assert store.readable(kind) == [whole.id]


def test_a_mended_folder_is_a_run_again(store):
    folder = store.create(RunConfig(), TWO)
    text = (folder.path / "config.json").read_bytes()
    (folder.path / "config.json").write_bytes(b"")
    assert store.list(RUN)[0].state == "damaged"
    (folder.path / "config.json").write_bytes(text)

    assert store.list(RUN)[0].state == "queued"


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
    folder = store.find(ONE, RUN)
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
    before = store.list(RUN)

    def no_space(*_given, **_too):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite3, "connect", no_space)
    store.rebuild()

    assert store.list(RUN) == before
    assert store.row(ONE) == before[0]


def test_a_path_that_is_no_text_comes_back_as_it_was(store):
    path = os.fsdecode("不存在.csv".encode("gbk"))
    folder = store.create(RunConfig(dataset=path), TWO)
    error = UserError("data_path_missing", path=path)
    folder.append(Failed(error=str(error), code=error.code, values=error.values))
    folder.release()

    assert Store(store.root).find(TWO, RUN).config.dataset == path
    assert store.list(RUN)[0].config["dataset"] == path
    assert str(error).isprintable()


def test_settings_of_a_later_version_are_listed_as_such(store):
    folder = store.create(RunConfig(), TWO)
    settings = json.loads((folder.path / "config.json").read_text(encoding="utf-8"))
    later = json.dumps(settings | {"format": 99, "hologram": True})
    (folder.path / "config.json").write_text(later, encoding="utf-8")

    assert [(row.id, row.state) for row in store.list()] == [(TWO, "newer"), (ONE, "finished")]
    with pytest.raises(UserError, match="later version"):
        folder.config  # noqa: B018
    assert store.not_begun() == []
    store.delete(TWO)
    store.restore(TWO)
    assert (folder.path / "config.json").read_text(encoding="utf-8") == later


def test_settings_of_another_kind_of_job_are_damage(store):
    sweep = store.create(CONFIGS["sweep"])
    settings = (store.find(ONE).path / "config.json").read_bytes()
    (sweep.path / "config.json").write_bytes(settings)

    assert store.row(sweep.id).state == "damaged"


def test_lost_settings_hide_no_events(store):
    (store.find(ONE).path / "config.json").unlink()
    (row,) = store.list()

    assert (row.id, row.state) == (ONE, "damaged")
    assert row.summary["distilled"] is not None
    assert store.find(ONE).events() == make.whole_run()


def test_rebuilding_says_what_it_leaves_out(store):
    damaged, newer = (store.create(RunConfig()) for _ in range(2))
    (damaged.path / "config.json").write_bytes(b"")
    (newer.path / "config.json").write_text('{"format": 99}', encoding="utf-8")
    with (store.find(ONE).path / "events.jsonl").open("ab") as log:
        log.write(b'{"event": "epo')
    (store.root / "runs" / "holiday pictures").mkdir()
    found = {error.code: error.values for error in store.rebuild()}

    assert found.keys() == {"folder_damaged", "format_newer", "log_damaged", "not_a_job"}
    assert found["folder_damaged"]["run"] == damaged.id
    assert found["format_newer"]["job"] == newer.id
    assert found["log_damaged"] == {"job": ONE, "lines": 1}
    assert found["not_a_job"]["path"].endswith("holiday pictures")
    assert len(store.list()) == 3


@pytest.mark.parametrize(
    "contents", [b"", b"not a database at all" * 100, b"SQLite format 3\0" + b"\1" * 5000]
)
def test_a_damaged_index_hides_nothing_and_is_made_anew(store, contents):
    before = store.list()
    (store.root / "index.sqlite").write_bytes(contents)
    assert store.list() == before

    store.rebuild()
    with closing(sqlite3.connect(store.root / "index.sqlite")) as index:
        assert index.execute("SELECT id FROM job").fetchall() == [(ONE,)]


def test_the_index_of_a_later_version_stays_as_it_is(store):
    before = store.list()
    path = store.root / "index.sqlite"
    with closing(sqlite3.connect(path)) as index, index:
        index.execute("PRAGMA user_version=99")
        index.execute("ALTER TABLE job RENAME TO job_of_tomorrow")
    store.note(ONE, "a note")

    assert [row.id for row in store.list()] == [row.id for row in before]
    assert store.list()[0].note == "a note"
    with closing(sqlite3.connect(path)) as index:
        assert index.execute("PRAGMA user_version").fetchone() == (99,)
        assert index.execute("SELECT count(*) FROM job_of_tomorrow").fetchone() == (1,)
