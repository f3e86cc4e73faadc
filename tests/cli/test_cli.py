"""The command line as its users call it: contract, sentences and exit statuses."""

import json
import os

import pytest
from support import events as make

from kdcore import Run, RunConfig
from kdcore.cli.execute import execute
from kdcore.errors import UserError
from kdcore.store import Store

TINY = (
    "--dataset",
    "moons",
    "--epochs",
    "2",
    "--teacher-epochs",
    "1",
    "--teacher",
    "mlp:8",
    "--student",
    "mlp:4",
)


def test_a_run_tells_the_documented_events_and_nothing_else(kdcore):
    done = kdcore("run", *TINY, "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [event["event"] for event in events]

    assert done.returncode == 0
    started = events[kinds.index("started")]
    assert {
        "run",
        "config",
        "device",
        "classes",
        "students",
        "train_size",
        "test_size",
    } <= started.keys()
    assert started["students"] == ["plain", "distilled"]
    assert {"epoch", "train_loss", "test_accuracy", "test_errors"} <= events[
        kinds.index("teacher_epoch")
    ].keys()
    epoch = events[kinds.index("epoch")]
    assert {
        "epoch",
        "seconds",
        "images_per_second",
        "teacher",
        "students",
        "controls",
    } <= epoch.keys()
    assert {
        "train_loss",
        "hard_loss",
        "soft_loss",
        "train_accuracy",
        "test_accuracy",
        "test_errors",
        "ece",
        "nll",
        "brier",
        "agreement",
    } <= epoch["students"]["distilled"].keys()
    assert {"temperature", "weight", "lr"} <= epoch["controls"].keys()
    assert kinds.count("epoch") == 2
    assert kinds[-1] == "finished"


def test_forests_teach_and_learn_by_the_same_command(kdcore):
    done = kdcore(
        "run",
        "--dataset",
        "moons",
        "--epochs",
        "2",
        "--teacher",
        "forest:8",
        "--student",
        "forest:4",
        "--json",
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [event["event"] for event in events]

    assert done.returncode == 0, done.stderr
    assert [kinds.count(kind) for kind in ("teacher_epoch", "epoch", "batch")] == [1, 2, 0]
    assert events[-1]["students"].keys() == {"plain", "distilled"}


def test_a_run_can_be_listed_shown_compared_and_exported(kdcore, tmp_path):
    kdcore("run", *TINY)
    kdcore("run", *TINY, "--temperature", "9")
    runs = json.loads(kdcore("runs", "--json").stdout.splitlines()[0])

    assert runs["state"] == "finished"
    assert kdcore("show", "last").returncode == 0
    assert "temperature" in kdcore("compare", "last", _first(kdcore)).stdout
    assert kdcore("export", "last", "--to", str(tmp_path / "run.zip")).returncode == 0
    assert (tmp_path / "run.zip").stat().st_size > 0
    again = kdcore("run", "--from", "run.zip", "--epochs", "1", "--json")
    lines = [json.loads(line) for line in again.stdout.splitlines()]
    (settings,) = [line["config"] for line in lines if line["event"] == "started"]
    assert (settings["temperature"], settings["epochs"]) == (9.0, 1)


def test_a_run_goes_into_a_tracker_while_it_trains_or_afterwards(kdcore, tmp_path):
    done = kdcore("run", *TINY, "--track", "tensorboard", "--track-folder", "live")
    assert done.returncode == 0, done.stderr
    assert kdcore("export", "last", "--to", "tensorboard", "--folder", "after").returncode == 0
    live, after = ([*(tmp_path / name).glob("*/events*")] for name in ("live", "after"))
    assert len(live) == len(after) == 1
    assert live[0].parent.name == after[0].parent.name


def test_a_learner_is_written_and_compared_and_a_mistake_is_an_event(kdcore, tmp_path):
    kdcore("run", *TINY)
    told = json.loads(kdcore("export", "last", "--to", "a.pt2", "--json").stdout)
    assert (tmp_path / told["written"]).stat().st_size
    assert told["same_class"] == told["examples"]

    before = kdcore("runs", "--json").stdout
    without = _without("trackio", tmp_path)
    assert kdcore("run", *TINY, "--track", "trackio", PYTHONPATH=without).returncode == 2
    assert kdcore("runs", "--json").stdout == before  # no run is left that never began

    wrong = kdcore("export", "last", "--to", "a.pt2", "--learner", "nobody", "--json")
    assert wrong.returncode == 2
    assert json.loads(wrong.stdout)["code"] == "export_no_learner"


def _without(library, place):
    """Python's path, on which a library cannot be imported, whether it is installed or not."""
    folder = place / "shadow"
    folder.mkdir()
    (folder / f"{library}.py").write_text("raise ImportError('shadowed')")
    return os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])


def _first(kdcore):
    lines = [json.loads(line) for line in kdcore("runs", "--json").stdout.splitlines()]
    return lines[-1]["id"]


@pytest.mark.parametrize("command", ["datasets", "methods", "models"])
def test_what_there_is_to_choose_from(kdcore, command):
    done = kdcore(command)

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 2


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--temperature", "0"], "temperature"),
        (["--temperature", "-1"], "temperature"),
        (["--temperature", "nan"], "temperature"),
        (["--weight", "1.5"], "weight"),
        (["--weight", "-0.1", "--mixing", "additive"], "weight"),
        (["--epochs", "-3"], "epochs"),
        (["--epochs", "many"], "epochs"),
        (["--student", "mlp:0"], "mlp:0"),
        (["--student", "rsnet8"], "rsnet8"),
        (["--student", "forest:0"], "forest:0"),
        (["--student", "forest:9", "--method", "dkd"], "dkd"),
        (["--method", "magic"], "magic"),
        (["--batch-size", "0"], "batch_size"),
        (["--nonsense", "1"], "nonsense"),
        (["--dataset", "digit"], "digits"),
        (["--dataset", "nowhere/at/all"], "nowhere/at/all"),
        (["--dataset", "digits", "--drop-classes", "cat"], "cat"),
        (["--teacher-weights", "nowhere.safetensors"], "nowhere.safetensors"),
        (["--dataset", "moons", "--augment", "shift"], "augment"),
        (["--dataset", "moons", "--teacher", "resnet8"], "resnet8"),
        (["--config", "nowhere.json"], "nowhere.json"),
        (["--config", "/dev/zero"], "/dev/zero"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_status_2(kdcore, arguments, named):
    done = kdcore("run", *arguments)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("kdcore: ")
    assert named in done.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["sweep", "--drop-classes", "cat"], "cat"),
        (["sweep", *TINY, "--student", "resnet8", "--temperatures", "4"], "resnet8"),
        (["search", "--drop-classes", "cat"], "cat"),
        (["choose-teacher", "--teachers", "mlp:4 mlp:8", "--drop-classes", "cat"], "cat"),
        (["export", "last", "--to", "missing/run.zip"], "missing"),
        (["delete", "nothing"], "nothing"),
        (["restore", "nothing"], "nothing"),
        (["trash", "--empty", "--older-than", "long"], "older-than"),
    ],
)
def test_so_it_is_with_every_command(kdcore, tmp_path, arguments, named):
    if arguments[0] == "export":
        Store(tmp_path / "store").create(RunConfig())
    done = kdcore(*arguments)

    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert named in done.stderr


def test_a_loss_that_is_not_a_number_is_said(kdcore):
    done = kdcore("run", *TINY, "--optimizer", "sgd", "--lr", "100", "--epochs", "30")

    assert done.returncode == 1
    assert "learning rate" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_that_cannot_be_recorded_any_more_has_failed(capsys):
    def on_a_full_disk(_):
        yield make.started()
        raise UserError("store_not_writable", path="here", cause="no space")

    job = Run(RunConfig())
    last, status = execute(job, as_json=True, for_people=list, watched=on_a_full_disk)
    said = capsys.readouterr()

    assert (last.code, status) == ("store_not_writable", 1)
    assert "no space" in said.err
    assert [json.loads(line)["event"] for line in said.out.splitlines()] == ["started", "failed"]


def test_flags_override_a_configuration_file(kdcore, tmp_path):
    path = tmp_path / "config.json"
    path.write_text(
        json.dumps(
            RunConfig(dataset="moons", epochs=1, teacher="mlp:8", student="mlp:4", seed=5).to_dict()
        )
    )
    done = kdcore("run", "--config", str(path), "--teacher-epochs", "1", "--seed", "7", "--json")
    config = next(json.loads(line) for line in done.stdout.splitlines() if '"started"' in line)[
        "config"
    ]

    assert (config["seed"], config["dataset"]) == (7, "moons")


def test_real_mnist_where_it_lies(kdcore, real_data):
    done = kdcore(
        "run",
        "--dataset",
        "mnist",
        "--data-root",
        str(real_data),
        "--epochs",
        "1",
        "--teacher-epochs",
        "1",
        "--teacher",
        "mlp:32",
        "--student",
        "mlp:16",
        "--json",
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0, done.stderr
    assert events[-1]["students"]["plain"]["test_accuracy"] > 0.85


def test_an_archive_of_class_folders(kdcore, real_data):
    done = kdcore(
        "run",
        "--dataset",
        str(real_data / "cifar10-jpeg.tar.xz"),
        "--epochs",
        "1",
        "--teacher-epochs",
        "1",
        "--teacher",
        "mlp:32",
        "--student",
        "mlp:16",
        "--image-size",
        "16",
        "--json",
    )
    started = next(json.loads(line) for line in done.stdout.splitlines() if '"started"' in line)

    assert done.returncode == 0, done.stderr
    assert "airplane" in started["classes"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_configuration_file_may_be_in_any_unicode(kdcore, tmp_path, encoding):
    values = dict(
        zip([name.strip("-").replace("-", "_") for name in TINY[::2]], TINY[1::2], strict=True)
    )
    (tmp_path / "config.json").write_text(json.dumps(values), encoding=encoding)
    done = kdcore("run", "--config", "config.json", "--json")

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 100_000, "nested too deep"),
        ('{"a":' * 100_000, "nested too deep"),
        ('{"dataset": ["digits"]}', "dataset is ['digits']: it must be a text"),
        ('{"dataset": {"a": 1}}', "it must be a text"),
        ('{"method": ["kd"]}', "it must be a text"),
        ('{"data_root": null}', "it must be a text"),
        ("[1]", "no settings by name"),
        ("{", "cannot be read"),
        (" " * (2 << 20), "more than 1024 KiB"),
    ],
)
def test_a_configuration_file_that_is_no_such_is_refused_in_one_sentence(
    kdcore, tmp_path, text, says
):
    (tmp_path / "config.json").write_text(text)
    done = kdcore("run", "--config", "config.json")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert says in done.stderr


@pytest.mark.parametrize("path", ["/dev/zero", ".", "missing.json"])
def test_a_configuration_file_must_be_a_regular_file(kdcore, path):
    done = kdcore("run", "--config", path)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def table(tmp_path):
    lines = "".join(f"{i},{i % 7}.5,1.5,{'ab'[i % 2]}\n" for i in range(60))
    (tmp_path / "own.csv").write_text(",x,y,kind\n" + lines)
    return "own.csv"


def test_a_run_says_what_was_decided_about_the_data(kdcore, table):
    quick = ("--epochs", "1", "--teacher-epochs", "1", "--teacher", "mlp:8", "--student", "mlp:4")
    done = kdcore("run", "--dataset", table, *quick)
    as_json = kdcore("run", "--dataset", table, *quick, "--json")
    started = next(json.loads(line) for line in as_json.stdout.splitlines() if '"started"' in line)

    assert "The column 'kind' holds the classes." in done.stderr
    assert "is left out" in done.stderr
    assert [note["code"] for note in started["notes"]] == ["label_column", "row_numbers_left_out"]
    assert as_json.stderr == ""


def test_a_label_column_is_named_by_a_flag(kdcore, table):
    done = kdcore("run", "--dataset", table, "--label-column", "colour")

    assert "label_column may be one of" in done.stderr
    assert "Traceback" not in done.stderr


def test_preview_shows_what_is_in_data_and_trains_nothing(kdcore, table):
    done = kdcore("preview", table)
    lines = kdcore("preview", table, "--json").stdout.splitlines()
    found = json.loads(lines[-1])

    assert done.returncode == 0, done.stderr
    assert "60 examples" in done.stdout
    assert "--teacher mlp:" in done.stdout
    assert "The column 'kind' holds the classes." in done.stderr
    assert (found["event"], found["columns"], len(found["examples"])) == ("preview", ["x", "y"], 6)
    assert kdcore("runs", "--json").stdout == ""


def test_preview_of_what_is_no_data_is_refused(kdcore):
    done = kdcore("preview", "missing.csv")

    assert done.returncode == 2
    assert done.stderr == "kdcore: There is no file or folder missing.csv: check the path.\n"
