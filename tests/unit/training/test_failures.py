"""A run that finds no memory, no device or no disk any more ends in one sentence, and alone."""

import pytest
import torch
from support.files import collect, room_for
from support.trained import events_of, of_kind

from kdcore.data import load_dataset
from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.job import Job, Run
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Finished
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.sweep.events import CellsEnded
from kdcore.store import Store, recorded
from kdcore.training import trainer
from kdcore.training.networks.stacked_mlp import StackedMLP
from kdcore.training.networks.students import Interleaved, Students
from kdcore.training.teachers import memory, train_network

QUICK = RunConfig(
    dataset="digits",
    epochs=1,
    teacher_epochs=1,
    teacher="mlp:4",
    student="mlp:4",
    batch_size=100,
    device="cpu",
)
TARGET = {"target": "rotated:degrees=30"}


def no_room(*_given):
    torch.empty(10**15)


def raises(error):
    def step(*_given):
        raise error

    return step


def above(most, fails):
    """A step that has no room for more than ``most`` examples, but for those."""
    step = trainer.DistillationTrainer.step

    def limited(self, indices, number):
        if len(indices[0]) > most:
            fails()
        step(self, indices, number)

    return limited


FULL = {
    "of torch": raises(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")),
    "of the processor": no_room,
    "of Python": raises(MemoryError()),
    "of cuBLAS": raises(RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling …")),
}


@pytest.mark.parametrize("fails", FULL.values(), ids=FULL)
def test_a_run_without_memory_names_the_batch_size_that_fits_and_the_next_one_works(
    monkeypatch, fails
):
    with monkeypatch.context() as limited:
        limited.setattr(trainer.DistillationTrainer, "step", above(30, fails))
        last = events_of(QUICK)[-1]
        assert isinstance(last, Failed)
        assert (last.code, last.details) == ("out_of_memory_fits", "")
        assert "batch_size of 25" in last.error
        assert isinstance(events_of(QUICK.replace(batch_size=last.values["fits"]))[-1], Finished)

    assert isinstance(events_of(QUICK)[-1], Finished)


@pytest.mark.parametrize("student", ["mlp:4", "convnet:4", "resnet8"])
def test_what_a_step_without_memory_left_is_given_back_before_a_smaller_one(monkeypatch, student):
    learn, step, left = Students.learn, trainer.DistillationTrainer.step, []

    def limited(self, gradient, lr):
        if self.members == 2 and gradient.shape[2] > 30:  # the teacher is one
            self.body.backward(gradient.flatten(0, 1))
            self.forward(torch.ones(1, gradient.shape[2], 1, 8, 8))
            no_room()
        learn(self, gradient, lr)

    def watched(self, indices, number):
        left.append(held_by(self.students.body))
        step(self, indices, number)

    monkeypatch.setattr(Students, "learn", limited)
    monkeypatch.setattr(trainer.DistillationTrainer, "step", watched)
    last = events_of(QUICK.replace(student=student))[-1]
    assert last.code == "out_of_memory_fits", last
    assert last.values["fits"] == 25
    assert left == [0, 0, 0]


def held_by(body):
    """Tensors of a step that a body still has, but for what it always has."""
    if isinstance(body, Interleaved):
        gradients = [one.grad for net in body._modules for one in net.parameters()]
        return len(body._logits) + sum(one is not None for one in gradients)
    if isinstance(body, StackedMLP):
        return len(body._activations)
    parts = [body._head, *body._blocks, *(part for block in body._blocks for part in block)]
    return sum(name in vars(part) for part in parts for name in part.left)


def test_where_the_students_see_fewer_examples_than_a_batch_has_these_are_named(monkeypatch):
    monkeypatch.setattr(trainer.DistillationTrainer, "step", above(30, no_room))
    last = events_of(QUICK.replace(transfer_size=60))[-1]

    assert (last.values["batch_size"], last.values["fits"]) == (60, 30)


def test_of_the_target_no_more_is_tried_than_a_smaller_batch_would_take(monkeypatch):
    forward, most = Interleaved.forward, 150  # examples of source and target

    def limited(self, inputs):
        if inputs.shape[1] + sum(map(len, self.beside.values())) > most:
            no_room()
        return forward(self, inputs)

    monkeypatch.setattr(Interleaved, "forward", limited)
    last = events_of(QUICK.replace(**TARGET))[-1]

    assert (last.code, last.values["fits"]) == ("out_of_memory_fits", 50)


@pytest.mark.parametrize("change", [{"method": "hint"}, TARGET | {"alignment": "coral"}])
def test_features_of_a_step_without_memory_are_given_back_too(monkeypatch, change):
    step, left = trainer.DistillationTrainer.step, []

    def limited(self, indices, number):
        parts = [one._probe._of_students for one in self.graph_terms]
        parts += [self.adaptation._features] if self.adaptation else []
        left.append(sum(map(len, parts)))
        step(self, indices, number)
        if len(indices[0]) > 30:
            no_room()

    monkeypatch.setattr(trainer.DistillationTrainer, "step", limited)
    events_of(QUICK.replace(**change))

    assert left[:3] == [0, 0, 0]


def test_of_an_assistant_a_batch_that_fits_is_named_too(monkeypatch):
    monkeypatch.setattr(trainer.DistillationTrainer, "step", above(30, no_room))
    last = events_of(QUICK.replace(assistants="mlp:3"))[-1]

    assert (last.code, last.values["fits"]) == ("out_of_memory_fits", 25)


def test_of_a_teacher_no_batch_size_is_named_as_it_has_none(monkeypatch):
    monkeypatch.setattr(train_network.LabelTrainer, "step", no_room)

    assert events_of(QUICK)[-1].code == "out_of_memory_alone"


def test_what_is_no_matter_of_memory_is_not_tried_again(monkeypatch):
    steps = []

    def broken(self, indices, number):
        steps.append(len(indices[0]))
        raise RuntimeError("a bug")

    monkeypatch.setattr(trainer.DistillationTrainer, "step", broken)

    assert "a bug" in events_of(QUICK)[-1].error
    assert steps == [100]


def test_before_a_batch_is_taken_half_of_it_is_advised(monkeypatch):
    monkeypatch.setattr(trainer.DistillationTrainer, "begin", no_room)
    last = events_of(QUICK)[-1]

    assert (last.code, last.details) == ("out_of_memory", "")
    assert "batch_size of 50" in last.error


def test_with_all_examples_as_one_batch_no_other_is_tried(monkeypatch):
    steps = []

    def limited(self, indices, number):
        steps.append(len(indices[0]))
        no_room()

    monkeypatch.setattr(trainer.DistillationTrainer, "step", limited)
    last = events_of(QUICK.replace(optimizer="gd", transfer_size=300))[-1]

    assert (last.code, last.values["examples"], steps) == ("out_of_memory_whole", 300, [300])


@pytest.mark.parametrize("change", [{}, {"batch_size": 1}])
def test_where_no_smaller_batch_helps_none_is_named(monkeypatch, change):
    monkeypatch.setattr(trainer.DistillationTrainer, "step", no_room)

    assert events_of(QUICK.replace(**change))[-1].code == "out_of_memory_alone"


def test_a_lost_device_is_said_without_a_traceback(monkeypatch):
    lost = torch.AcceleratorError("CUDA error: device-side assert triggered\nCUDA kernel errors …")
    monkeypatch.setattr(trainer.DistillationTrainer, "step", raises(lost))
    last = events_of(QUICK)[-1]

    assert (last.code, last.details) == ("device_lost", "")
    assert "(CUDA error: device-side assert triggered)" in last.error


def test_so_it_is_with_the_cells_of_a_sweep(monkeypatch):
    monkeypatch.setattr(trainer.DistillationTrainer, "step", above(50, no_room))
    sweep = SweepConfig(base=QUICK, temperatures=(1.0, 4.0), weights=(0.5,), seeds=(0,))
    ended = of_kind(list(Job(sweep, executor="joint")), CellsEnded)

    assert {one.code for one in ended} == {"out_of_memory_fits"}


def test_models_that_can_never_fit_are_refused_before_they_are_built():
    last = events_of(QUICK.replace(student="mlp:" + ",".join(["16384"] * 128)))[-1]

    assert last.code == "models_memory"
    assert "GiB, but the device cpu has" in last.error


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "gd", "muon"])
def test_the_estimate_counts_weights_gradients_and_moments(optimizer):
    moments = {"adam": 2, "sgd": 1, "gd": 0, "muon": 1}[optimizer]
    config = QUICK.replace(
        teacher="mlp:20 + mlp:30",
        assistants="mlp:10",
        student="mlp:5",
        ensemble=3,
        optimizer=optimizer,
    )

    def weights(width):
        return 4 * (64 * width + width + width * 10 + 10)

    teachers = weights(20) + weights(30)
    students = teachers + weights(10) + 2 * 3 * weights(5) * (2 + moments)
    expected = max(weights(20) + 4 * weights(30), students)
    assert memory.least_memory(config, (1, 8, 8), 10) == expected


def test_no_more_than_a_container_gives_is_counted_on(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "CONTAINER", limit)
    of_the_machine = memory.whole_memory(torch.device("cpu"))
    limit.write_text("max\n")
    assert memory.whole_memory(torch.device("cpu")) == of_the_machine
    limit.write_text("100000\n")
    data = collect(load_dataset(QUICK, None))[1]

    assert memory.whole_memory(torch.device("cpu")) == 100_000
    with pytest.raises(UserError, match=r"0\.0 GiB"):
        memory.check_memory(QUICK.replace(student="mlp:400"), data, torch.device("cpu"))


@pytest.mark.parametrize("size", [0, 1_500, 4_000, 20_000])
def test_a_run_on_a_disk_without_room_stops_and_says_so(tmp_path, size):
    store = Store(tmp_path)
    folder = store.create(QUICK)
    seen = []
    with room_for(size):
        try:
            seen += recorded(Run(QUICK, folder), folder)
            code = seen[-1].code
        except UserError as error:  # not even its end can be written down
            code = error.code
        listed = store.list()

    assert code in ("store_not_writable", "file_not_writable")
    assert [row.id for row in listed] == [folder.id]
    assert [row.state for row in store.list()] != ["damaged"]
    again = store.create(QUICK)  # there is room once more
    *_, last = recorded(Run(QUICK, again), again)
    assert isinstance(last, Finished)
