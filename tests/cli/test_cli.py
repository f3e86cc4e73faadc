"""The command line as its users call it: contract, sentences and exit statuses."""

import json

import pytest

from kdcore.config import RunConfig

TINY = ("--dataset", "moons", "--epochs", "2", "--teacher-epochs", "1", "--teacher", "mlp:8",
        "--student", "mlp:4")  # fmt: skip


def test_a_run_tells_the_documented_events_and_nothing_else(kdcore):
    done = kdcore("run", *TINY, "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [event["event"] for event in events]

    assert done.returncode == 0
    started = events[kinds.index("started")]
    assert {"run", "config", "device", "classes", "students", "train_size",
            "test_size"} <= started.keys()  # fmt: skip
    assert started["students"] == ["plain", "distilled"]
    assert {"epoch", "train_loss", "test_accuracy",
            "test_errors"} <= events[kinds.index("teacher_epoch")].keys()  # fmt: skip
    epoch = events[kinds.index("epoch")]
    assert {"epoch", "seconds", "images_per_second", "teacher", "students",
            "controls"} <= epoch.keys()  # fmt: skip
    assert {
        "train_loss", "hard_loss", "soft_loss", "train_accuracy", "test_accuracy", "test_errors",
        "ece", "nll", "brier", "agreement",
    } <= epoch["students"]["distilled"].keys()  # fmt: skip
    assert {"temperature", "weight", "lr"} <= epoch["controls"].keys()
    assert kinds.count("epoch") == 2
    assert kinds[-1] == "finished"


def test_forests_teach_and_learn_by_the_same_command(kdcore):
    done = kdcore("run", "--dataset", "moons", "--epochs", "2", "--teacher", "forest:8",
                  "--student", "forest:4", "--json")  # fmt: skip
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
    ],
)
def test_a_bad_argument_is_one_clear_line_and_status_2(kdcore, arguments, named):
    done = kdcore("run", *arguments)

    assert done.returncode == 2
    assert named in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--dataset", "nowhere.zip"],
        ["--dataset", "digits", "--teacher-weights", "nowhere.safetensors"],
        ["--dataset", "moons", "--augment", "shift"],
        ["--dataset", "moons", "--teacher", "resnet8"],
    ],
)
def test_what_cannot_run_is_one_clear_line_and_status_1(kdcore, arguments):
    done = kdcore("run", *arguments)

    assert done.returncode in (1, 2)
    assert done.stderr.strip().startswith("kdcore:")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_loss_that_is_not_a_number_is_said(kdcore):
    done = kdcore("run", *TINY, "--optimizer", "sgd", "--lr", "100", "--epochs", "30")

    assert done.returncode == 1
    assert "learning rate" in done.stderr
    assert "Traceback" not in done.stderr


def test_flags_override_a_configuration_file(kdcore, tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(RunConfig(dataset="moons", epochs=1, teacher="mlp:8",
                                         student="mlp:4", seed=5).to_dict()))  # fmt: skip
    done = kdcore("run", "--config", str(path), "--teacher-epochs", "1", "--seed", "7", "--json")
    config = next(json.loads(line) for line in done.stdout.splitlines()
                  if '"started"' in line)["config"]  # fmt: skip

    assert (config["seed"], config["dataset"]) == (7, "moons")


def test_real_mnist_where_it_lies(kdcore, real_data):
    done = kdcore("run", "--dataset", "mnist", "--data-root", str(real_data), "--epochs", "1",
                  "--teacher-epochs", "1", "--teacher", "mlp:32", "--student", "mlp:16",
                  "--json")  # fmt: skip
    events = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0, done.stderr
    assert events[-1]["students"]["plain"]["test_accuracy"] > 0.85


def test_an_archive_of_class_folders(kdcore, real_data):
    done = kdcore("run", "--dataset", str(real_data / "cifar10-jpeg.tar.xz"), "--epochs", "1",
                  "--teacher-epochs", "1", "--teacher", "mlp:32", "--student", "mlp:16",
                  "--image-size", "16", "--json")  # fmt: skip
    started = next(json.loads(line) for line in done.stdout.splitlines() if '"started"' in line)

    assert done.returncode == 0, done.stderr
    assert "airplane" in started["classes"]
