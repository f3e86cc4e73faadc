"""Muon against its definition, against PyTorch's own, and K nets at once against each alone."""

import copy
import pickle

import numpy as np
import pytest
import torch
from support.files import collect
from torch import nn

from kdcore import RunConfig
from kdcore.data import load_dataset
from kdcore.models.mlp import MLP
from kdcore.training.networks.muon import Muon, orthogonalised
from kdcore.training.networks.parameter_chunks import matrices_apart
from kdcore.training.networks.students import Students
from kdcore.training.run_files import started

CPU = torch.device("cpu")


def normal(*shape, seed=2, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def nets(widths, count):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return [MLP(widths) for _ in range(count)]


def by_singular_values(matrix, coefficients=(3.4445, -4.7750, 2.0315), steps=5, eps=1e-7):
    """What the iterations come to: an odd polynomial of the singular values alone."""
    a, b, c = coefficients
    left, values, right = np.linalg.svd(matrix.double().numpy(), full_matrices=False)
    values = values / max(np.linalg.norm(matrix), eps)
    for _ in range(steps):
        values = a * values + b * values**3 + c * values**5
    return torch.from_numpy(left * values @ right)


@pytest.mark.parametrize("shape", [(6, 9), (9, 6), (5, 5)])
def test_singular_values_go_through_the_polynomial_and_directions_stay(shape):
    matrix = normal(*shape, dtype=torch.float64)
    (found,) = orthogonalised(matrix[None], torch.float64)

    torch.testing.assert_close(found, by_singular_values(matrix), rtol=1e-9, atol=1e-9)


def test_matrices_of_one_call_do_not_know_each_other():
    matrices = normal(3, 4, 7, dtype=torch.float64) * torch.tensor([1.0, 1e3, 1e-3])[:, None, None]
    together = orthogonalised(matrices, torch.float64)

    for matrix, found in zip(matrices, together, strict=True):
        alone = orthogonalised(matrix[None], torch.float64)[0]
        torch.testing.assert_close(found, alone, rtol=1e-12, atol=1e-12)


def test_a_matrix_without_gradient_stays():
    weight = nn.Parameter(normal(4, 3))
    weight.grad = torch.zeros(4, 3)
    before = weight.detach().clone()
    Muon([weight], [(1, 4, 3)]).step()

    assert torch.equal(weight, before)


@pytest.mark.parametrize("rates", [[0.02, 0.02], [0.02, 0.005]])
def test_stacked_nets_move_as_each_by_pytorchs_muon_and_adam(monkeypatch, rates):
    # PyTorch's own iterations are rounded to bf16 throughout
    exact = lambda matrix, *how: by_singular_values(matrix, *how).float()  # noqa: E731
    monkeypatch.setattr(torch.optim._muon, "_zeropower_via_newtonschulz", exact)
    ours = nets((6, 8, 7, 8, 3), 4)
    references = copy.deepcopy(ours)
    students = Students(
        [ours[:2], ours[2:]],
        optimizer="muon",
        lr=rates,
        seeds=range(4),
        precision="float32",
        device=CPU,
    )
    optimizers = []
    for at, net in enumerate(references):
        hidden = [layer.weight for layer in net.layers[1:-1]]
        others = [one for one in net.parameters() if all(one is not weight for weight in hidden)]
        lr = rates[at % 2]
        optimizers.append(
            [
                torch.optim.Muon(hidden, lr=lr, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"),
                torch.optim.Adam(others, lr=lr),
            ]
        )
    for step in range(4):
        inputs = normal(2, 9, 6, seed=step)
        gradient = normal(2, 2, 9, 3, seed=10 + step)
        students.forward(inputs)
        students.learn(gradient, rates)
        for at, net in enumerate(references):
            net.zero_grad()
            net(inputs[at // 2]).backward(gradient[at // 2, at % 2])
            for optimizer in optimizers[at]:
                optimizer.step()

    for mine, theirs, start in zip(ours, references, nets((6, 8, 7, 8, 3), 4), strict=True):
        for layer, expected, began in zip(mine.layers, theirs.layers, start.layers, strict=True):
            moved = (expected.weight - began.weight).norm()
            assert (layer.weight - expected.weight).norm() < 1e-3 * moved


def reloaded(optimizer):
    state = copy.deepcopy(optimizer.state_dict())
    weights = [one.detach().clone() for one in optimizer.param_groups[0]["params"]]
    found = Muon(weights, optimizer._matrices, optimizer._products, lr=1.0)
    found.load_state_dict(state)
    return found


COPIES = {
    "copied": copy.deepcopy,
    "pickled": lambda optimizer: pickle.loads(pickle.dumps(optimizer)),  # noqa: S301
    "reloaded": reloaded,
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_takes_the_same_next_step_and_leaves_the_original_alone(copied):
    shapes = [(1, 4, 6), (2, 4, 6), (1, 5, 3)]
    weights = [normal(*shape, seed=at) for at, shape in enumerate(shapes)]
    optimizer = Muon(weights, shapes, torch.bfloat16, lr=0.02)

    def step(one, seed):
        for at, weight in enumerate(one.param_groups[0]["params"]):
            weight.grad = normal(*weight.shape, seed=seed + at)
        one.step()

    step(optimizer, 10)
    other = copied(optimizer)
    others = other.param_groups[0]["params"]
    before = [weight.clone() for weight in weights]
    step(other, 20)
    assert all(map(torch.equal, weights, before))
    assert not any(map(torch.equal, others, before))

    step(optimizer, 20)
    assert all(map(torch.equal, weights, others))


def test_convolutions_between_the_first_and_the_last_layer_are_matrices():
    module = nn.Sequential(
        nn.Conv2d(1, 4, 3),
        nn.BatchNorm2d(4),
        nn.Conv2d(4, 6, 3),
        nn.Conv2d(6, 6, 3, groups=6),
        nn.Flatten(),
        nn.Linear(6, 5),
        nn.Linear(5, 2),
    )
    hidden, others = matrices_apart([module])

    assert [id(weight) for weight in hidden.weights] == [id(module[2].weight), id(module[5].weight)]
    assert hidden.matrices == [(1, 6, 36), (1, 5, 6)]
    every = {id(weight) for weight in module.parameters()}
    assert {id(weight) for weight in [*hidden.weights, *others.weights]} == every
    assert len(hidden.weights) + len(others.weights) == len(every)
    assert not others.matrices


@pytest.mark.parametrize(("student", "codes"), [("mlp:4", ["muon_by_adam"]), ("mlp:4,4", [])])
def test_a_run_in_which_muon_has_nothing_to_move_says_so(student, codes):
    config = RunConfig(dataset="digits", student=student, optimizer="muon", device="cpu")
    found = collect(load_dataset(config, None))[1]

    assert [one.code for one in started(config, "run", CPU, found).notes] == codes


def test_an_embedding_is_a_first_layer():
    module = nn.Sequential(nn.EmbeddingBag(9, 4), nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 2))
    hidden, _ = matrices_apart([module])

    assert [id(weight) for weight in hidden.weights] == [id(module[1].weight)]


def test_in_bf16_it_moves_nearly_as_in_float32():
    moved = []
    for precision in ("float32", "bf16"):
        modules = nets((6, 16, 16, 3), 2)
        students = Students(
            [modules], optimizer="muon", lr=[0.01, 0.01], seeds=range(2), precision=precision,
            device=CPU,
        )  # fmt: skip
        before = modules[1].layers[1].weight.clone()
        for step in range(3):
            students.forward(normal(1, 9, 6, seed=step))
            students.learn(normal(1, 2, 9, 3, seed=10 + step), [0.01, 0.01])
        moved.append(modules[1].layers[1].weight - before)

    exact, rounded = moved
    assert 0 < (rounded - exact).norm() < 0.1 * exact.norm()
