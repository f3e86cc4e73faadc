"""The written-out backward pass against autograd, in float64; seeds, members and their rates."""

import copy

import pytest
import torch

from kdcore.models.mlp import MLP
from kdcore.training.networks import stacked_mlp
from kdcore.training.networks.stacked_mlp import StackedMLP
from kdcore.training.networks.students import Students

CPU = torch.device("cpu")


def nets(widths, count, dtype=torch.float64):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return [MLP(widths).to(dtype) for _ in range(count)]


def normal(*shape, seed=2, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@pytest.mark.parametrize(("seeds", "members"), [(1, 1), (1, 3), (2, 1), (3, 2)])
@pytest.mark.parametrize("widths", [(6, 4), (6, 5, 4), (6, 8, 7, 3)])
def test_its_gradients_equal_autograds(widths, seeds, members):
    modules = nets(widths, seeds * members)
    references = copy.deepcopy(modules)
    inputs = normal(seeds, 9, 2, 3)
    gradient = normal(seeds * members, 9, widths[-1], seed=3)
    stack = StackedMLP(modules, seeds)
    logits = stack.forward(inputs)
    stack.backward(gradient)
    (piece,) = stack.chunks(range(len(modules)))
    (flat,) = piece.weights
    parts = iter(flat.grad.split(1))
    for at, reference in enumerate(references):
        expected = reference(inputs[at // members])
        expected.backward(gradient[at])
        torch.testing.assert_close(logits[at], expected.detach(), rtol=1e-12, atol=1e-12)
    for alike in zip(*(reference.parameters() for reference in references), strict=True):
        for parameter in alike:
            found = torch.cat([next(parts) for _ in range(parameter.numel())])
            torch.testing.assert_close(found, parameter.grad.flatten(), rtol=1e-12, atol=1e-12)


def test_it_answers_as_the_modules_do():
    modules = nets((6, 8, 4), 4)
    stack = StackedMLP(modules, 2)
    inputs = normal(5, 6)
    for answer, module in zip(stack.predict(inputs), modules, strict=True):
        torch.testing.assert_close(answer, module(inputs).detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "gd"])
def test_each_module_learns_as_with_pytorchs_optimizer_at_its_own_rate(optimizer):
    rates = [0.01, 0.1, 0.01]
    ours = nets((6, 8, 4), 6, torch.float32)
    references = copy.deepcopy(ours)
    students = Students(
        [ours[:3], ours[3:]],
        optimizer=optimizer,
        lr=rates,
        seeds=range(6),
        precision="float32",
        device=CPU,
    )
    steps = [
        {
            "adam": lambda net, lr: torch.optim.Adam(net.parameters(), lr=lr),
            "sgd": lambda net, lr: torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9),
            "gd": lambda net, lr: torch.optim.SGD(net.parameters(), lr=lr),
        }[optimizer](net, rates[at % 3])
        for at, net in enumerate(references)
    ]
    for step in range(5):
        inputs = normal(2, 7, 6, seed=step, dtype=torch.float32)
        gradient = normal(2, 3, 7, 4, seed=10 + step, dtype=torch.float32)
        students.forward(inputs)
        students.learn(gradient, rates)
        for at, (net, optimise) in enumerate(zip(references, steps, strict=True)):
            optimise.zero_grad()
            net(inputs[at // 3]).backward(gradient[at // 3, at % 3])
            optimise.step()
    for mine, theirs in zip(ours, references, strict=True):
        for one, other in zip(mine.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_in_bf16_the_weights_stay_float32_and_the_gradient_is_near():
    modules = nets((6, 8, 3), 2, torch.float32)
    references = copy.deepcopy(modules)
    inputs = normal(1, 9, 6, dtype=torch.float32)
    gradient = normal(2, 9, 3, seed=3, dtype=torch.float32)
    stack = StackedMLP(modules, 1, "bf16")
    logits = stack.forward(inputs)
    stack.backward(gradient)
    (piece,) = stack.chunks([0, 1])
    (flat,) = piece.weights
    piece.take_gradient()
    for at, reference in enumerate(references):
        expected = reference(inputs[0])
        expected.backward(gradient[at])
        torch.testing.assert_close(logits[at], expected.detach(), rtol=0.05, atol=0.02)
    alike = zip(*(reference.parameters() for reference in references), strict=True)
    exact = torch.cat([parameter.grad.flatten() for pair in alike for parameter in pair])

    assert logits.dtype == flat.dtype == torch.float32
    assert 0 < (flat.grad - exact).norm() / exact.norm() < 0.02


def test_in_bf16_small_steps_are_not_lost():
    (module,) = nets((6, 8, 3), 1, torch.float32)
    students = Students(
        [[module]], optimizer="gd", lr=[1e-4], seeds=[0], precision="bf16", device=CPU
    )
    before = [parameter.clone() for parameter in module.parameters()]
    for _ in range(3):
        students.forward(torch.ones(1, 4, 6))
        students.learn(torch.ones(1, 1, 4, 3), [1e-4])

    after = list(module.parameters())
    assert all(not torch.equal(old, new) for old, new in zip(before[2:], after[2:], strict=True))


@pytest.mark.parametrize("rates", [[1e-2, 1e-2], [1e-2, 3e-3]])
def test_in_bf16_pieces_move_as_the_whole_would(monkeypatch, rates):
    gradients = [normal(1, 2, 9, 3, seed=step, dtype=torch.float32) for step in range(4)]
    inputs = normal(1, 9, 6, dtype=torch.float32)
    moved = []
    for largest in (7, 10_000):
        monkeypatch.setattr(stacked_mlp, "LARGEST", largest)
        modules = nets((6, 8, 3), 2, torch.float32)
        students = Students(
            [modules], optimizer="adam", lr=rates, seeds=range(2), precision="bf16", device=CPU
        )
        for gradient in gradients:
            students.forward(inputs)
            students.learn(gradient, rates)
        moved.append([weight.clone() for module in modules for weight in module.parameters()])
        answer = students.body.predict(inputs[0])
        for own, module in zip(answer, modules, strict=True):
            torch.testing.assert_close(own, module(inputs[0]), rtol=0.05, atol=0.05)

    for one, other in zip(*moved, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-7)
