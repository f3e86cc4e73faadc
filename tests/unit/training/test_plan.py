"""How a sweep is divided: within memory, and by what is quicker."""

import pytest
import torch

from kdcore import RunConfig
from kdcore.data.digits import digits
from kdcore.errors import UserError
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.models.build import build_model
from kdcore.models.cost import parameter_count
from kdcore.training.grid import plan as planning
from kdcore.training.grid.network_layout import NetworkLayout
from kdcore.training.grid.plan import (
    GIBIBYTE,
    SHARE_OF_MEMORY,
    joint_groups,
    memory_of_student,
    plan,
)
from kdcore.training.networks.students import Students

CPU = torch.device("cpu")
BASE = RunConfig(dataset="digits", student="mlp:8", epochs=2, device="cpu")
CELLS = SweepConfig(base=BASE, temperatures=(1, 2, 4), weights=(0.5, 1), seeds=(0, 1)).cells


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    steps = digits(tmp_path_factory.mktemp("root"))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def free(monkeypatch, data, students):
    """Memory for so many students."""
    needs = memory_of_student(BASE, data)
    monkeypatch.setattr(planning, "free_memory", lambda device: students * needs / SHARE_OF_MEMORY)


def timed(monkeypatch, seconds):
    """``seconds(most)``: of a step for one student, by the number that take it together."""
    monkeypatch.setattr(planning, "available_cores", lambda: 2)
    monkeypatch.setattr(
        planning, "_seconds_per_student", lambda config, data, device, most: seconds(most)
    )


def students_of(group):
    return NetworkLayout({number: CELLS[number] for number in group}).count


def tensors_of(thing, seen):
    """All that an object of the program or of PyTorch has, gradients too."""
    if id(thing) in seen or isinstance(thing, type):
        return
    seen.add(id(thing))
    parts = []
    if isinstance(thing, torch.Tensor):
        yield thing
        parts = [thing.grad] if thing.is_leaf else []
    elif isinstance(thing, dict):
        parts = [*thing, *thing.values()]
    elif isinstance(thing, list | tuple | set):
        parts = list(thing)
    elif type(thing).__module__.startswith(("kdcore.", "torch.nn", "torch.optim")):
        parts = list(vars(thing).values())
    for part in parts:
        yield from tensors_of(part, seen)


def test_what_fits_is_trained_in_one_group(monkeypatch, data):
    free(monkeypatch, data, 100)
    division = plan(CELLS, data, CPU, executor="joint")

    assert [sorted(group) for group in division.groups] == [list(range(12))]
    assert division.workers == 0


def test_what_does_not_fit_is_trained_in_groups(monkeypatch, data):
    free(monkeypatch, data, 5.5)
    division = plan(CELLS, data, CPU, executor="joint")

    assert sorted(number for group in division.groups for number in group) == list(range(12))
    assert len(division.groups) > 1
    assert max(students_of(group) for group in division.groups) <= 5


def test_where_not_one_student_fits_the_need_is_told(monkeypatch, data):
    free(monkeypatch, data, 0.6)
    with pytest.raises(UserError) as caught:
        plan(CELLS, data, CPU, executor="joint")

    values = caught.value.values
    assert caught.value.code == "sweep_memory"
    assert values["needs"] == pytest.approx(memory_of_student(BASE, data) / GIBIBYTE)
    assert values["free"] < values["needs"] / SHARE_OF_MEMORY


def test_processes_get_a_group_each_at_least(data, monkeypatch):
    monkeypatch.setattr(planning, "available_cores", lambda: 3)
    division = plan(CELLS, data, CPU, executor="processes")

    assert division.workers == 3
    assert len(division.groups) >= 3


@pytest.mark.parametrize(("seconds", "workers"), [(1e-6, 0), (10.0, 2)])
def test_processes_are_started_where_they_save_more_than_they_take(
    monkeypatch, data, seconds, workers
):
    timed(monkeypatch, lambda most: {1: seconds, most: seconds / 2})

    assert plan(CELLS, data, CPU).workers == workers


def test_where_together_is_slower_students_are_trained_apart(monkeypatch, data):
    timed(monkeypatch, lambda most: {1: 10.0, most: 11.0})
    division = plan(CELLS, data, CPU)

    assert max(len(group) for group in division.groups) == 1


def test_a_wider_student_needs_more_memory(data):
    assert memory_of_student(BASE.replace(student="mlp:800,800"), data) > 10 * memory_of_student(
        BASE, data
    )


@pytest.mark.parametrize("student", ["resnet8", "mlp:300,300"])
@pytest.mark.parametrize("precision", ["float32", "bf16"])
@pytest.mark.parametrize("rates", [[0.1, 0.1], [0.1, 0.2]])
def test_the_weights_of_students_are_held_as_often_as_the_estimate_says(student, precision, rates):
    module = build_model(student, (1, 8, 8), 10, 0)
    students = Students(
        [[module, build_model(student, (1, 8, 8), 10, 1)]],
        optimizer="adam",
        lr=rates,
        seeds=[0, 1],
        precision=precision,
        device=CPU,
    )
    inputs = torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    students.learn(students.forward(inputs[None]) * 1e-3, rates)
    with students.answering(100, inputs):
        storages = [one.untyped_storage() for one in tensors_of(students, set())]
    held = sum({one.data_ptr(): one.nbytes() for one in storages}.values())
    weights = 2 * parameter_count(module)

    assert 16 * weights <= held <= 1.02 * 20 * weights
    if (student, precision) in (("resnet8", "float32"), ("mlp:300,300", "bf16")):
        assert held >= 20 * weights


def test_methods_with_a_further_term_go_together():
    cells = SweepConfig(
        base=BASE.replace(method="dkd", also="0.5*kd"),
        methods=("dkd", "dist", "nkd"),
        temperatures=(1, 2),
        weights=(0.5,),
        seeds=(0, 1),
    ).cells

    assert [sorted(numbers) for numbers in joint_groups(cells)] == [list(range(12))]


def test_a_method_that_takes_more_than_a_teachers_logits_goes_alone():
    cells = SweepConfig(
        base=BASE,
        methods=("kd", "dkd", "mutual", "hint"),
        temperatures=(1,),
        weights=(0.5,),
        seeds=(0,),
    ).cells

    assert sorted(map(sorted, joint_groups(cells))) == [[0, 1], [2], [3]]
