"""A run on an accelerator has the curves of the CPU, repeats itself and waits for no batch."""

import math

import pytest
import torch
from safetensors.torch import load_file
from support import trained
from support.trained import events_of, of_kind, without_clocks

from benchmarks.gpu_sections.against_cpu import losses_of
from benchmarks.gpu_sections.waiting import each_step, synchronisations
from kdcore import Run, RunConfig
from kdcore.commands import Retune
from kdcore.events import Failed
from kdcore.job import Job
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.run.events import Batch, Epoch, Finished
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.sweep.events import CellsScored
from kdcore.store import Store, recorded

pytestmark = pytest.mark.gpu

SMALL, IMAGES, SEVERAL = (
    config.replace(epochs=2, precision="float32")
    for config in (trained.SMALL, trained.IMAGES, trained.SEVERAL)
)
CONFIGS = {
    name: config.replace(epochs=2, precision="float32")
    for name, config in trained.OF_METHODS.items()
} | {
    "augmented": IMAGES.replace(augment="shift_flip", mixup=0.4),
    "sgd": SMALL.replace(optimizer="sgd", lr=0.05),
    "gd": SMALL.replace(optimizer="gd", lr=0.5),
    "convnet": IMAGES,
    "resnet8": IMAGES.replace(student="resnet8"),
    "resnet18": IMAGES.replace(student="resnet18", epochs=1),
    "several": SEVERAL.replace(teacher_mixing="entropy", also="0.5*logit_mse"),
    "ensemble": SMALL.replace(ensemble=2, also="0.5*hint"),
    "assistants": SMALL.replace(assistants="mlp:16"),
    "patience": SMALL.replace(patience=1, lr=0.1, epochs=3),
    "schedules": SMALL.replace(temperature_schedule="cosine:1", lr_schedule="warmup:1"),
    "unlabelled": SMALL.replace(unlabelled=0.5),
    "target": SMALL.replace(target="rotated", alignment="mmd", target_confidence=0.12),
    "coral": SMALL.replace(target="rotated", alignment="coral"),
    "label noise": SMALL.replace(label_noise=0.2),
    "forest": SMALL.replace(student="forest:7"),
}
DROPOUT = {
    "dropout": SMALL.replace(student="dropout_mlp:12", teacher="dropout_mlp:24"),
    "mobilenet": IMAGES.replace(student="mobilenet_v2", epochs=1),
}
TOLERANCE = 1e-3


@pytest.mark.parametrize("name", CONFIGS)
def test_losses_are_those_of_the_cpu(device, name):
    found = losses_of(CONFIGS[name].replace(device=device))
    expected = losses_of(CONFIGS[name].replace(device="cpu"))

    assert found.keys() == expected.keys()
    for place, values in expected.items():
        assert found[place] == pytest.approx(values, rel=TOLERANCE, abs=TOLERANCE), place


@pytest.mark.parametrize("name", DROPOUT)
def test_what_draws_on_the_device_trains_to_finite_losses(device, name):
    for place, values in losses_of(DROPOUT[name].replace(device=device)).items():
        assert all(map(math.isfinite, values)), place


@pytest.mark.parametrize("name", ["kd", "hint", "augmented", "resnet8", "mutual", "target"])
def test_the_same_seed_tells_the_same_events_bit_for_bit(device, name):
    config = CONFIGS[name].replace(device=device)
    first, second = ([without_clocks(event.to_dict()) for event in events_of(config)] for _ in "ab")
    assert first == second


@pytest.mark.parametrize("name", ["kd", "resnet8"])
def test_bf16_stays_near_float32(device, name):
    config = CONFIGS[name].replace(device=device)
    exact, rounded = losses_of(config), losses_of(config.replace(precision="bf16"))
    assert rounded["epoch 1 distilled"] == pytest.approx(exact["epoch 1 distilled"], rel=0.1)


def finish(folder, *, until=None):
    run = Run(folder.config, folder)
    events = recorded(run, folder)
    for event in events:
        if until and until(event):
            break
    events.close()
    return [without_clocks(event.to_dict()) for event in folder.events()]


@pytest.mark.parametrize("name", ["kd", "generator", "resnet8", "several"])
def test_a_run_taken_up_again_ends_as_one_that_was_not_broken_off(device, tmp_path, name):
    config = CONFIGS[name].replace(device=device, epochs=3)
    whole, broken = Store(tmp_path / "whole").create(config), Store(tmp_path / "b").create(config)
    expected = finish(whole)
    finish(broken, until=lambda event: isinstance(event, Batch) and event.position > 1)
    assert broken.state == "interrupted"
    assert finish(broken) == expected
    one, other = (load_file(folder.path / "distilled.safetensors") for folder in (whole, broken))
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_controls_act_while_it_trains(device):
    run = Run(SMALL.replace(device=device))
    run.controls.send(Retune("temperature", 9.0))
    last = [event for event in run if isinstance(event, Epoch)][-1]
    assert last.controls["temperature"] == 9.0


@pytest.mark.parametrize("student", ["mlp:12", "convnet:4,8"])
def test_students_of_a_sweep_are_those_of_the_cpu(device, student):
    found, expected = (
        cells(SMALL.replace(student=student, teacher="convnet:4,8", device=one))
        for one in (device, "cpu")
    )
    assert len(found) == 4
    assert found == pytest.approx(expected, rel=TOLERANCE)


def cells(config):
    sweep = SweepConfig(base=config, temperatures=(1.0, 4.0), weights=(0.5,), seeds=(0, 1))
    return {
        cell: scores.nll
        for scored in of_kind(list(Job(sweep)), CellsScored)
        for cell, scores in scored.distilled.items()
    }


def test_a_run_on_the_device_is_compressed(device, tmp_path):
    store = Store(tmp_path)
    folder = store.create(CONFIGS["convnet"].replace(device=device))
    finish(folder)
    config = CompressionConfig(run=folder.id, base=folder.config, epochs=1)
    shrunk = store.create(config)
    events = list(recorded(Job(config, shrunk), shrunk))
    assert not of_kind(events, Failed), of_kind(events, Failed)


def test_the_weights_it_saved_are_read_on_a_cpu(device, tmp_path):
    folder = Store(tmp_path).create(SMALL.replace(device=device))
    finish(folder)
    again = SMALL.replace(device="cpu", teacher_weights=str(folder.path / "teacher.safetensors"))
    (end,) = of_kind(events_of(again), Finished)
    (first,) = [event for event in folder.events() if isinstance(event, Finished)]
    assert end.teacher.nll == pytest.approx(first.teacher.nll, rel=TOLERANCE)


def test_a_run_without_memory_fails_alone_and_names_a_batch_that_fits(on_gpu):
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(1e9 / total)
    try:
        greedy = RunConfig(
            dataset="mnist5k",
            teacher="mlp:24",
            student="resnet20",
            teacher_epochs=1,
            epochs=1,
            batch_size=4000,
            device=on_gpu,
            precision="float32",
        )
        (failed,) = of_kind(events_of(greedy), Failed)
        assert failed.code == "out_of_memory_fits", failed
        assert of_kind(events_of(greedy.replace(batch_size=failed.values["fits"])), Finished)
        assert of_kind(events_of(SMALL.replace(device=on_gpu)), Finished)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


@pytest.mark.parametrize("name", ["kd", "hint", "augmented", "resnet8"])
def test_no_batch_waits_for_the_device_but_at_reports(on_gpu, name):
    with each_step(lambda: synchronisations("error")) as steps:
        losses_of(CONFIGS[name].replace(device=on_gpu))
    assert len(steps) > 2
