"""What each tracker keeps of a run, read back by the tracker's own library."""

import sys
import tomllib
from pathlib import Path

import pytest
from support import events as make

import kdcore
from kdcore.errors import UserError
from kdcore.events import TeacherEpoch
from kdcore.exports.scalars import scalars_of
from kdcore.exports.trackers import TRACKERS, log_events, open_tracker

SETTINGS = {"temperature": 4.0, "student": "mlp:16", "also": ""}


@pytest.fixture
def events():
    teacher = [
        TeacherEpoch(
            epoch=epoch,
            epochs=3,
            seconds=1.0,
            train_loss=1 / epoch,
            train_accuracy=0.5,
            validation_accuracy=0.25,
            test_accuracy=0.3 * epoch,
            test_errors=9,
        )
        for epoch in (1, 2, 3)
    ]
    steps = [make.batch(step, step / 6) for step in (1, 2)]
    return [
        make.started(epochs=1),
        *teacher,
        make.prepared(),
        *steps,
        make.epoch(),
        make.finished(),
    ]


def expected(events):
    """``{name: {step: value}}`` of what is drawn."""
    found = {}
    for event in events:
        if scalars := scalars_of(event):
            for name, value in scalars.values.items():
                found.setdefault(name, {})[scalars.at] = value
    return found


def tracked(name, events, folder):
    tracker = open_tracker(name, "run-1", SETTINGS, folder)
    assert list(log_events(events, tracker)) == events
    return tracker.close()


def test_learners_have_their_own_names_and_the_teacher_its_own_axis(events):
    found = expected(events)

    assert found["teacher_training/test_accuracy"] == pytest.approx({1: 0.3, 2: 0.6, 3: 0.9})
    assert found["distilled/batch_loss"][1] == events[5].students["distilled"].loss
    epoch = events[-2]
    assert found["plain/test_accuracy"] == {epoch.step: epoch.students["plain"].test_accuracy}
    assert scalars_of(events[1]).axis == "teacher_training/epoch"
    assert scalars_of(events[0]) is None


def test_tensorboard_has_every_number(tmp_path, events):
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    folder = tracked("tensorboard", events, tmp_path)
    kept = loader.EventAccumulator(folder, size_guidance={"tensors": 0})
    kept.Reload()

    tags = kept.Tags()["tensors"]
    found = {
        tag: {one.step: one.tensor_proto.float_val[0] for one in kept.Tensors(tag)} for tag in tags
    }
    assert found.keys() == expected(events).keys()
    for name, values in expected(events).items():
        assert found[name] == pytest.approx(values, rel=1e-6), name


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # MLflow's own use of SQLAlchemy
def test_mlflow_has_every_number_and_the_settings(tmp_path, events, monkeypatch):
    tracking = pytest.importorskip("mlflow.tracking")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    client = tracking.MlflowClient(tracking_uri=tracked("mlflow", events, tmp_path))
    (experiment,) = [one for one in client.search_experiments() if one.name == "kdcore"]
    (run,) = client.search_runs([experiment.experiment_id])

    assert run.info.run_name == "run-1"
    assert run.info.status == "FINISHED"
    assert run.data.params == {name: str(value) for name, value in SETTINGS.items()}
    for name, values in expected(events).items():
        history = client.get_metric_history(run.info.run_id, name)
        assert {one.step: one.value for one in history} == pytest.approx(values), name


def wandb_records(data):
    """The protocol buffers of a ``.wandb`` file: LevelDB's log format behind a head of 7 bytes."""
    block, place, part = 1 << 15, 7, b""
    while place + 7 <= len(data):
        if block - place % block < 7:  # no room for the head of a record
            place += block - place % block
            continue
        size, kind = int.from_bytes(data[place + 4 : place + 6], "little"), data[place + 6]
        part += data[place + 7 : place + 7 + size]
        place += 7 + size
        if kind in (1, 4):  # the whole of a record, or its last part
            yield part
            part = b""


def test_wandb_has_every_number_offline(tmp_path, events, monkeypatch):
    pytest.importorskip("wandb")
    records = pytest.importorskip("wandb.proto.wandb_internal_pb2")
    monkeypatch.delenv("WANDB_MODE", raising=False)
    folder = tracked("wandb", events, tmp_path)
    (path,) = [*tmp_path.rglob("*.wandb")]
    assert str(path.parent) == folder

    found = {}
    for data in wandb_records(path.read_bytes()):
        history = records.Record.FromString(data).history.item
        row = {"/".join(item.nested_key) or item.key: item.value_json for item in history}
        at = [row[axis] for axis in ("step", "teacher_training/epoch") if axis in row]
        for name in row.keys() & expected(events).keys():
            found.setdefault(name, {})[int(at[0])] = float(row[name])
    assert found.keys() == expected(events).keys()
    for name, values in expected(events).items():
        assert found[name] == pytest.approx(values), name


def test_trackio_has_every_number(tmp_path, events, monkeypatch):
    pytest.importorskip("trackio", reason="it needs an older Pillow than the dashboard's")
    storage = pytest.importorskip("trackio.sqlite_storage").SQLiteStorage
    monkeypatch.setattr("trackio.sqlite_storage.TRACKIO_DIR", tmp_path)
    tracked("trackio", events, tmp_path)

    logs = storage.get_logs("kdcore", "run-1")
    for name, values in expected(events).items():
        found = {row["step"]: row[name] for row in logs if name in row}
        assert found == pytest.approx(values), name


def test_an_unknown_tracker_and_a_missing_library_are_said(tmp_path, monkeypatch):
    with pytest.raises(UserError, match="neptune"):
        open_tracker("neptune", "run", {}, tmp_path)
    monkeypatch.setitem(sys.modules, "tensorboard.summary", None)
    monkeypatch.delitem(sys.modules, "kdcore.exports.trackers.tensorboard_tracker", raising=False)
    with pytest.raises(UserError, match=r"pip install 'kdcore\[tensorboard\]'"):
        open_tracker("tensorboard", "run", {}, tmp_path)


def test_every_tracker_has_its_extra_and_its_file():
    project = Path(kdcore.__file__).parents[1]
    extras = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    assert TRACKERS.keys() <= extras["optional-dependencies"].keys()
    files = {path.stem for path in (project / "kdcore/exports/trackers").glob("*_tracker.py")}
    assert files == {f"{name}_tracker" for name in TRACKERS}
