import errno
import os
import shutil
from io import BytesIO

import pytest

from dashboard.server import uploads
from dashboard.server.uploads import SUFFIXES, remove_unused_uploads, save_upload
from kdcore.data.load import ARCHIVES
from kdcore.data.table.file import PERHAPS, TABLES
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.store import Store


def test_an_upload_is_kept_whole(tmp_path):
    assert (
        save_upload(BytesIO(b"a,b\n1,2\n"), "my data.csv", tmp_path).read_bytes() == b"a,b\n1,2\n"
    )


def test_the_same_contents_are_kept_once(tmp_path):
    first = save_upload(BytesIO(b"same"), "x.csv", tmp_path)

    assert save_upload(BytesIO(b"same"), "x.csv", tmp_path) == first
    assert save_upload(BytesIO(b"other"), "x.csv", tmp_path) != first


def test_two_viewers_bring_the_same_file_at_once(tmp_path, monkeypatch):
    copy, whole = shutil.copyfileobj, []

    def meanwhile(source, target):
        monkeypatch.setattr(shutil, "copyfileobj", copy)
        target.write(source.read(2))
        whole.append(save_upload(BytesIO(b"same"), "x.csv", tmp_path).read_bytes())
        copy(source, target)

    monkeypatch.setattr(shutil, "copyfileobj", meanwhile)

    assert save_upload(BytesIO(b"same"), "x.csv", tmp_path).read_bytes() == b"same"
    assert whole == [b"same"]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["x.csv"]


def test_a_name_cannot_lead_out_of_the_folder(tmp_path):
    kept = save_upload(BytesIO(b"x"), "../../evil.csv", tmp_path)

    assert kept.is_relative_to(tmp_path)
    assert kept.name == "evil.csv"


def test_only_old_uploads_that_nobody_used_are_removed(tmp_path):
    store = Store(tmp_path / "store")
    names = ("run", "sweep", "target", "weights", "trash", "unused", "new")
    lie = {
        name: save_upload(BytesIO(name.encode()), f"{name}.csv", store.root / "uploads")
        for name in names
    }
    for name in names[:-1]:
        os.utime(lie[name], (0, 0))
    store.create(RunConfig(dataset=str(lie["run"])))
    store.create(SweepConfig(base=RunConfig(dataset=str(lie["sweep"]))))
    store.create(RunConfig(target=str(lie["target"])))
    store.create(RunConfig(teacher_weights=str(lie["weights"])))
    store.delete(store.create(RunConfig(dataset=str(lie["trash"]))).id)
    remove_unused_uploads(store)

    left = [name for name in names if lie[name].exists()]
    assert left == ["run", "sweep", "target", "weights", "trash", "new"]
    assert not lie["unused"].parent.exists()


def test_what_is_uploaded_again_is_new(tmp_path):
    os.utime(save_upload(BytesIO(b"a"), "a.csv", tmp_path / "uploads"), (0, 0))
    save_upload(BytesIO(b"a"), "a.csv", tmp_path / "uploads")
    remove_unused_uploads(Store(tmp_path))

    assert len(list((tmp_path / "uploads").glob("*/*"))) == 1


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("a" * 251 + ".csv", ".csv"),
        ("猫" * 84 + ".zip", ".zip"),
        ("b" * 300 + ".tar.gz", ".tar.gz"),
        ("x." + "y" * 252, "y"),
        ("é" * 127, "é"),
    ],
)
def test_a_long_name_is_cut_and_keeps_its_ending(tmp_path, name, ending):
    kept = save_upload(BytesIO(b"x"), name, tmp_path)

    assert kept.read_bytes() == b"x"
    assert kept.name.endswith(ending)
    assert len(kept.name.encode()) <= 120


@pytest.mark.parametrize("name", ["", "...", "../", "/", "\x00"])
def test_a_name_without_a_letter_becomes_one(tmp_path, name):
    assert save_upload(BytesIO(b"x"), name, tmp_path).name


def test_what_the_command_line_takes_can_be_uploaded():
    endings = {*TABLES, *PERHAPS, *ARCHIVES}

    assert {ending.lstrip(".") for ending in endings} <= set(SUFFIXES)


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path, monkeypatch):
    def full(source, target):
        target.write(source.read(2))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(UserError, match="No space left on device"):
        save_upload(BytesIO(b"a,b"), "x.csv", tmp_path / "uploads")

    assert list((tmp_path / "uploads").iterdir()) == []


def test_uploads_are_bounded_on_the_disk_too(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_KEPT", 10)
    kept = save_upload(BytesIO(b"12345678"), "x.csv", tmp_path)
    with pytest.raises(UserError, match="uploads that are kept"):
        save_upload(BytesIO(b"abc"), "y.csv", tmp_path)

    assert save_upload(BytesIO(b"12345678"), "x.csv", tmp_path) == kept  # it is there already
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]
