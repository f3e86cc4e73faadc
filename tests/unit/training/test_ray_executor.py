"""Sweeps on a real Ray of two CPUs, which this file starts and ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from kdcore import RunConfig
from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.job import Job
from kdcore.jobs.run.events import Finished
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.sweep.events import CellsEnded, CellsScored
from kdcore.store import Store, recorded
from kdcore.training.grid.cell_events import CellEvent, Group
from kdcore.training.grid.executors.executor import GroupEnded
from kdcore.training.grid.executors.ray import RayExecutor
from kdcore.training.grid.group import loaded
from kdcore.training.grid.plan import plan
from kdcore.training.grid.sweep import SweepRecorder
from kdcore.training.teachers.teacher import Teacher

SMALL = RunConfig(
    dataset="digits",
    epochs=2,
    teacher_epochs=1,
    teacher="mlp:16",
    student="mlp:8",
    transfer_size=200,
    precision="float32",
    device="cpu",
)
GRID = {"temperatures": (1, 8), "weights": (0.5,), "seeds": (0, 1)}

RAY = """
import sys, ray
ray.init(address="local", num_cpus=2, num_gpus=1, include_dashboard=False, log_to_driver=False,
         configure_logging=False)
print(ray.get_runtime_context().gcs_address, flush=True)
sys.stdin.read()
"""


class Running:
    """A Ray in a process of its own."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", RAY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.address = self.process.stdout.readline().strip()

    def workers(self):
        """Process ids of what runs groups."""
        parents, found = {}, []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                status = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_text()
            except OSError:
                continue
            parents[int(folder.name)] = int(status[1])
            if command.startswith("ray::_Worker"):
                found.append(int(folder.name))
        return [pid for pid in found if self.process.pid in ancestors(pid, parents)]

    def end(self):
        self.process.communicate(timeout=30)


def ancestors(pid, parents):
    while pid in parents:
        pid = parents[pid]
        yield pid


@pytest.fixture(scope="module")
def running():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_worker_niceness", "0")  # with its usual 15 it starves beside other tests
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", "of-these-tests-alone")
        ray = Running()
        yield ray
        ray.end()


@pytest.fixture
def connected(running):
    import ray  # noqa: PLC0415  (it reads the fixture's environment as it wakes)

    ray.init(address=running.address, log_to_driver=False, configure_logging=False)
    yield ray
    ray.shutdown()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def swept(config, store, **how):
    folder = store.create(config)
    return folder, list(recorded(Job(config, folder, **how), folder))


def of_kind(events, kind):
    return [event for event in events if event.kind == kind]


def group(number, cells, module):
    return Group(
        number,
        cells,
        {cell: str(cell) for cell in cells},
        Teacher(module, "trained"),
        store_root=None,
        keep=False,
    )


class Deadly(torch.nn.Module):
    """Ends the process that unpacks it."""

    def __reduce__(self):
        return os._exit, (1,)


@pytest.mark.slow
def test_ray_gives_what_one_process_gives(running, store):
    config = SweepConfig(base=SMALL, **GRID)
    one, _ = swept(config, store, executor="joint")
    two, events = swept(config, store, executor="ray", address=running.address)

    (prepared,) = of_kind(events, "sweep_prepared")
    assert (prepared.executor, prepared.workers, len(prepared.groups)) == ("ray", 2, 2)
    assert (events[-1].finished, events[-1].failed) == (4, 0)
    for number in range(4):
        here, there = one.cell(number), two.cell(number)
        names = [{path.name for path in run.path.iterdir()} for run in (here, there)]
        kinds = [[event.kind for event in run.events()] for run in (here, there)]
        assert names[0] == names[1]
        assert kinds[0] == kinds[1]
        ours, theirs = here.events()[-1].students, there.events()[-1].students
        assert ours.keys() == theirs.keys()
        for name, scores in ours.items():
            assert theirs[name].nll == pytest.approx(scores.nll, rel=1e-3)


@pytest.mark.slow
def test_a_group_whose_worker_is_killed_begins_anew(running, store, capfd):
    config = SweepConfig(base=SMALL.replace(epochs=150), **GRID)
    folder = store.create(config)
    events = []
    for event in recorded(Job(config, folder, executor="ray", address=running.address), folder):
        if isinstance(event, CellsScored) and not of_kind(events, "cells_scored"):
            os.kill(running.workers()[0], signal.SIGKILL)
        events.append(event)

    (retried,) = of_kind(events, "group_retried")
    assert "\n" not in retried.cause
    assert (events[-1].finished, events[-1].failed) == (4, 0)
    for number in range(4):
        told = folder.cell(number).events()
        assert [event.epoch for event in of_kind(told, "epoch")] == list(range(1, 151))
        assert isinstance(told[-1], Finished)
    assert capfd.readouterr().out == "", "events alone belong on stdout"


@pytest.mark.slow
def test_a_worker_that_dies_twice_ends_its_own_cells_alone(running):
    cells = [SMALL, SMALL.replace(seed=1)]
    data = loaded(SMALL, None)
    good = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10))
    groups = [group(0, {0: cells[0]}, Deadly()), group(1, {1: cells[1]}, good)]
    recorder = SweepRecorder(None, cells, {})
    recorder.divide(groups)
    cluster = RayExecutor(running.address, "cpu", data)
    try:
        messages = [message for message in cluster.run(groups) if message is not None]
    finally:
        cluster.close()
    events = [event for message in messages for event in recorder.enter(message)]

    assert len(of_kind(events, "group_retried")) == 1
    assert (recorder.finished, recorder.failed) == (1, 1)
    (failed,) = [
        event for event in events if isinstance(event, CellsEnded) and event.state == "failed"
    ]
    assert failed.cells == [0]
    assert failed.error.startswith("The process that trained this student ended unexpectedly")
    assert "\n" not in failed.error


@pytest.mark.slow
def test_stopping_frees_the_cluster_that_others_use_on(connected, running, store):
    config = SweepConfig(base=SMALL.replace(epochs=10_000), **GRID)
    folder = store.create(config)
    work = Job(config, folder, executor="ray", address=running.address)
    events = []
    for event in recorded(work, folder):
        events.append(event)
        if isinstance(event, CellsScored):
            assert connected.available_resources().get("CPU", 0) < 2
            work.controls.stop()

    assert events[-1].stopped
    assert folder.state == "stopped"
    assert connected.is_initialized(), "the connection is not the sweep's to end"
    until = time.monotonic() + 10  # Ray frees the CPUs before the killed process has ended
    while (free := connected.available_resources().get("CPU", 0)) < 2 or running.workers():
        assert time.monotonic() < until, f"{free} of 2 CPUs are free, at work: {running.workers()}"
        time.sleep(0.1)


@pytest.mark.slow
def test_gpus_are_workers_where_the_runs_may_take_them(connected, running):
    data = loaded(SMALL, None)
    assert RayExecutor(running.address, "auto", data).workers == 1
    assert RayExecutor(running.address, "cpu", data).workers == 2


@pytest.mark.slow
def test_without_an_address_ray_starts_and_ends_here(running, store, capfd):
    config = SweepConfig(base=SMALL, temperatures=(4,), weights=(0.5,), seeds=(0,))
    _, events = swept(config, store, executor="ray")
    assert (events[-1].finished, events[-1].failed) == (1, 0)
    assert not sys.modules["ray"].is_initialized()
    assert capfd.readouterr().out == "", "events alone belong on stdout"


@pytest.mark.slow
@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "ray://127.0.0.1:{port}", "no such place"])
def test_an_unreachable_cluster_is_one_sentence(store, address):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = address.format(port=free.getsockname()[1])
    config = SweepConfig(base=SMALL, temperatures=(4,), weights=(0.5,), seeds=(0,))
    began = time.monotonic()
    _, events = swept(config, store, executor="ray", address=address)

    assert time.monotonic() - began < 20
    assert isinstance(events[-1], Failed)
    assert events[-1].code == "cluster_unreachable"
    assert events[-1].error.startswith(f"No Ray cluster answers at {address}")
    assert "\n" not in events[-1].error


def test_without_ray_a_sentence_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError, match=r"pip install -e '\.\[cluster\]'"):
        RayExecutor("", "cpu", loaded(SMALL, None))


@pytest.mark.slow
def test_a_sweep_elsewhere_does_not_wake_ray():
    program = "import sys, kdcore.training.grid.sweep; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_cells_are_divided_among_the_workers(workers):
    cells = SweepConfig(base=SMALL, **GRID).cells
    found = plan(cells, loaded(SMALL, None), torch.device("cpu"), cluster_workers=workers)
    assert len(found.groups) == workers
    assert sorted(cell for group in found.groups for cell in group) == [0, 1, 2, 3]


def test_shapes_share_the_workers_by_their_students():
    cells = [SMALL.replace(seed=seed) for seed in range(6)] + [SMALL.replace(student="mlp:9")] * 1
    found = plan(cells, loaded(SMALL, None), torch.device("cpu"), cluster_workers=4)
    assert sorted(len(group) for group in found.groups) == [1, 1, 1, 2, 2]


def test_a_cell_that_ended_before_its_worker_died_ends_once():
    recorder = SweepRecorder(None, [SMALL], {})
    failed = Failed(error="It diverged.")
    events = [event for _ in range(2) for event in recorder.enter(CellEvent(0, failed))]
    events += recorder.enter(GroupEnded(0))
    assert len(events) == 1
    assert recorder.failed == 1
