"""Files of checkpoints: which stay, which go."""

import pytest

from kdcore.store import checkpoints
from kdcore.store.checkpoints import Checkpoints


@pytest.fixture
def found(tmp_path):
    return Checkpoints(tmp_path / "checkpoints")


def epochs(found, stage="students"):
    return [(one.epoch, one.batch) for one in found.all(stage)]


def test_each_stage_has_its_own(found):
    found.write(b"a", "teacher-1", 2)
    found.write(b"b", "students", 1)

    assert found.stages == ["students", "teacher-1"]
    assert (epochs(found), epochs(found, "teacher-1")) == ([(1, 0)], [(2, 0)])
    assert found.all("students")[0].path.read_bytes() == b"b"


def test_of_those_within_an_epoch_the_newest_stays(found):
    found.write(b"", "students", 1)
    found.write(b"", "students", 1, 4)
    found.write(b"", "students", 1, 9)
    assert epochs(found) == [(1, 0), (1, 9)]

    found.write(b"", "students", 2)
    assert epochs(found) == [(1, 0), (2, 0)]


def test_one_alone_may_be_wanted(found):
    for epoch in (1, 2, 3):
        found.write(b"", "teacher", epoch, only=True)

    assert epochs(found, "teacher") == [(3, 0)]


def test_of_many_every_second_goes_and_the_newest_stays(found, monkeypatch):
    monkeypatch.setattr(checkpoints, "MOST_FILES", 4)
    for epoch in range(6):
        found.write(b"", "students", epoch)
    assert epochs(found) == [(0, 0), (2, 0), (4, 0), (5, 0)]


def test_of_large_ones_every_second_goes_too(found, monkeypatch):
    monkeypatch.setattr(checkpoints, "MOST_BYTES", 25)
    for epoch in range(3):
        found.write(bytes(10), "students", epoch)
    assert epochs(found) == [(0, 0), (2, 0)]


def test_other_files_are_left_alone(found):
    found.write(b"", "students", 1)
    (found.path / "notes.txt").write_text("mine")
    (found.path / "other.safetensors").write_bytes(b"")

    assert epochs(found) == [(1, 0)]
    assert found.stages == ["students"]
