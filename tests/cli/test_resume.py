"""``--resume`` and ``--branch`` on the command line."""

import json

from kdcore import Run, RunConfig
from kdcore.job import Job
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.sweep.config import SweepConfig
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


def test_a_sweep_that_goes_on_shows_what_it_had_found_before(kdcore, tmp_path):
    store = Store(tmp_path)
    grid = SweepConfig(
        base=SMALL, temperatures=(1.0, 4.0), weights=(0.5,), seeds=(0,), methods=("kd", "dkd")
    )
    folder = store.create(grid)
    events = recorded(Job(grid, folder), folder)
    assert any(event.kind == "cells_ended" for event in events)
    events.close()

    resumed = kdcore("sweep", "--resume", folder.id, "--store", str(tmp_path), COLUMNS="200")

    assert resumed.returncode == 0, resumed.stderr
    assert f"{grid.size} students finished" in resumed.stdout
    assert all(f"({method}," in resumed.stdout for method in grid.methods)


def test_a_compression_that_goes_on_shows_what_it_had_found_before(kdcore, tmp_path):
    store = Store(tmp_path)
    run = store.create(SMALL)
    assert [*recorded(Run(SMALL, run), run)][-1].kind == "finished"
    config = CompressionConfig.of(run.id, SMALL, stages=("pruned",), epochs=1)
    folder = store.create(config)
    events = recorded(Job(config, folder), folder)
    assert any(event.kind == "stage_ended" for event in events)
    events.close()

    resumed = kdcore("compress", "--resume", folder.id, "--store", str(tmp_path))

    assert resumed.returncode == 0, resumed.stderr
    stages = {line.split()[0] for line in resumed.stdout.splitlines() if "→" in line}
    assert stages >= {"student", "pruned"}


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
