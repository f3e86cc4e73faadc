"""Students that are trained together equal those that are trained alone."""

import math

import pytest

from kdcore import Run, RunConfig
from kdcore.events import Failed
from kdcore.job import Job
from kdcore.jobs.kind import RUN, SWEEP
from kdcore.jobs.run.events import Epoch, Finished, Prepared, Started
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.sweep.events import CellsScored
from kdcore.store import Store, recorded
from kdcore.training.grid.network_layout import NetworkLayout
from kdcore.training.grid.plan import joint_groups, split_group

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


def swept(config, store, **how):
    folder = store.create(config)
    events = list(recorded(Job(config, folder, **how), folder))
    return folder, events


def last_epoch(events):
    return [event for event in events if isinstance(event, Epoch)][-1]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


@pytest.mark.parametrize("student", ["mlp:8", "mlp:8,6", "convnet:4"])
def test_every_cell_equals_its_run_alone(store, student):
    config = SweepConfig(
        base=SMALL.replace(student=student, label_noise=0.2),
        temperatures=(1, 5),
        weights=(0.3, 1),
        seeds=(0, 3),
        lrs=(0.003, 0.01),
    )
    folder, _ = swept(config, store, executor="joint")
    for number in (0, 5, 10, 15):
        run = folder.cell(number)
        together = last_epoch(run.events())
        alone = last_epoch(Run(config.cells[number]))
        assert run.config == config.cells[number]
        for name, scores in alone.students.items():
            found = together.students[name]
            assert found.train_loss == pytest.approx(scores.train_loss, rel=1e-3)
            assert found.soft_loss == pytest.approx(scores.soft_loss, rel=1e-3, abs=1e-6)
            assert found.nll == pytest.approx(scores.nll, rel=1e-3)
            assert abs(found.test_errors - scores.test_errors) <= 1
            assert found.validation_accuracy == pytest.approx(scores.validation_accuracy, abs=0.01)


@pytest.mark.parametrize(
    "methods",
    [
        ("logit_mse", "hard", "kd", "probability_mse"),
        ("kd", "shuffled_classes", "top_classes:k=2", "jensen_shannon:beta=1"),
    ],
)
def test_methods_can_differ_within_a_group(store, methods):
    config = SweepConfig(base=SMALL, temperatures=(4,), weights=(0.5,), seeds=(1,), methods=methods)
    folder, _ = swept(config, store, executor="joint")
    for number, cell in enumerate(config.cells):
        together, alone = last_epoch(folder.cell(number).events()), last_epoch(Run(cell))
        assert together.students.keys() == alone.students.keys()
        for name, scores in alone.students.items():
            assert together.students[name].train_loss == pytest.approx(scores.train_loss, rel=1e-3)


def test_a_cells_run_is_a_run_like_any_other(store):
    config = SweepConfig(base=SMALL, temperatures=(4,), weights=(0.5,), seeds=(0, 1))
    folder, events = swept(config, store, executor="joint")
    run = store.find(f"{folder.id}.0001", RUN)
    kinds = [event.kind for event in run.events()]

    assert kinds == ["started", "prepared", "epoch", "epoch", "snapshot", "finished"]
    assert run.state == "finished"
    assert {path.name for path in run.path.iterdir()} == {
        "config.json",
        "events.jsonl",
        "prepared.safetensors",
        "snapshot-0002.safetensors",
        "plain.safetensors",
        "distilled.safetensors",
    }
    assert store.list(RUN) == [], "the list of runs is not flooded"
    assert store.readable(SWEEP) == [folder.id]
    assert events[-1].kind == "sweep_finished"
    assert (events[-1].finished, events[-1].failed) == (2, 0)


def test_one_diverging_student_fails_alone(store):
    config = SweepConfig(
        base=SMALL.replace(optimizer="sgd", student="mlp:64,64", epochs=50),
        temperatures=(4,),
        weights=(0.5,),
        seeds=(0,),
        lrs=(0.003, 100.0),
    )
    folder, events = swept(config, store, executor="joint")
    good, bad = (folder.cell(number).events() for number in (0, 1))

    assert isinstance(good[-1], Finished)
    assert isinstance(bad[-1], Failed)
    assert bad[-1].code == "loss_not_finite"
    assert math.isfinite(last_epoch(good).students["distilled"].train_loss)
    assert (events[-1].finished, events[-1].failed) == (1, 1)


def test_processes_give_what_one_process_gives(store):
    config = SweepConfig(base=SMALL, temperatures=(1, 8), weights=(0.5,), seeds=(0,))
    one, _ = swept(config, store, executor="joint")
    two, events = swept(config, store, executor="processes")
    assert [event.executor for event in events if event.kind == "sweep_prepared"] == ["processes"]
    for number in range(2):
        together, apart = (last_epoch(folder.cell(number).events()) for folder in (one, two))
        assert apart.students["distilled"].nll == pytest.approx(
            together.students["distilled"].nll, rel=1e-3
        )


def test_a_stopped_sweep_keeps_what_it_has(store):
    config = SweepConfig(
        base=SMALL.replace(epochs=200), temperatures=(1, 8), weights=(0.5,), seeds=(0,)
    )
    folder = store.create(config)
    work = Job(config, folder, executor="joint")
    events = []
    for event in recorded(work, folder):
        events.append(event)
        if isinstance(event, CellsScored) and event.epoch == 2:
            work.controls.stop()

    assert events[-1].stopped
    assert events[-2].kind == "cells_ended"
    end = folder.cell(0).events()[-1]
    assert (end.kind, end.stopped) == ("finished", True)
    assert end.epochs == 2
    assert end.students["distilled"].test_accuracy > 0
    assert folder.state == "stopped"


def test_the_plain_student_of_a_seed_is_trained_once():
    config = SweepConfig(base=SMALL, temperatures=(1, 2, 4), weights=(0.5, 1), seeds=(0, 1))
    places = NetworkLayout(dict(enumerate(config.cells)))
    plain = {nets["plain"] for nets in places.nets.values()}
    distilled = {nets["distilled"] for nets in places.nets.values()}

    assert places.count == 14
    assert len(plain) == 2
    assert len(distilled) == 12
    assert plain | distilled == set(range(14))


def test_only_what_one_loop_can_train_stands_together():
    cells = [
        SMALL,
        SMALL.replace(temperature=9),
        SMALL.replace(seed=4),
        SMALL.replace(batch_size=64),
        SMALL.replace(student="mlp:9"),
        SMALL.replace(temperature=9, seed=4),
    ]
    found = sorted(sorted(group) for group in joint_groups(cells))
    assert found == [[0, 1, 2, 5], [3], [4]]


@pytest.mark.parametrize("parts", [1, 2, 3, 4, 9, 12, 50])
def test_a_division_loses_no_cell_and_stays_rectangular(parts):
    cells = SweepConfig(base=SMALL, temperatures=(1, 2), weights=(0.5, 1), seeds=(0, 1, 2)).cells
    groups = split_group(cells, range(len(cells)), parts)
    assert sorted(number for group in groups for number in group) == list(range(12))
    assert len(groups) >= min(parts, 12)
    for group in groups:
        seeds = {cells[number].seed for number in group}
        others = {cells[number].replace(seed=0) for number in group}
        assert len(group) == len(seeds) * len(others)


def test_events_of_a_cell_begin_with_its_own_settings(store):
    config = SweepConfig(base=SMALL, temperatures=(3,), weights=(0.25,), seeds=(7,))
    folder, _ = swept(config, store, executor="joint")
    started, prepared = folder.cell(0).events()[:2]
    assert isinstance(started, Started)
    assert started.run == folder.cell_id(0)
    assert (started.config["temperature"], started.config["seed"]) == (3, 7)
    assert isinstance(prepared, Prepared)
    assert prepared.costs.keys() == {"teacher", "plain", "distilled"}
