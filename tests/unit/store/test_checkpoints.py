"""Files of checkpoints: which stay, which go."""

import pytest

from kdcore.store import checkpoints
from kdcore.store.checkpoints import Checkpoints


@pytest.fixture
def folder(tmp_path):
    return Checkpoints(tmp_path / "checkpoints")


def epochs(folder, stage="students"):
    return [(one.epoch, one.batch) for one in folder.all(stage)]


def test_each_stage_has_its_own(folder):
    folder.write(b"a", "teacher-1", 2)
    folder.write(b"b", "students", 1)

    assert folder.stages == ["students", "teacher-1"]
    assert (epochs(folder), epochs(folder, "teacher-1")) == ([(1, 0)], [(2, 0)])
    assert folder.all("students")[0].path.read_bytes() == b"b"


def test_of_those_within_an_epoch_the_newest_stays(folder):
    folder.write(b"", "students", 1)
    folder.write(b"", "students", 1, 4)
    folder.write(b"", "students", 1, 9)
    assert epochs(folder) == [(1, 0), (1, 9)]

    folder.write(b"", "students", 2)
    assert epochs(folder) == [(1, 0), (2, 0)]


def test_one_alone_may_be_wanted(folder):
    for epoch in (1, 2, 3):
        folder.write(b"", "teacher", epoch, only=True)

    assert epochs(folder, "teacher") == [(3, 0)]


def test_of_many_every_second_goes_and_the_newest_stays(folder, monkeypatch):
    monkeypatch.setattr(checkpoints, "MOST_FILES", 4)
    for epoch in range(6):
        folder.write(b"", "students", epoch)
    assert epochs(folder) == [(0, 0), (2, 0), (4, 0), (5, 0)]


def test_of_large_ones_every_second_goes_too(folder, monkeypatch):
    monkeypatch.setattr(checkpoints, "MOST_BYTES", 25)
    for epoch in range(3):
        folder.write(bytes(10), "students", epoch)
    assert epochs(folder) == [(0, 0), (2, 0)]


def test_other_files_are_left_alone(folder):
    folder.write(b"", "students", 1)
    (folder.path / "notes.txt").write_text("mine")
    (folder.path / "other.safetensors").write_bytes(b"")

    assert epochs(folder) == [(1, 0)]
    assert folder.stages == ["students"]
