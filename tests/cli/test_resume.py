"""``--resume`` and ``--branch`` on the command line."""

import json

from kdcore import Run, RunConfig
from kdcore.store import Store, recorded

SMALL = RunConfig(
    dataset="digits",
    transfer_size=120,
    epochs=2,
    teacher="mlp:16",
    student="mlp:8",
    teacher_epochs=1,
    device="cpu",
)


def broken_off(store):
    folder = store.create(SMALL)
    events = recorded(Run(SMALL, folder), folder)
    for event in events:
        if event.kind == "epoch" and event.epoch == 2:
            break
    events.close()
    return folder


def test_a_run_is_resumed_and_then_branched(kdcore, tmp_path):
    folder = broken_off(Store(tmp_path))
    resumed = kdcore("run", "--resume", "last", "--store", str(tmp_path), "--json")

    assert resumed.returncode == 0, resumed.stderr
    kinds = [json.loads(line)["event"] for line in resumed.stdout.splitlines()]
    assert kinds.count("epoch") == 1
    assert folder.state == "finished"

    again = kdcore("run", "--resume", folder.id, "--store", str(tmp_path))
    assert again.returncode == 2
    assert "is finished" in again.stderr

    branched = kdcore(
        "run",
        "--branch",
        folder.id,
        "--from-epoch",
        "1",
        "--temperature",
        "8",
        "--epochs",
        "3",
        "--store",
        str(tmp_path),
        "--json",
    )
    assert branched.returncode == 0, branched.stderr
    events = [json.loads(line) for line in branched.stdout.splitlines()]
    assert [event["epoch"] for event in events if event["event"] == "epoch"] == [2, 3]
    assert events[0]["event"] == "retuned"
