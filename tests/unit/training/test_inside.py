"""Methods that look inside the networks, on flat inputs and on images."""

import pytest
import torch
from told_runs import of_kind, told, watched_lesson, without_clocks

from kdcore import Run, RunConfig
from kdcore.catalogue import METHODS
from kdcore.events import Batch, Epoch, Failed, Finished
from kdcore.models.build import build_model
from kdcore.models.taps import stages, tapped
from kdcore.run import Sweep
from kdcore.store import Store, recorded
from kdcore.sweep_config import SweepConfig

FLAT = RunConfig(teacher="mlp:32,24", student="mlp:16,8", teacher_epochs=2, epochs=2, weight=0.3,
                 transfer_size=320, device="cpu")  # fmt: skip
IMAGES = FLAT.but(teacher="convnet:8,16", student="convnet:4,8")
INSIDE = [name for name, method in METHODS.items() if method.acts_inside]
PAIRS = [
    pytest.param(base.but(method=name), id=f"{name}-{kind}")
    for name in INSIDE for kind, base in (("flat", FLAT), ("images", IMAGES))
    if kind == "images" or METHODS[name].taps != "maps"
]  # fmt: skip


@pytest.mark.parametrize("config", PAIRS)
def test_every_active_term_pulls_and_the_teacher_stays_as_it_was(config, monkeypatch):
    seen = watched_lesson(monkeypatch)
    events = told(config)
    for event in of_kind(events, Batch):
        plain, distilled = event.students["plain"], event.students["distilled"]
        assert distilled.hard_gradient > 0
        assert distilled.soft_gradient > 0
        assert distilled.loss == pytest.approx(
            0.7 * distilled.hard_loss + 0.3 * distilled.soft_loss, rel=1e-5
        )
        assert plain.soft_gradient == plain.soft_loss == 0
    ((lesson, before, steps),) = seen
    assert steps
    for name, value in lesson.teacher.module.state_dict().items():
        assert torch.equal(value, before[name]), name


@pytest.mark.parametrize("config", PAIRS)
def test_the_same_seed_tells_the_same_events_bit_for_bit(config):
    one, two = ([without_clocks(event.to_dict()) for event in told(config.but(epochs=1))]
                for _ in "ab")  # fmt: skip
    assert one == two


@pytest.mark.parametrize("config", PAIRS)
def test_the_plain_student_is_the_one_of_any_other_method(config):
    plain = [of_kind(told(each), Epoch)[-1].students["plain"]
             for each in (config, config.but(method="kd"))]  # fmt: skip
    assert plain[0].train_loss == pytest.approx(plain[1].train_loss, rel=1e-4)


@pytest.mark.parametrize("method", [name for name in INSIDE if METHODS[name].taps != "maps"])
def test_without_weight_the_distilled_student_is_the_plain_one(method):
    for event in of_kind(told(FLAT.but(method=method, weight=0)), Epoch):
        plain, distilled = event.students["plain"], event.students["distilled"]
        assert distilled.train_loss == plain.train_loss
        assert distilled.test_errors == plain.test_errors


@pytest.mark.parametrize("method", ["hint", "variational_information", "contrastive"])
def test_an_adapter_learns(method):
    epochs = of_kind(told(FLAT.but(method=method, weight=1, epochs=6)), Epoch)
    losses = [event.students["distilled"].train_loss for event in epochs]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("method", [name for name in INSIDE if METHODS[name].taps != "maps"])
def test_students_of_a_sweep_are_those_of_runs_of_their_own(method, tmp_path):
    """Chance included: adapters, noise and judges are those of each one's seed."""
    base = FLAT.but(method=method, epochs=1)
    sweep = SweepConfig(base=base, temperatures=(4,), weights=(0.1, 0.6), seeds=(0, 1))
    folder = Store(tmp_path).create_sweep(sweep)
    for _ in recorded(Sweep(sweep, folder, executor="joint"), folder):
        pass
    for cell, config in enumerate(sweep.cells):
        together, alone = (of_kind(events, Epoch)[-1].students["distilled"]
                           for events in (folder.cell(cell).events(), told(config)))  # fmt: skip
        assert together.train_loss == pytest.approx(alone.train_loss, rel=1e-4)
        assert together.soft_loss == pytest.approx(alone.soft_loss, rel=1e-3)


def test_a_judge_learns_to_tell_a_student_that_does_not_listen():
    """With λ = 0 nobody misleads it; it can tell an untrained student from its teacher."""
    config = FLAT.but(method="adversarial", weight=0, epochs=8, lr=1e-6, temperature=1)
    told_apart = [event.students["distilled"].measures["discriminator_accuracy"]
                  for event in of_kind(told(config), Batch)
                  if event.students["distilled"].measures]  # fmt: skip

    assert told_apart[-1] > max(0.8, told_apart[0])


def test_layers_may_be_named_by_module_path():
    config = FLAT.but(method="hint", student_layers="layers.0,activations.1",
                      teacher_layers="layers.1,activations.0", epochs=1)  # fmt: skip
    named = of_kind(told(config), Epoch)[-1].students["distilled"]
    usual = of_kind(told(FLAT.but(method="hint", epochs=1)), Epoch)[-1].students["distilled"]

    assert named.soft_loss != usual.soft_loss


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"student_layers": "activation.1", "teacher_layers": "layers.0"},
      "Did you mean 'activations.1'"),
     ({"student_layers": "layers.0,layers.1", "teacher_layers": "layers.0"}, "names 2 modules"),
     ({"method": "attention_transfer", "teacher": "convnet:4", "student": "convnet:4",
       "student_layers": "head", "teacher_layers": "head"}, "compares maps")],
)  # fmt: skip
def test_what_cannot_be_compared_is_said_in_one_sentence(changes, sentence):
    last = list(Run(FLAT.but(**{"method": "hint", **changes})))[-1]

    assert isinstance(last, Failed)
    assert sentence in last.error
    assert not last.details


def test_maps_and_vectors_are_compared_through_an_adapter():
    for teacher, student in (("convnet:8,16", "mlp:16"), ("mlp:32", "convnet:4,8")):
        for method in ("hint", "variational_information", "contrastive", "relational"):
            last = told(IMAGES.but(teacher=teacher, student=student, method=method, epochs=1))[-1]
            assert isinstance(last, Finished)


@pytest.mark.parametrize("spec", ["mlp:8,6", "convnet:4,8", "resnet8", "resnet18", "mobilenet_v2"])
def test_the_stages_of_a_network_can_be_tapped(spec):
    network = build_model(spec, (3, 32, 32), 10, 0).eval()
    with torch.no_grad(), tapped(network, stages(network)) as found:
        network(torch.zeros(2, 3, 32, 32))

    assert list(found) == stages(network)
    assert all(features.ndim == (2 if spec.startswith("mlp") else 4) for features in found.values())
    assert not any(module._forward_hooks for module in network.modules())


def test_several_processes_do_not_share_what_is_inside(monkeypatch):
    monkeypatch.setattr("kdcore.training.lesson.world_size", lambda: 2)
    last = list(Run(FLAT.but(method="hint")))[-1]

    assert isinstance(last, Failed)
    assert "without torchrun" in last.error
