"""Events as a table, against a walk through their JSON values."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from support import events as make
from support.recipes import record_recipe
from support.runs import record

from kdcore.errors import UserError
from kdcore.exports.events_table import WRITERS, events_table, write_table
from kdcore.exports.kinds import TABLES
from kdcore.store import Store

READERS = {".csv": pd.read_csv, ".parquet": pd.read_parquet}


@pytest.fixture
def events():
    return [
        replace(make.started(epochs=1), classes=["a,b", '"', "猫", "\ud800", "=1+1"]),
        make.prepared(),
        make.batch(1, 1 / 6),
        make.epoch(),
        make.finished(),
    ]


def walk(values, prefix=""):
    """``(column, value)`` of all that is no dict, whatever pandas would make of it."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from walk(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


@pytest.mark.parametrize("ending", READERS)
def test_every_value_of_every_event_comes_back(tmp_path, events, ending):
    path = tmp_path / f"run{ending}"
    write_table(record(Store(tmp_path), "run", events), path)
    table = READERS[ending](path)

    assert len(table) == len(events)
    for number, event in enumerate(events):
        for column, value in walk(event.to_dict()):
            found = table[column][number]
            if isinstance(value, list):
                assert json.loads(found) == json.loads(json.dumps(value)), column
            elif value is None or value == "":
                assert pd.isna(found) or found == value, column
            elif isinstance(value, str):
                assert found == value, column
            else:
                assert float(found) == pytest.approx(float(value), rel=1e-12), column
        filled = {column for column in table if not pd.isna(table[column][number])}
        assert filled <= {column for column, _ in walk(event.to_dict())}


def test_numbers_are_numbers_and_what_is_mixed_is_json():
    table = events_table([make.epoch(), make.finished()])

    assert pd.api.types.is_float_dtype(table["students.distilled.test_accuracy"])
    assert pd.api.types.is_string_dtype(table["event"])


def test_a_json_holds_the_settings_and_all_events(tmp_path, events):
    folder = record(Store(tmp_path), "run", events)
    write_table(folder, tmp_path / "run.json")
    found = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))

    assert found["settings"] == folder.config.to_dict()
    assert found["events"] == [event.to_dict() for event in events]
    assert (found["job"], found["kind"]) == (folder.id, "run")


@pytest.mark.parametrize("ending", TABLES)
def test_jobs_of_another_kind_are_written_too(tmp_path, ending):
    folder = record_recipe(Store(tmp_path))
    write_table(folder, tmp_path / f"recipe{ending}")
    assert (tmp_path / f"recipe{ending}").stat().st_size


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path, events, monkeypatch):
    folder = record(Store(tmp_path / "store"), "run", events)
    with pytest.raises(UserError, match="nowhere"):
        write_table(folder, tmp_path / "nowhere" / "run.csv")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(UserError, match="No space left"):
        write_table(folder, tmp_path / "run.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_every_kind_of_table_has_a_writer():
    assert set(TABLES) == set(WRITERS)
