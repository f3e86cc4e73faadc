"""The hub with real workers; training itself is tested elsewhere."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kdcore import RunConfig
from kdcore.commands import Pause, Resume, Retune, Step, Stop
from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.hub import MOST_EACH, MOST_WAITING, Hub
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.kind import RUN, SEARCH
from kdcore.jobs.run.events import Batch, Epoch
from kdcore.jobs.search.config import Range, SearchConfig
from kdcore.jobs.search.events import TrialScored
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.store import Store

LONG = RunConfig(
    dataset="digits", epochs=5000, teacher="mlp:16", student="mlp:8", teacher_epochs=1, speed=200
)
SHORT = LONG.replace(epochs=1, speed=0)
PATIENCE = 60


@pytest.fixture
def hub(tmp_path):
    hub = Hub(Store(tmp_path))
    yield hub
    hub.close()


def until(condition):
    for _ in range(PATIENCE * 50):
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen in a minute")


def wait_for(hub, run, kind):
    return until(lambda: [event for event in hub.events(run) if isinstance(event, kind)])


def finished(hub, run):
    return until(lambda: hub.state(run) not in ("queued", "running", "paused") and hub.state(run))


def test_a_run_goes_from_the_queue_to_its_end_and_is_in_the_store(hub):
    run = hub.submit(SHORT)
    assert finished(hub, run) == "finished"
    kinds = [event.kind for event in hub.events(run)]
    assert kinds[-1] == "finished"
    assert "epoch" in kinds
    assert [event.kind for event in hub.store.find(run, RUN).events()] == kinds


def test_commands_reach_the_run(hub):
    run = hub.submit(LONG)
    wait_for(hub, run, Batch)
    hub.send(run, Pause())
    until(lambda: hub.state(run) == "paused")
    steps = wait_for(hub, run, Batch)[-1].step
    hub.send(run, Step(1))
    until(lambda: wait_for(hub, run, Batch)[-1].step == steps + 1)
    hub.send(run, Retune("temperature", 9.0))
    hub.send(run, Resume())
    until(lambda: any(event.kind == "retuned" for event in hub.events(run)))
    hub.send(run, Stop())
    assert finished(hub, run) == "stopped"


def test_a_bad_value_is_refused_before_it_is_sent(hub):
    run = hub.submit(LONG)
    with pytest.raises(UserError, match="temperature is -1"):
        hub.send(run, Retune("temperature", -1))
    hub.send(run, Stop())


def test_runs_wait_for_each_other_and_a_waiting_one_can_be_stopped(hub):
    first, second, third = (hub.submit(config) for config in (LONG, LONG, SHORT))
    wait_for(hub, first, Batch)
    assert hub.state(second) == "queued"
    assert hub.queue_position(third) == 2
    hub.send(second, Stop())
    assert hub.state(second) == "stopped"
    hub.send(first, Stop())
    assert finished(hub, third) == "finished"


def test_fifty_who_start_at_once_are_one_queue_with_a_limit_for_each(hub):
    """One is trained, the others have a place; one person cannot fill the queue."""
    first = hub.submit(LONG, "lecturer")
    wait_for(hub, first, Batch)
    with ThreadPoolExecutor(50) as people:
        jobs = list(people.map(lambda person: hub.submit(SHORT, f"person {person}"), range(50)))

    assert hub.queue()[0] == first
    assert sorted(hub.queue()[1:]) == sorted(jobs)
    assert sorted(map(hub.queue_position, jobs)) == list(range(1, 51))
    assert {hub.state(job) for job in jobs} == {"queued"}

    for _ in range(MOST_EACH):
        hub.submit(SHORT, "somebody")
    with pytest.raises(UserError) as refused:
        hub.submit(SHORT, "somebody")
    assert refused.value.code == "own_queue_full"
    for _ in range(MOST_WAITING - 50 - MOST_EACH):
        hub.submit(SHORT)
    with pytest.raises(UserError) as refused:
        hub.submit(SHORT, "another")
    assert refused.value.code == "queue_full"
    assert len(hub.store.list()) == 1 + MOST_WAITING  # what is refused leaves nothing behind

    for job in hub.queue()[1:]:
        hub.send(job, Stop())
    assert hub.queue() == [first]


def test_a_killed_worker_fails_its_run_alone_and_loses_nothing(hub):
    run = hub.submit(LONG)
    told = len(wait_for(hub, run, Batch))
    os.kill(hub._worker.pid, signal.SIGKILL)
    assert finished(hub, run) == "crashed"
    last = hub.events(run)[-1]
    assert isinstance(last, Failed)
    assert "signal 9" in last.error
    stored = hub.store.find(run, RUN).events()
    assert sum(isinstance(event, Batch) for event in stored) >= told
    assert isinstance(stored[-1], Failed)
    assert finished(hub, hub.submit(SHORT)) == "finished"


def test_every_listener_hears_the_same(hub):
    first, second = [], []
    run = hub.submit(LONG)
    leave = hub.subscribe(run, first.append)
    hub.subscribe(run, second.append)
    until(lambda: len(first) > 5)
    leave()
    count = len(first)
    hub.send(run, Stop())
    finished(hub, run)
    assert len(first) <= count + 1
    assert second[: len(first)] == first
    assert second[-1].kind == "finished"


def test_no_worker_outlives_its_hub(tmp_path):
    hub = Hub(Store(tmp_path))
    hub.submit(LONG)
    worker = until(lambda: hub._worker.pid)
    hub.close()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_a_run_of_another_process_can_be_followed(hub, tmp_path):
    command = [
        sys.executable,
        "-m",
        "kdcore",
        "run",
        "--store",
        str(tmp_path),
        "--epochs",
        "3",
        "--dataset",
        "digits",
        "--speed",
        "50",
        "--student",
        "mlp:8",
        "--teacher-epochs",
        "1",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as other:
        row = until(lambda: hub.store.list(RUN))[0]
        seen = []
        hub.subscribe(row.id, seen.append)
        until(lambda: any(event.kind == "finished" for event in seen))
        assert other.wait(PATIENCE) == 0
    with pytest.raises(UserError, match="not trained by this app"):
        hub.send(row.id, Stop())


@pytest.mark.parametrize(
    "module", ["hub", "store", "catalogue", "jobs.kind", "job", "events", "commands"]
)
def test_it_is_imported_without_torch(module):
    code = f"import kdcore.{module}, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_search_is_stopped_and_resumed_through_the_queue(hub):
    base = SHORT.replace(epochs=3, students="distilled")
    run = hub.submit(SearchConfig(base=base, trials=500, lrs=Range(1e-3, 1e-1)))
    waiting = hub.submit(TeacherSelectionConfig(base=base, teachers=("mlp:8", "mlp:16")))
    wait_for(hub, run, TrialScored)
    with pytest.raises(UserError, match="only be stopped"):
        hub.send(run, Retune("temperature", 9.0))
    hub.send(waiting, Stop())
    hub.send(run, Stop())
    assert finished(hub, run) == "stopped"
    assert finished(hub, waiting) == "stopped"

    told = len(hub.events(run))
    hub.resume(run)
    until(lambda: [event for event in hub.events(run, told) if isinstance(event, TrialScored)])
    hub.send(run, Stop())
    assert finished(hub, run) == "stopped"
    kinds = [event.kind for event in hub.events(run)]
    assert kinds.count("search_started") == 2
    assert [event.kind for event in hub.store.find(run, SEARCH).events()] == kinds


def test_a_stopped_run_goes_on_from_its_last_epoch(hub):
    run = hub.submit(SHORT.replace(epochs=6, speed=60))
    wait_for(hub, run, Epoch)
    hub.send(run, Stop())
    assert finished(hub, run) == "stopped"
    shown = hub.events(run)

    hub.resume(run)
    assert finished(hub, run) == "finished"
    events = hub.events(run)
    epochs = [event.epoch for event in events if isinstance(event, Epoch)]
    assert epochs == list(range(1, 7))
    assert [event.kind for event in events].count("started") == 1
    assert [one.to_json() for one in hub.store.find(run).events()] == [
        one.to_json() for one in events
    ]
    assert hub.store.find(run).edition[0] > 0
    assert len(events) > len(shown)
    with pytest.raises(UserError, match="is finished"):
        hub.resume(run)


def test_a_runs_student_is_shrunk_by_the_same_worker(hub):
    run = hub.submit(SHORT)
    assert finished(hub, run) == "finished"
    config = CompressionConfig.of(run, SHORT, stages=("pruned",), epochs=1)
    first, waiting = hub.submit(config), hub.submit(config)
    hub.send(waiting, Stop())
    assert finished(hub, waiting) == "stopped"
    assert finished(hub, first) == "finished"
    assert [event.kind for event in hub.events(first)][-1] == "compression_finished"
    assert hub.store.find(first).config == config


def test_what_is_sent_while_a_run_waits_acts_when_it_begins(hub):
    first, second = hub.submit(LONG), hub.submit(SHORT)
    wait_for(hub, first, Batch)
    hub.send(second, Retune("temperature", 9.0))
    os.kill(hub._worker.pid, signal.SIGKILL)  # the next worker has heard nothing yet

    assert finished(hub, second) == "finished"
    turned = [event for event in hub.events(second) if event.kind == "retuned"]
    assert [(event.name, event.value) for event in turned] == [("temperature", 9.0)]


def test_a_run_that_was_deleted_while_it_waited_fails_alone(hub):
    first, second = hub.submit(LONG), hub.submit(SHORT)
    wait_for(hub, first, Batch)
    hub.store.find(second, RUN).path.rename(hub.store.root / "elsewhere")
    hub.send(first, Stop())

    assert finished(hub, second) == "failed"
    assert finished(hub, hub.submit(SHORT)) == "finished"


def test_a_worker_that_still_loads_ends_with_its_app():
    done = subprocess.run(
        [sys.executable, "-m", "kdcore.worker"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")  # it never became ready
