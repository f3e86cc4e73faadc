"""What decides how many threads compute: the person, the work, the machine."""

import subprocess
import sys

import pytest

from kdcore import Run, RunConfig, threads
from kdcore.job import Job
from kdcore.jobs.regression.config import RegressionConfig
from kdcore.threads import available_cores, choose_threads, suit_threads, suited_threads


@pytest.fixture(autouse=True)
def undecided(monkeypatch):
    monkeypatch.setattr(threads._Choice, "ours", False)


def test_a_program_limits_the_spinning_before_torch_loads():
    environment = {}
    choose_threads(environment)
    assert environment == {"GOMP_SPINCOUNT": str(threads.SPINS)}
    assert threads._Choice.ours


@pytest.mark.parametrize(
    ("environment", "ours"),
    [
        ({"OMP_NUM_THREADS": "3"}, False),
        ({"GOMP_SPINCOUNT": "7"}, True),
        ({"OMP_WAIT_POLICY": "ACTIVE"}, True),
    ],
)
def test_what_a_person_set_stays(environment, ours):
    before = dict(environment)
    choose_threads(environment)
    assert environment == before
    assert threads._Choice.ours is ours


def test_whoever_only_imports_kdcore_keeps_the_threads_of_torch(monkeypatch):
    monkeypatch.setattr("torch.set_num_threads", lambda count: pytest.fail("nobody asked"))
    suit_threads(1e12)


def test_a_program_takes_as_many_threads_as_the_work_is_worth(monkeypatch):
    taken = []
    monkeypatch.setattr("torch.set_num_threads", taken.append)
    monkeypatch.setattr(threads, "available_cores", lambda: 4)
    choose_threads({})
    for operations in (0.0, threads.OPERATIONS_PER_THREAD * 2, float("inf")):
        suit_threads(operations)
    assert taken == [1, 2, 4]


@pytest.fixture
def taken(monkeypatch):
    """The operations that were told by those who train; infinite ones, of what answers, are not."""
    found = []

    def suit(operations):
        if operations < float("inf"):
            found.append(operations)

    for module in ("trainer", "teachers.train_network", "regression.regress", "grid.plan"):
        monkeypatch.setattr(f"kdcore.training.{module}.suit_threads", suit)
    return found


def test_teacher_and_students_are_trained_with_threads_of_their_own(taken):
    run = RunConfig(
        dataset="digits",
        teacher="mlp:64",
        student="mlp:16",
        epochs=1,
        teacher_epochs=1,
        device="cpu",
    )
    assert [event.kind for event in Run(run)][-1] == "finished"
    teacher, students = taken
    weights = {16: 64 * 16 + 16 + 16 * 10 + 10, 64: 64 * 64 + 64 + 64 * 10 + 10}
    assert students == 6 * run.batch_size * 2 * weights[16]
    assert teacher % (6 * weights[64]) == 0

    taken.clear()
    list(Run(run.replace(teacher_outputs="each_step")))
    assert taken[1] == students + 2 * run.batch_size * weights[64]


def test_a_number_that_predicts_is_trained_with_its_own(taken):
    base = RegressionConfig(base=RunConfig(dataset="diabetes", epochs=1, teacher_epochs=1))
    assert [event.kind for event in Job(base)][-1] == "regression_finished"
    assert taken
    assert max(taken) < threads.OPERATIONS_PER_THREAD


def test_the_number_never_exceeds_the_cores_nor_falls_below_one():
    assert [suited_threads(size, cores=1) for size in (0, 1e15)] == [1, 1]
    assert suited_threads(1e15, cores=64) == 64


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "150000 100000\n"}, 1),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "300000 100000\n"}, 3),
        ({"cpu.max": "max 100000\n"}, 8),
        ({"cpu/cpu.cfs_quota_us": "200000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 2),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 8),
        ({}, 8),
    ],
)
def test_a_container_counts_the_cores_that_it_is_granted(tmp_path, monkeypatch, files, cores):
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(8)), raising=False)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="ascii")
    assert available_cores(tmp_path) == cores


def test_the_command_line_chooses_before_torch_loads():
    code = (
        "import sys, kdcore.__main__ as program, os\n"
        "try: program.main(['--version'])\n"
        "except SystemExit: pass\n"
        "print(os.environ['GOMP_SPINCOUNT'], 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-2:] == [str(threads.SPINS), "False"]
