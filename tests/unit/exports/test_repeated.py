"""A run is repeated from its export."""

import json
import zipfile

import pytest
from support import events as make
from support.recipes import record_recipe
from support.runs import record

from kdcore import RunConfig
from kdcore.errors import UserError
from kdcore.exports.events_table import write_table
from kdcore.exports.repeated import exported_settings
from kdcore.store import Store

CONFIG = RunConfig(dataset="moons", temperature=7.0, seed=3)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.mark.parametrize("ending", [".json", ".zip"])
def test_an_export_holds_the_settings_of_its_run(tmp_path, store, ending):
    folder = record(store, "run", [make.started(epochs=1)], config=CONFIG)
    path = tmp_path / f"run{ending}"
    if ending == ".zip":
        store.export(folder.id, path)
    else:
        write_table(folder, path)

    assert RunConfig.from_dict(exported_settings(path)) == CONFIG


def test_settings_that_a_run_keeps_are_read_as_well(store):
    folder = record(store, "run", [make.started(epochs=1)], config=CONFIG)
    assert RunConfig.from_dict(exported_settings(folder.path / "config.json")) == CONFIG


@pytest.mark.parametrize(
    "contents",
    [b"", b"[1]", b"{", b"\xff\xfe\x00", b"[" * 100_000, json.dumps({"format": 99}).encode()],
)
def test_what_is_no_export_is_said(tmp_path, contents):
    path = tmp_path / "run.json"
    path.write_bytes(contents)
    with pytest.raises(UserError, match="no export of a run"):
        exported_settings(path)


def test_an_export_of_another_kind_is_refused(tmp_path, store):
    folder = record_recipe(store)
    write_table(folder, tmp_path / "recipe.json")
    store.export(folder.id, tmp_path / "recipe.zip")
    for name in ("recipe.json", "recipe.zip"):
        with pytest.raises(UserError, match="no export of a run"):
            exported_settings(tmp_path / name)


@pytest.mark.parametrize("names", [[], ["a/config.json", "b/config.json"], ["a/b/config.json"]])
def test_an_archive_without_settings_of_one_run_is_refused(tmp_path, names):
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.txt", "x")
        for name in names:
            archive.writestr(name, "{}")
    with pytest.raises(UserError, match="no export of a run"):
        exported_settings(path)


def test_a_packed_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run/config.json", b" " * (8 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(UserError, match="no export of a run"):
        exported_settings(path)


def test_a_missing_file_and_a_folder_are_said(tmp_path):
    for path in (tmp_path, tmp_path / "missing.json"):
        with pytest.raises(UserError, match="no export of a run"):
            exported_settings(path)
