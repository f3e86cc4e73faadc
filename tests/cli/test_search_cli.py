"""``search``, ``searches`` and ``choose-teacher`` as their users call them."""

import json

import pytest

TINY = ("--dataset", "digits", "--epochs", "2", "--teacher-epochs", "1", "--transfer-size", "100")


def test_a_search_tells_json_alone_and_can_be_listed_and_continued(kdcore):
    done = kdcore(
        "search",
        *TINY,
        "--teacher",
        "mlp:16",
        "--students",
        "mlp:4 mlp:8",
        "--lrs",
        "1e-3:1e-1",
        "--trials",
        "2",
        "--folds",
        "2",
        "--json",
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    last = events[-1]

    assert (done.returncode, done.stderr) == (0, "")
    assert last["event"] == "search_finished"
    assert len(last["best_runs"]) == 2
    assert {"best_value", "best_spread", "best_test_accuracy"} <= last.keys()

    listed = json.loads(kdcore("searches", "--json").stdout)
    assert (listed["id"], listed["state"]) == (last["search"], "finished")

    again = kdcore("search", "--resume", "last", "--json")
    end = json.loads(again.stdout.splitlines()[-1])
    assert (again.returncode, end["complete"], end["best_trial"]) == (0, 2, last["best_trial"])


def test_people_get_tables(kdcore):
    done = kdcore("search", *TINY, "--teacher", "mlp:16", "--trials", "1")
    chosen = kdcore("choose-teacher", *TINY, "--teachers", "mlp:4 mlp:16")

    assert (done.returncode, chosen.returncode) == (0, 0), done.stderr + chosen.stderr
    assert "best on validation data: trial 0" in done.stdout
    assert "mlp:16" in chosen.stdout
    assert "agree" in chosen.stdout


def test_a_search_without_a_complete_trial_fails(kdcore):
    done = kdcore(
        "search",
        "--dataset",
        "moons",
        "--teacher-epochs",
        "1",
        "--teacher",
        "mlp:8",
        "--students",
        "mlp:4",
        "--trials",
        "1",
        "--optimizer",
        "sgd",
        "--lrs",
        "90:100",
        "--epochs",
        "30",
    )
    assert done.returncode == 1
    assert "No trial" in done.stderr


def test_a_search_that_suits_no_data_is_a_mistake(kdcore):
    done = kdcore(
        "search",
        *TINY,
        "--teacher",
        "mlp:16",
        "--trials",
        "1",
        "--students",
        "resnet8 convnet:4",
        "--dataset",
        "moons",
        "--transfer-size",
        "0",
    )
    assert done.returncode == 2
    assert "resnet8" in done.stderr
    assert "image" in done.stderr


@pytest.mark.parametrize("arguments", [["search"], ["choose-teacher", "--teachers", "mlp:4 mlp:8"]])
def test_torchrun_is_refused(kdcore, monkeypatch, arguments):
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    done = kdcore(*arguments)
    assert (done.returncode, "without torchrun" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["search", "--temperatures", "9:1"], "9:1"),
        (["search", "--folds", "1"], "folds"),
        (["search", "--students", "mlp:8;mlp:9"], "mlp:8;mlp:9"),
        (["search", "--resume", "nothing"], "searches"),
        (["search", "--trials", "0"], "trials"),
        (["choose-teacher", "--teachers", "mlp:8"], "two or more teachers"),
        (["choose-teacher"], "--teachers"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_status_2(kdcore, arguments, named):
    done = kdcore(*arguments)

    assert done.returncode == 2
    assert named in done.stderr
    assert len(done.stderr.splitlines()) == 1
