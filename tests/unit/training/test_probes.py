"""Methods that look inside the networks, on flat inputs and on images."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from support.trained import events_of, of_kind, watch_trainer, without_clocks

from kdcore import Run, RunConfig
from kdcore.catalogue import METHODS
from kdcore.events import Failed
from kdcore.job import Job
from kdcore.jobs.run.events import Batch, Epoch, Finished, Snapshot, Started
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.models.build import build_model
from kdcore.models.feature_hooks import feature_hooks, stages
from kdcore.store import Store, recorded
from kdcore.training.grid.group import loaded
from kdcore.training.measuring.snapshots import snapshot_arrays
from kdcore.training.probes import GeneratedInputs
from kdcore.training.probes.moving_average import update_average

FLAT = RunConfig(
    dataset="digits",
    teacher="mlp:32,24",
    student="mlp:16,8",
    teacher_epochs=2,
    epochs=2,
    weight=0.3,
    transfer_size=320,
    device="cpu",
)
IMAGES = FLAT.replace(teacher="convnet:8,16", student="convnet:4,8")
INSIDE = [name for name, method in METHODS.items() if method.needs_graph]
PAIRS = [
    pytest.param(base.replace(method=name), id=f"{name}-{kind}")
    for name in INSIDE
    for kind, base in (("flat", FLAT), ("images", IMAGES))
    if kind == "images" or METHODS[name].feature_layers != "maps"
]


@pytest.mark.parametrize("config", PAIRS)
def test_every_active_term_pulls_and_the_teacher_stays_as_it_was(config, monkeypatch):
    seen = watch_trainer(monkeypatch)
    events = events_of(config)
    for event in of_kind(events, Batch):
        plain, distilled = event.students["plain"], event.students["distilled"]
        assert distilled.hard_gradient > 0
        assert distilled.soft_gradient > 0
        assert distilled.loss == pytest.approx(
            0.7 * distilled.hard_loss + 0.3 * distilled.soft_loss, rel=1e-5
        )
        assert plain.soft_gradient == plain.soft_loss == 0
    ((trainer, before, steps),) = seen
    assert steps
    for name, value in trainer.teacher.module.state_dict().items():
        assert torch.equal(value, before[name]), name


@pytest.mark.parametrize("config", PAIRS)
def test_the_same_seed_tells_the_same_events_bit_for_bit(config):
    one, two = (
        [without_clocks(event.to_dict()) for event in events_of(config.replace(epochs=1))]
        for _ in "ab"
    )
    assert one == two


@pytest.mark.parametrize("config", PAIRS)
def test_the_plain_student_is_the_one_of_any_other_method(config):
    plain = [
        of_kind(events_of(each), Epoch)[-1].students["plain"]
        for each in (config, config.replace(method="kd"))
    ]
    assert plain[0].train_loss == pytest.approx(plain[1].train_loss, rel=1e-4)


@pytest.mark.parametrize(
    "method", [name for name in INSIDE if METHODS[name].feature_layers != "maps"]
)
def test_without_weight_the_distilled_student_is_the_plain_one(method):
    for event in of_kind(events_of(FLAT.replace(method=method, weight=0)), Epoch):
        plain, distilled = event.students["plain"], event.students["distilled"]
        assert distilled.train_loss == plain.train_loss
        assert distilled.test_errors == plain.test_errors


@pytest.mark.parametrize("method", ["hint", "variational_information", "contrastive"])
def test_an_adapter_learns(method):
    epochs = of_kind(events_of(FLAT.replace(method=method, weight=1, epochs=6)), Epoch)
    losses = [event.students["distilled"].train_loss for event in epochs]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    "method", [name for name in INSIDE if METHODS[name].feature_layers != "maps"]
)
def test_students_of_a_sweep_are_those_of_runs_of_their_own(method, tmp_path):
    """Chance included: adapters, noise and discriminators are those of each one's seed."""
    base = FLAT.replace(method=method, epochs=1)
    sweep = SweepConfig(base=base, temperatures=(4,), weights=(0.1, 0.6), seeds=(0, 1))
    folder = Store(tmp_path).create(sweep)
    for _ in recorded(Job(sweep, folder, executor="joint"), folder):
        pass
    for cell, config in enumerate(sweep.cells):
        together, alone = (
            of_kind(events, Epoch)[-1].students["distilled"]
            for events in (folder.cell(cell).events(), events_of(config))
        )
        assert together.train_loss == pytest.approx(alone.train_loss, rel=1e-4)
        assert together.soft_loss == pytest.approx(alone.soft_loss, rel=1e-3)
        if METHODS[method].pictures:
            (last,) = of_kind(folder.cell(cell).events(), Snapshot)
            assert "made_inputs" in folder.cell(cell).load_arrays(last.arrays)


def test_a_judge_learns_to_tell_a_student_that_does_not_listen():
    """With λ = 0 nobody misleads it; it can tell an untrained student from its teacher."""
    config = FLAT.replace(method="adversarial", weight=0, epochs=8, lr=1e-6, temperature=1)
    told_apart = [
        event.students["distilled"].measures["discriminator_accuracy"]
        for event in of_kind(events_of(config), Batch)
        if event.students["distilled"].measures
    ]

    assert told_apart[-1] > max(0.8, told_apart[0])


def last_epoch(config, folder=None):
    return of_kind(events_of(config, folder), Epoch)[-1].students["distilled"]


WITHOUT_DATA = FLAT.replace(method="generator", weight=1, students="distilled")


def test_a_student_learns_the_digits_without_data():
    config = WITHOUT_DATA.replace(
        teacher="mlp:64", student="mlp:32", teacher_epochs=8, epochs=6, transfer_size=0, lr=0.01
    )

    assert last_epoch(config).test_accuracy > 0.7  # chance has a tenth


@pytest.mark.parametrize("models", [{}, {"teacher": "convnet:8,16", "student": "convnet:4,8"}])
def test_without_the_hard_term_no_label_and_no_real_input_leaves_a_trace(models):
    """Not even in running statistics."""
    config = WITHOUT_DATA.replace(**models)
    usual = last_epoch(config)
    other = last_epoch(config.replace(label_noise=1, augment="shift"))

    assert (usual.nll, usual.soft_loss) == (other.nll, other.soft_loss)
    assert usual.hard_loss != other.hard_loss


def test_running_statistics_are_those_of_real_inputs_where_the_student_learns_from_them():
    config = IMAGES.replace(method="generator:generator_lr=0", weight=1e-9)
    plain, distilled = of_kind(events_of(config), Epoch)[-1].students.values()

    assert distilled.nll == pytest.approx(plain.nll, rel=1e-3)


def measured(config, name):
    """A number of the distilled student's, each time that it was told."""
    return [
        event.students["distilled"].measures[name]
        for event in of_kind(events_of(config), Batch)
        if event.students["distilled"].measures
    ]


def test_a_generator_finds_where_a_student_that_stands_still_differs():
    still = FLAT.replace(weight=0, lr=1e-7, epochs=4)
    led, idle = (
        measured(still.replace(method=f"generator:generator_lr={lr}"), "generated_kl")
        for lr in (0.005, 0)
    )

    assert led[-1] > 1.5 * led[0]
    assert idle[-1] == pytest.approx(idle[0], rel=0.1)


def test_a_last_batch_of_one_example_is_no_trouble():
    config = WITHOUT_DATA.replace(dataset="moons", transfer_size=33)

    assert isinstance(events_of(config)[-1], Finished)


def test_a_generator_can_be_held_to_all_classes():
    free, held = (
        measured(WITHOUT_DATA.replace(method=method, epochs=4), "generated_spread")[-1]
        for method in ("generator", "generator:spread=20")
    )

    assert held > max(0.9, free)


@pytest.mark.parametrize("base", [FLAT, FLAT.replace(dataset="moons", transfer_size=0)])
def test_what_a_generator_makes_is_kept_with_both_answers(base, tmp_path):
    config = base.replace(method="generator", epochs=2)
    folder = Store(tmp_path).create(config)
    events = events_of(config, folder)
    kept = [folder.load_arrays(event.arrays) for event in of_kind(events, Snapshot)]

    shape, kind = ((24, 8, 8, 1), np.uint8) if base is FLAT else ((24, 2), np.float32)
    assert [(each["made_inputs"].shape, each["made_inputs"].dtype) for each in kept] == [
        (shape, kind)
    ] * 3
    assert (kept[0]["made_inputs"] != kept[-1]["made_inputs"]).any()
    classes = len(of_kind(events, Started)[0].classes)
    assert kept[-1]["made_teacher"].shape == kept[-1]["made_student"].shape == (24, classes)
    # to look at them takes nothing from chance
    alone = of_kind(events_of(config), Epoch)[-1].students["distilled"]
    assert of_kind(events, Epoch)[-1].students["distilled"] == alone


def test_a_generated_picture_has_the_brightness_of_the_data():
    data = loaded(FLAT, None)
    low, high = data.train.inputs.amin(), data.train.inputs.amax()
    pictures = torch.stack([low.expand(1, 8, 8), high.expand(1, 8, 8)]).float()
    arrays = load(
        snapshot_arrays({}, data, GeneratedInputs(pictures, torch.zeros(2, 10), torch.zeros(2, 10)))
    )

    assert arrays["made_inputs"].reshape(2, -1).tolist() == [[0] * 64, [255] * 64]


LEARNED_T = FLAT.replace(
    teacher_epochs=10, method="learned_temperature:span=6:strength=20", epochs=6
)


def test_a_temperature_is_learned_within_its_range():
    found = measured(LEARNED_T, "learned_temperature")

    assert all(1 <= temperature <= 7 for temperature in found)
    assert max(found) - min(found) > 0.2


def test_a_temperature_without_strength_stays():
    found = measured(
        LEARNED_T.replace(method="learned_temperature:strength=0"), "learned_temperature"
    )

    assert found == pytest.approx([1 + 20 / (1 + math.exp(-1))] * len(found))


def test_a_temperature_learns_against_the_student():
    """The loss of one that stands still grows from epoch to epoch, at the same answers."""
    losses = [
        event.students["distilled"].soft_loss
        for event in of_kind(events_of(LEARNED_T.replace(lr=1e-7)), Epoch)
    ]

    assert all(after > before for before, after in pairwise(losses))


def test_an_average_follows_its_student_by_the_decay_and_soon_forgets_the_start():
    student, average = (build_model("convnet:2", (1, 4, 4), 3, seed) for seed in (0, 1))
    kept = {name: value.numpy().copy() for name, value in average.state_dict().items()}
    chance = torch.Generator().manual_seed(0)
    for step in range(6):
        for value in student.state_dict().values():
            value.copy_(torch.randn(value.shape, generator=chance) * 10)
        update_average(average, student, torch.tensor(0.75), step)
        decay = min(0.75, step / (step + 1))
        for name, value in student.state_dict().items():
            whole = kept[name].dtype.kind == "i"
            kept[name] = (
                value.numpy() if whole else decay * kept[name] + (1 - decay) * value.numpy()
            )
            kept[name] = kept[name].copy()

    assert any(value.dtype.kind == "i" for value in kept.values())
    for name, value in average.state_dict().items():
        np.testing.assert_allclose(value.numpy(), kept[name], rtol=1e-5, atol=1e-5)


def test_a_longer_memory_leaves_the_average_further_behind_its_student():
    near, far = (
        measured(FLAT.replace(method=f"moving_average:decay={decay}", epochs=4), "average_kl")
        for decay in (0.9, 0.999)
    )

    assert 0 < near[-1] < far[-1]


def test_layers_may_be_named_by_module_path():
    config = FLAT.replace(
        method="hint",
        student_layers="layers.0,activations.1",
        teacher_layers="layers.1,activations.0",
        epochs=1,
    )
    named = of_kind(events_of(config), Epoch)[-1].students["distilled"]
    usual = of_kind(events_of(FLAT.replace(method="hint", epochs=1)), Epoch)[-1].students[
        "distilled"
    ]

    assert named.soft_loss != usual.soft_loss


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"student_layers": "activation.1", "teacher_layers": "layers.0"},
            "Did you mean 'activations.1'",
        ),
        ({"student_layers": "layers.0,layers.1", "teacher_layers": "layers.0"}, "names 2 modules"),
        (
            {
                "method": "attention_transfer",
                "teacher": "convnet:4",
                "student": "convnet:4",
                "student_layers": "head",
                "teacher_layers": "head",
            },
            "compares feature maps",
        ),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_sentence(changes, sentence):
    last = list(Run(FLAT.replace(**{"method": "hint", **changes})))[-1]

    assert isinstance(last, Failed)
    assert sentence in last.error
    assert not last.details


def test_maps_and_vectors_are_compared_through_an_adapter():
    for teacher, student in (("convnet:8,16", "mlp:16"), ("mlp:32", "convnet:4,8")):
        for method in ("hint", "variational_information", "contrastive", "relational"):
            last = events_of(
                IMAGES.replace(teacher=teacher, student=student, method=method, epochs=1)
            )[-1]
            assert isinstance(last, Finished)


@pytest.mark.parametrize("spec", ["mlp:8,6", "convnet:4,8", "resnet8", "resnet18", "mobilenet_v2"])
def test_the_stages_of_a_network_can_be_tapped(spec):
    network = build_model(spec, (3, 32, 32), 10, 0).eval()
    with torch.no_grad(), feature_hooks(network, stages(network)) as found:
        network(torch.zeros(2, 3, 32, 32))

    assert list(found) == stages(network)
    assert all(features.ndim == (2 if spec.startswith("mlp") else 4) for features in found.values())
    assert not any(module._forward_hooks for module in network.modules())


def test_several_processes_do_not_share_what_is_inside(monkeypatch):
    monkeypatch.setattr("kdcore.training.trainer.world_size", lambda: 2)
    last = list(Run(FLAT.replace(method="hint")))[-1]

    assert isinstance(last, Failed)
    assert "without torchrun" in last.error
