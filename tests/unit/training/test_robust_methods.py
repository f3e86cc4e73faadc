"""The inner maximisation of ARD and RSLAD: where it goes, and what it leaves alone."""

from types import SimpleNamespace

import pytest
import torch
from support.trained import events_of, of_kind

from kdcore import RunConfig
from kdcore.catalogue import METHODS
from kdcore.data import Dataset, Split
from kdcore.inputs import Features, Image
from kdcore.jobs.run.events import Epoch
from kdcore.training.probes.attacked_inputs import LabelAttackProbe, SoftLabelAttackProbe

BATCH, CLASSES, STEPS, EPSILON = 4, 3, 3, 0.1
PROBES = {"ard": LabelAttackProbe, "rslad": SoftLabelAttackProbe}


def data_of(kind):
    generator = torch.Generator().manual_seed(0)
    if kind == "images":
        inputs = torch.randint(256, (20, 1, 2, 2), generator=generator, dtype=torch.uint8)
    else:
        inputs = 5 * torch.randn(20, 4, generator=generator)
    split = Split(inputs, torch.randint(CLASSES, (20,), generator=generator))
    values = inputs.float()
    axes = (0, 2, 3) if kind == "images" else 0
    mean, std = values.mean(axes), values.std(axes)
    if kind == "images":
        mean, std = mean[:, None, None], std[:, None, None]
    return Dataset(
        "x",
        ("a", "b", "c"),
        split,
        split,
        split,
        mean,
        std,
        Image() if kind == "images" else Features(),
    )


class Linear(torch.nn.Module):
    """With something that differs in training mode."""

    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(1)
        self.weight = torch.nn.Parameter(torch.randn(CLASSES, 4, generator=generator))
        self.modes = []

    def forward(self, inputs):
        self.modes.append(self.training)
        return inputs.flatten(1) @ self.weight.T


def attacked_by(name, kind):
    """The student, the batch and what the probe makes of it."""
    data, student = data_of(kind), Linear()
    seen = []
    student.register_forward_pre_hook(lambda _, given: seen.append(given[0].detach().clone()))
    students = SimpleNamespace(
        modules=[student], step=0, chance=lambda *_: torch.enable_grad(), logits_of=lambda _: clean
    )
    context = SimpleNamespace(
        data=data, students=students, seeds=[0], members=[None], place=lambda _: (0, 0)
    )
    probe = PROBES[name](context, [0])
    inputs = data.normalised(data.train.inputs[:BATCH])
    labels, teacher = data.train.labels[:BATCH], torch.randn(BATCH, CLASSES)
    clean = inputs.flatten(1) @ student.weight.T
    controls = SimpleNamespace(
        settings={"epsilon": torch.tensor([EPSILON]), "steps": torch.tensor([float(STEPS)])}
    )
    probe.observe(inputs[None], labels[None], teacher[None], controls)
    (given,) = probe.loss_inputs(0, controls)
    return SimpleNamespace(
        data=data,
        student=student,
        seen=seen,
        inputs=inputs,
        labels=labels,
        teacher=teacher,
        given=given,
    )


@pytest.mark.parametrize("kind", ["images", "features"])
@pytest.mark.parametrize("name", PROBES)
def test_the_attack_is_the_one_of_a_loop_over_steps(name, kind):
    found = attacked_by(name, kind)
    data, weight = found.data, found.student.weight.detach().double()
    values = data.train.inputs.double()
    low, high = (0.0, 255.0) if kind == "images" else (values.amin(0), values.amax(0))
    ends = [((end - data.mean.double()) / data.std.double()) for end in (low, high)]
    radius = EPSILON * (ends[1] - ends[0])
    at = found.seen[0].double()
    assert (at - found.inputs).abs().le(radius + 1e-6).all()
    for step in range(1, STEPS + 1):
        own = (at.flatten(1) @ weight.T).softmax(-1)
        if name == "ard":
            target = torch.nn.functional.one_hot(found.labels, CLASSES).double()
        else:
            target = found.teacher.double().softmax(-1)
        gradient = ((own - target) @ weight).view_as(at)  # of CE and of KL alike
        at = at + radius / 4 * gradient.sign()
        at = torch.maximum(torch.minimum(at, found.inputs + radius), found.inputs - radius)
        at = torch.maximum(torch.minimum(at, ends[1]), ends[0])
        assert torch.allclose(found.seen[step].double(), at, atol=1e-5)
    assert len(found.seen) == STEPS + 1


@pytest.mark.parametrize("name", PROBES)
def test_the_student_is_attacked_as_it_is_used_and_learns_as_it_learns(name):
    found = attacked_by(name, "images")

    assert found.student.modes == [False] * STEPS + [True]
    assert found.student.training
    assert found.student.weight.grad is None
    assert found.given["attacked_student_logits"].requires_grad


@pytest.mark.parametrize("method", ["ard", "rslad"])
def test_a_student_can_learn_by_it_alone(method):
    config = RunConfig(
        dataset="digits",
        teacher="mlp:32",
        student="mlp:32",
        teacher_epochs=4,
        epochs=3,
        students="distilled",
        method=f"{method}:steps=2",
        device="cpu",
        lr=0.01,
        **METHODS[method].published,
    )
    epochs = of_kind(events_of(config), Epoch)

    assert epochs[-1].students["distilled"].test_accuracy > 0.7  # chance has a tenth
