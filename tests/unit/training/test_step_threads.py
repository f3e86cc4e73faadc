"""Steps take the quicker number of threads, and only where every number comes to the same bits."""

from dataclasses import replace

import pytest
import torch

from kdcore import Run, RunConfig, threads
from kdcore.jobs.run.events import Batch, Epoch, Finished
from kdcore.store import Store
from kdcore.training import trainer
from kdcore.training.devices import step_threads
from kdcore.training.devices.step_threads import LATEST, StepThreads
from kdcore.training.measuring.evaluation import predict

MOST = 4


@pytest.fixture(autouse=True)
def _process_that_chooses(monkeypatch):
    before = torch.get_num_threads()
    monkeypatch.setattr(threads._Choice, "ours", True)
    torch.set_num_threads(MOST)
    yield
    torch.set_num_threads(before)


class Machine:
    """On which a step takes so many blocks, by its number of threads."""

    def __init__(self):
        self.now, self.costs, self.taken = 0.0, {}, []
        self.threads = StepThreads(may_choose=True, clock=lambda: self.now)

    def steps(self, count, attempt=lambda: [torch.zeros(2)], examples=8):
        self.taken.clear()
        for _ in range(count):
            with self.threads.of(examples, attempt):
                self.taken.append(torch.get_num_threads())
                self.now += step_threads.BLOCK * self.costs[self.taken[-1]]
            assert torch.get_num_threads() == MOST
        return self.taken


@pytest.fixture
def machine():
    return Machine()


def test_the_quickest_number_is_found_and_left_when_another_is_quicker(machine):
    machine.costs = {4: 1.3, 2: 1.2, 1: 1.1}
    assert machine.steps(100)[-30:].count(1) >= 28

    machine.costs = {4: 1.1, 2: 1.2, 1: 1.3}
    assert machine.steps(200)[-30:].count(4) >= 28


def test_trials_become_rare_where_nothing_changes(machine):
    machine.costs = {4: 1.1, 2: 2.0, 1: 3.0}
    assert machine.steps(1000)[:3] == [4, 4, 2]
    assert machine.taken.count(2) <= 1000 / LATEST + 6
    assert 1 not in machine.taken


def test_a_middle_number_is_found_from_both_sides(machine):
    machine.costs = {4: 2.0, 2: 1.0, 1: 2.0}
    assert machine.steps(300)[-100:].count(2) >= 96
    assert {4, 1} <= set(machine.taken[10:])


def test_steps_whose_bits_depend_on_the_threads_take_all_of_them(machine):
    machine.costs = {4: 3.0, 2: 2.0, 1: 1.0}
    depending = lambda: [torch.zeros(2), torch.tensor(float(torch.get_num_threads()))]  # noqa: E731
    assert set(machine.steps(50, depending)) == {MOST}
    assert 1 in machine.steps(50, examples=7), "of another size they may not depend on it"
    assert set(machine.steps(50, depending)) == {MOST}


def test_each_size_is_attempted_once_with_each_number(machine):
    attempts = []
    machine.costs = {4: 1.1, 2: 1.2, 1: 1.3}

    def attempt():
        attempts.append(torch.get_num_threads())
        return [torch.zeros(2)]

    for examples in (8, 3, 8):
        machine.steps(5, attempt, examples)
    assert attempts == [4, 2, 1, 4, 2, 1]


@pytest.mark.parametrize("why", ["not ours", "one thread"])
def test_where_there_is_no_choice_nothing_is_attempted(machine, monkeypatch, why):
    machine.costs = {4: 1.1, 1: 1.1}
    if why == "not ours":
        monkeypatch.setattr(threads._Choice, "ours", False)
    else:
        torch.set_num_threads(1)
        monkeypatch.setattr(f"{__name__}.MOST", 1)
    assert len(set(machine.steps(9, lambda: pytest.fail("attempted")))) == 1


def test_a_step_that_breaks_off_gives_the_threads_back(machine):
    machine.costs = {4: 2.0, 2: 1.0, 1: 9.0}
    machine.steps(9)
    seen = []

    def broken_off():
        with machine.threads.of(8, list):
            seen.append(torch.get_num_threads())
            raise ValueError("broken off")

    with pytest.raises(ValueError, match="broken off"):
        broken_off()
    assert seen == [2]
    assert torch.get_num_threads() == MOST


def test_what_is_computed_one_by_one_takes_the_same_threads_whatever_the_step_takes(machine):
    machine.costs = {4: 2.0, 2: 1.0, 1: 9.0}
    seen = set()
    numbers = 3 * threads.NUMBERS_PER_THREAD

    def attempt():
        with threads.threads_for(numbers):
            seen.add(("attempt", torch.get_num_threads()))
        return [torch.zeros(2)]

    for _ in range(20):
        with machine.threads.of(8, attempt):
            taken = torch.get_num_threads()
            with threads.threads_for(numbers):
                seen.add((taken, torch.get_num_threads()))
            assert torch.get_num_threads() == taken
            machine.now += step_threads.BLOCK * machine.costs[taken]
    assert seen == {("attempt", 3), (4, 3), (2, 3), (1, 3)}
    with threads.threads_for(9 * threads.NUMBERS_PER_THREAD):
        assert torch.get_num_threads() == MOST


CONFIG = RunConfig(
    dataset="digits",
    teacher="mlp:128",
    student="mlp:96,64",
    teacher_epochs=1,
    epochs=2,
    batch_size=96,
    device="cpu",
)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"students": "distilled"},
        {"precision": "bf16", "optimizer": "sgd"},
        {"method": "dkd", "augment": "shift", "teacher_augment": "shift"},
        {"mixup": 0.3, "teacher": "convnet:4"},
    ],
    ids=str,
)
def test_a_run_is_the_same_whatever_numbers_take_its_steps(monkeypatch, changed):
    monkeypatch.setattr(threads, "OPERATIONS_PER_THREAD", 1.0)
    monkeypatch.setattr(threads, "available_cores", lambda: MOST)
    monkeypatch.setattr(step_threads, "BLOCK", 0.0)  # every step is held against the one before
    config = replace(CONFIG, **changed)
    taken = set()
    enter = StepThreads.__enter__

    def entered(self):
        enter(self)
        taken.add(torch.get_num_threads())

    monkeypatch.setattr(StepThreads, "__enter__", entered)
    varied = _told(config)
    assert len(taken) > 1
    monkeypatch.setattr(StepThreads, "_same", lambda self, attempt: False)
    assert varied == _told(config)


def test_a_teacher_that_was_found_answers_like_the_one_that_was_trained(monkeypatch, tmp_path):
    monkeypatch.setattr(threads, "available_cores", lambda: MOST)
    numbers = []
    monkeypatch.setattr(
        trainer,
        "predict",
        lambda *given: numbers.append(torch.get_num_threads()) or predict(*given),
    )
    config = replace(CONFIG, epochs=1, assistants="mlp:48")
    for _ in ("trained", "found"):
        list(Run(config, folder=Store(tmp_path).create(config)))
    assert numbers == [MOST] * 4, "what is trained before takes fewer"


@pytest.mark.parametrize("bits", ["float32", "bf16"])
def test_an_attempt_tells_something_where_the_loss_has_no_gradient(monkeypatch, bits):
    monkeypatch.setattr(threads, "OPERATIONS_PER_THREAD", 1.0)
    monkeypatch.setattr(threads, "available_cores", lambda: MOST)
    attempts = []
    monkeypatch.setattr(
        StepThreads, "_same", lambda self, attempt: bool(attempts.append(attempt()[-1].clone()))
    )
    of_students = {"students": "distilled", "student_start": "teacher", "weight": 1.0}
    list(Run(replace(CONFIG, teacher="mlp:96,64", precision=bits, epochs=1, **of_students)))
    assert len(attempts) > 2, "of the teacher and of the student, for two sizes of batches or more"
    assert all(one.abs().mean() > 1e-3 for one in attempts)


def _told(config):
    """All that a run tells but for its seconds."""
    told = []
    for event in Run(config):
        if isinstance(event, Batch):
            told.append(event.students)
        elif isinstance(event, Epoch):
            told.append((event.students, event.teacher))
        elif isinstance(event, Finished):
            told.append(event.students)
    return repr(told)
