"""Files are written whole or not at all; what cannot be written says so and loses nothing else."""

import errno
import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest
from support import events as make
from support.files import room_for

from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.store import Store, recorded, write_whole

ONE, TWO = "20260101-000000-aaaa", "20260102-000000-bbbb"


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "store")
    for _ in recorded(make.whole_run(), store.create(RunConfig(), ONE)):
        pass
    return store


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def full(*_given, **_more):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_is_as_it_was_where_there_is_no_room_for_the_new_one(tmp_path):
    write_whole(tmp_path / "a", b"before")
    with room_for(100), pytest.raises(UserError, match="cannot be written"):
        write_whole(tmp_path / "a", b"after" * 100)

    assert (tmp_path / "a").read_bytes() == b"before"
    assert names(tmp_path) == ["a"]


def test_so_it_is_where_the_disk_says_only_at_last_that_it_is_full(tmp_path, monkeypatch):
    write_whole(tmp_path / "a", b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left"):
        write_whole(tmp_path / "a", b"after")

    assert (tmp_path / "a").read_bytes() == b"before"
    assert names(tmp_path) == ["a"]


def test_an_event_is_in_the_log_whole_or_not_at_all(store):
    folder = store.find(ONE)
    log = folder.path / "events.jsonl"
    before = log.read_bytes()
    with room_for(len(before) + 20), pytest.raises(UserError, match="cannot be written"):
        folder.append(make.batch(7, 0.7))
    assert log.read_bytes() == before

    folder.append(make.batch(8, 0.8))
    folder.release()
    assert folder.events() == [*make.whole_run(), make.batch(8, 0.8)]
    assert folder.damaged_lines() == 0


def test_a_job_is_there_with_its_settings_or_not_at_all(store):
    with room_for(100), pytest.raises(UserError, match="cannot be written"):
        store.create(RunConfig(), TWO)

    assert names(store.root / "runs") == [ONE]


def test_jobs_are_listed_where_there_is_no_room_for_an_index(store):
    with room_for(100):
        listed = store.list()
        problems = store.rebuild()

    assert [row.id for row in listed] == [ONE]
    assert problems == []
    assert store.list() == listed


def test_a_note_that_cannot_be_kept_leaves_the_one_before(store):
    store.note(ONE, "before")
    with room_for(20), pytest.raises(UserError, match="cannot be written"):
        store.note(ONE, "after " * 20)

    assert store.row(ONE).note == "before"


def test_an_export_that_does_not_fit_leaves_nothing(store, tmp_path):
    with room_for(200), pytest.raises(UserError, match="cannot be written"):
        store.export(ONE, tmp_path / "run.zip")

    assert names(tmp_path) == ["store"]


def test_deleting_works_on_a_full_disk(store):
    with room_for(10):
        store.delete(ONE)

    assert [row.id for row in store.trash()] == [ONE]
    assert store.restore(ONE) == ONE
    assert store.row(ONE).state == "finished"


@pytest.fixture
def read_only(store):
    """The store, where nothing can be written by whoever runs the tests."""
    root = Path(tempfile.mkdtemp())
    shutil.copytree(store.root, root, dirs_exist_ok=True)
    paths = [root, *root.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    user = os.geteuid()
    if user == 0:  # whom nothing is forbidden
        os.seteuid(65534)
    try:
        yield Store(root)
    finally:
        os.seteuid(user)
        for path in paths:
            path.chmod(stat.S_IRWXU)
        shutil.rmtree(root)


def test_a_store_that_cannot_be_written_is_read(read_only):
    (row,) = read_only.list()

    assert (row.id, row.state) == (ONE, "finished")
    assert read_only.find(ONE).events() == make.whole_run()
    assert read_only.rebuild() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.create(RunConfig()),
        lambda store: store.note(ONE, "a note"),
        lambda store: store.rename(ONE, "a name"),
        lambda store: store.delete(ONE),
        lambda store: store.find(ONE).append(make.started()),
        lambda store: store.find(ONE).hold(),
    ],
)
def test_every_change_of_it_says_that_it_cannot_be_written(read_only, change):
    with pytest.raises(UserError, match="cannot be written"):
        change(read_only)
    assert read_only.row(ONE).state == "finished"
