"""What a hub keeps, what it lets go, and what it finds when it begins."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from support import worker

from kdcore import RunConfig
from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.hub import KEPT, MOST_WAITING, Hub
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.store import Store

JOBS = [
    RunConfig(),
    SweepConfig(),
    SearchConfig(),
    TeacherSelectionConfig(teachers=("mlp:8", "mlp:16")),
    CompressionConfig(),
    RobustnessConfig(),
]


@pytest.fixture
def make_hub(tmp_path):
    made = []

    def make_hub(command=worker.COMMAND):
        made.append(Hub(Store(tmp_path / "store"), command))
        return made[-1]

    yield make_hub
    for hub in made:
        hub.close()


def test_a_job_whose_worker_dies_as_it_begins_fails(make_hub):
    hub = make_hub(["true"])
    start = hub._worker.start

    def starts_and_dies():
        pid = start()
        while hub._worker.pid is not None:
            time.sleep(0.01)
        return pid

    hub._worker.start = starts_and_dies
    run = hub.submit(RunConfig())

    assert over(hub, run) == "crashed"


def over(hub, run):
    for _ in range(6000):
        if not hub.commandable(run):
            return hub.state(run)
        time.sleep(0.01)
    raise AssertionError("it did not end in a minute")


def test_of_hundreds_of_jobs_only_the_last_stay_in_memory(make_hub):
    hub = make_hub()
    received = []
    runs = [hub.submit(RunConfig()) for _ in range(2)]
    _, leave = [hub.subscribe(run, received.append) for run in runs]
    for seed in range(200):
        while len(hub.queue()) >= MOST_WAITING:
            time.sleep(0.01)
        runs.append(hub.submit(RunConfig(seed=seed)))
    assert over(hub, runs[-1]) == "finished"

    assert len(hub._jobs) <= KEPT + 2  # somebody listens to two
    leave()
    assert len(hub._jobs) <= KEPT + 1
    assert runs[0] in hub._jobs
    assert set(hub._listeners) == {runs[0]}
    assert [event.kind for event in hub.events(runs[5])] == ["finished"]
    assert hub.state(runs[5]) == "finished"


@pytest.mark.parametrize("config", JOBS, ids=lambda config: type(config).__name__)
def test_what_never_began_is_interrupted_when_the_app_starts_again(make_hub, tmp_path, config):
    store = Store(tmp_path / "store")
    waiting = store.create(config)
    held = store.create(RunConfig(seed=1))
    held.hold()
    hub = make_hub()

    last = hub.events(waiting.id)[-1]
    assert isinstance(last, Failed)
    assert last.code == "never_began"
    assert hub.state(waiting.id) == store.find(waiting.id).state == "interrupted"
    assert hub.events(held.id) == []
    held.release()


def test_what_waits_in_another_app_is_left_alone(make_hub):
    first = make_hub(["sleep", "600"])
    first.submit(RunConfig())
    waiting = first.submit(RunConfig(seed=1))
    second = make_hub()

    assert second.events(waiting) == []
    assert first.state(waiting) == "queued"


def test_a_waiting_job_is_deleted_out_of_the_queue(make_hub):
    hub = make_hub(["sleep", "600"])
    running, waiting = hub.submit(RunConfig()), hub.submit(SweepConfig())
    for _ in range(6000):
        if hub.state(running) == "running":
            break
        time.sleep(0.01)
    hub.delete(waiting)

    assert hub.queue_position(waiting) == 0
    assert [row.id for row in hub.store.trash()] == [waiting]
    with pytest.raises(UserError, match="0 sweeps"):
        hub.state(waiting)
    with pytest.raises(UserError, match="stop it first"):
        hub.delete(running)


def test_a_job_that_two_resume_at_once_is_queued_once(make_hub, tmp_path):
    hub = make_hub(["sleep", "600"])
    hub.submit(RunConfig())
    folder = hub.store.create(RunConfig(seed=1))
    folder.append(Failed(error="it was broken off"))
    folder.release()
    check, both = hub._check_resume, Barrier(2)

    def check_together(folder):
        check(folder)
        with suppress(BrokenBarrierError):  # nobody else may be here
            both.wait(0.5)

    hub._check_resume = check_together
    with ThreadPoolExecutor(2) as tabs:
        pressed = [tabs.submit(hub.resume, folder.id) for _ in range(2)]
    errors = [found.code for one in pressed if (found := one.exception())]

    assert errors == ["run_in_use"]
    assert hub._waiting.count(folder.id) == 1


def test_a_worker_that_died_idle_fails_no_job_of_the_next_one(make_hub):
    hub = make_hub()
    first = hub.submit(RunConfig())
    over(hub, first)
    worker = hub._worker._process
    worker.kill()
    worker.wait()
    second = hub.submit(RunConfig())

    assert over(hub, second) == "finished"


def test_a_run_that_needs_too_much_memory_fails_alone(make_hub):
    hub = make_hub()
    run = hub.submit(RunConfig(seed=worker.FULL, batch_size=64))

    assert over(hub, run) == "failed"
    last = hub.events(run)[-1]
    assert (last.code, last.values["smaller"], last.details) == ("out_of_memory", 32, "")
    pid = hub._worker.pid
    assert over(hub, hub.submit(RunConfig())) == "finished"
    assert hub._worker.pid == pid  # nothing was wrong with the process


def test_after_a_lost_accelerator_the_next_run_has_another_process(make_hub):
    hub = make_hub()
    run, following = (hub.submit(RunConfig(seed=seed)) for seed in (worker.LOST, 0))

    assert over(hub, run) == "failed"
    last = hub.events(run)[-1]
    assert (last.code, last.details) == ("device_lost", "")
    assert last.error.count("CUDA error: unspecified launch failure") == 1
    assert over(hub, following) == "finished"
    assert hub._jobs[run].worker != hub._jobs[following].worker
