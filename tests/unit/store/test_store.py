import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from support import events as make

from kdcore.errors import UserError
from kdcore.jobs import kind as kinds
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.store import JobFolder, Store, packed, recorded

ONE, TWO = "20260101-000000-aaaa", "20260102-000000-bbbb"
THREE = "20260103-000000-cccc"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def write(store, run, events=None, **settings):
    folder = store.create(RunConfig(**settings), run)
    for _ in recorded(make.whole_run() if events is None else events, folder):
        pass
    return folder


def test_events_come_back_as_they_were_written(store):
    write(store, ONE)

    assert store.find(ONE, RUN).events() == make.whole_run()
    assert store.find(ONE, RUN).events(since=5) == make.whole_run()[5:]


def test_a_folder_is_free_before_its_end_is_heard(store):
    folder = store.create(RunConfig(), ONE)
    told = make.whole_run()
    held = [store.find(ONE, RUN).held for _ in recorded(told, folder)]

    assert held == [True] * (len(told) - 1) + [False]


@pytest.mark.parametrize("moment", ["begins", "ends"])
@pytest.mark.parametrize(
    "look", [lambda store: store.find(ONE).state, lambda store: store.row(ONE).state]
)
def test_a_job_that_begins_or_ends_while_it_is_looked_at_is_running(
    store, monkeypatch, look, moment
):
    work = recorded(make.whole_run(), store.create(RunConfig(), ONE))
    if moment == "ends":
        next(work)

    def meanwhile(read):
        def reading(folder, *how):
            if moment == "begins":
                next(work, None)
            found = read(folder, *how)
            if moment == "ends":
                list(work)
            return found

        return reading

    for name in ("last", "events"):
        monkeypatch.setattr(JobFolder, name, meanwhile(getattr(JobFolder, name)))

    assert look(store) == "running"


def test_runs_are_listed_newest_first_with_their_outcome(store):
    write(store, ONE)
    write(store, TWO, temperature=9.0)
    rows = store.list(RUN)

    assert [row.id for row in rows] == [TWO, ONE]
    assert rows[0].config["temperature"] == 9.0
    assert rows[0].summary["distilled"] == pytest.approx(1 - 25 / make.TEST_SIZE)
    assert rows[0].state == "finished"


def test_the_index_can_be_thrown_away(store):
    write(store, ONE)
    before = store.list(RUN)
    (store.root / "index.sqlite").unlink()

    assert Store(store.root).list(RUN) == before


def test_a_damaged_index_is_made_anew(store):
    write(store, ONE)
    before = store.list(RUN)
    (store.root / "index.sqlite").write_bytes(b"not a database at all" * 100)

    assert Store(store.root).list(RUN) == before


def test_the_index_of_an_older_version_is_made_anew(store):
    write(store, ONE)
    before = store.list(RUN)
    path = store.root / "index.sqlite"
    path.unlink()
    with closing(sqlite3.connect(path)) as index:
        index.execute("CREATE TABLE run (id TEXT PRIMARY KEY, created REAL)")
        index.execute("PRAGMA user_version=1")

    assert Store(store.root).list(RUN) == before
    with closing(sqlite3.connect(path)) as index:
        assert index.execute("SELECT id FROM job").fetchall() == [(ONE,)]


def test_one_run_is_looked_up_without_a_look_at_the_others(store, monkeypatch):
    write(store, ONE)
    write(store, TWO, temperature=9.0)
    rows = store.list(RUN)

    def never(*_):
        raise AssertionError("a folder was listed")

    monkeypatch.setattr(Path, "iterdir", never)
    assert [store.row(TWO), store.row(ONE)] == rows
    assert store.find(ONE, RUN).config == RunConfig()


def test_a_row_tells_what_happened_since_it_was_indexed(store):
    folder = write(store, ONE, [make.started()])
    assert store.row(ONE).state == "interrupted"
    for _ in recorded(make.whole_run(), folder):
        pass

    assert store.row(ONE).state == "finished"
    assert store.row(ONE).summary["distilled"] == pytest.approx(1 - 25 / make.TEST_SIZE)


def test_a_torn_last_line_is_left_out_and_the_rest_kept(store):
    folder = write(store, ONE)
    log = folder.path / "events.jsonl"
    log.write_text(log.read_text(encoding="utf-8")[:-20], encoding="utf-8")

    assert folder.events() == make.whole_run()[:-1]
    assert folder.state == "interrupted"


def test_a_run_is_found_by_prefix_and_as_the_last(store):
    write(store, ONE)
    write(store, TWO)

    assert store.find("20260101", RUN).id == ONE
    assert store.find("last", RUN).id == TWO


@pytest.mark.parametrize("name", ["2026", "nothing", "", "../x"])
def test_an_ambiguous_or_unknown_name_is_refused(store, name):
    write(store, ONE)
    write(store, TWO)

    with pytest.raises(UserError, match="run"):
        store.find(name, RUN)


def test_a_held_run_is_running_and_cannot_be_deleted(store):
    folder = store.create(RunConfig(), ONE)
    folder.hold()
    folder.append(make.started())

    assert store.list(RUN)[0].state == "running"
    with pytest.raises(UserError, match="stop"):
        store.delete(ONE)
    folder.release()
    assert store.list(RUN)[0].state == "interrupted"


def test_no_new_run_takes_the_id_of_another(store, monkeypatch):
    given = iter(["taken", "taken", "in-trash", "free"])
    monkeypatch.setattr(kinds.JobKind, "new_id", lambda _: next(given))
    store.create(RunConfig())
    store.delete(write(store, "in-trash").id)

    assert store.create(RunConfig()).id == "free"


def test_a_note_stays_with_the_run(store):
    write(store, ONE)
    store.note(ONE, "温度越高越好?")

    assert Store(store.root).list(RUN)[0].note == "温度越高越好?"


def test_two_runs_differ_in_what_was_set(store):
    write(store, ONE)
    write(store, TWO, temperature=9.0, seed=3)

    assert store.compare(ONE, TWO) == [("temperature", 4.0, 9.0), ("seed", 0, 3)]


def test_any_number_of_runs_is_compared(store):
    for at, (name, temperature) in enumerate(((ONE, 4.0), (TWO, 9.0), (THREE, 4.0))):
        write(store, name, temperature=temperature, seed=at // 2)

    assert store.compare(ONE, TWO, THREE) == [("temperature", 4.0, 9.0, 4.0), ("seed", 0, 0, 1)]
    assert store.compare(ONE, ONE) == []


def test_a_star_stays_with_the_run_until_it_is_taken_away(store):
    write(store, ONE)
    store.star(ONE)
    assert Store(store.root).list(RUN)[0].starred
    assert store.row(ONE).starred
    store.star(ONE, starred=False)
    store.star(ONE, starred=False)
    assert not Store(store.root).list(RUN)[0].starred


def test_an_export_holds_the_whole_folder(store, tmp_path):
    folder = write(store, ONE)
    folder.write("prepared.safetensors", packed({"watched_labels": np.arange(3)}))
    store.export(ONE, tmp_path / "run.zip")
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        names = set(archive.namelist())
        config = json.loads(archive.read(f"{ONE}/config.json"))

    assert names == {
        f"{ONE}/{name}" for name in ("config.json", "events.jsonl", "prepared.safetensors")
    }
    assert config == {"kind": "run", "format": 2} | RunConfig().to_dict()


def test_arrays_come_back_bit_for_bit(store):
    folder = store.create(RunConfig(), ONE)
    values = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    folder.write("a.safetensors", packed({"values": values}))

    np.testing.assert_array_equal(folder.load_arrays("a.safetensors")["values"], values)


def test_a_cut_off_file_of_arrays_is_said_in_one_sentence(store):
    folder = store.create(RunConfig(), ONE)
    folder.write("a.safetensors", packed({"values": np.zeros(50)}))
    path = folder.path / "a.safetensors"
    path.write_bytes(path.read_bytes()[:40])

    with pytest.raises(UserError, match=r"a\.safetensors"):
        folder.load_arrays("a.safetensors")


def test_a_store_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    with pytest.raises(UserError, match="cannot be written"):
        Store(tmp_path / "file").create(RunConfig())


def test_a_recording_is_read_only(tmp_path):
    made = write(Store(tmp_path / "other"), ONE)
    store = Store(tmp_path / "store", recordings=[made.path])

    assert store.find(ONE, RUN).events() == make.whole_run()
    with pytest.raises(UserError):
        store.delete(ONE)


def test_a_note_on_a_job_has_a_bound(store):
    with pytest.raises(UserError, match=r"20,001|20001"):
        store.note("a", "x" * 20_001)
