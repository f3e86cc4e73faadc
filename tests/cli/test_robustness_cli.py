"""``robustness`` and its listing as their users call them."""

import json

import pytest

from kdcore import Run, RunConfig
from kdcore.store import Store, recorded

TINY = RunConfig(
    dataset="digits",
    epochs=2,
    teacher_epochs=1,
    teacher="mlp:16",
    student="mlp:8",
    transfer_size=100,
    device="cpu",
)


@pytest.fixture
def kept(tmp_path):
    """``--store`` with a finished run."""
    store = Store(tmp_path / "store")
    folder = store.create(TINY)
    for _ in recorded(Run(TINY, folder), folder):
        pass
    return ("--store", str(store.root))


def test_a_runs_networks_are_tested_and_the_test_listed(kdcore, kept):
    asked = ("robustness", "last", "--corruptions", "pgd,contrast", "--steps", "2", *kept)
    done = kdcore(*asked, "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    measured = [event for event in events if event["event"] == "corruption_measured"]

    assert done.returncode == 0, done.stderr
    assert events[-1]["event"] == "robustness_finished"
    assert [event["corruption"] for event in measured] == ["clean", *["contrast"] * 5, *["pgd"] * 5]

    listed = json.loads(kdcore("robustness-tests", "--json", *kept).stdout)
    assert (listed["id"], listed["state"]) == (events[-1]["robustness"], "finished")
    assert listed["config"]["steps"] == 2

    tables = kdcore(*asked)
    assert tables.returncode == 0, tables.stderr
    for said in ("contrast", "distilled", "95% interval", "percentage points"):
        assert said in tables.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["robustness", "nothing"], "nothing"),
        (["robustness"], "RUN"),
        (["robustness", "last", "--corruptions", "fog"], "0 runs"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_status_2(kdcore, arguments, named):
    done = kdcore(*arguments)

    assert done.returncode == 2
    assert named in done.stderr
    assert len(done.stderr.splitlines()) == 1
