import copy

import pytest
import torch

from kdcore.models.mlp import MLP
from kdcore.training.hand_mlp import HandMLP
from kdcore.training.learners import AutogradLearner, Learners


def net(widths, dtype=torch.float64):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return MLP(widths).to(dtype)


@pytest.mark.parametrize("widths", [(6, 4), (6, 5, 4), (6, 8, 7, 3)])
def test_its_gradient_equals_autograds(widths):
    module = net(widths)
    reference = copy.deepcopy(module)
    generator = torch.Generator().manual_seed(2)
    inputs = torch.randn(9, 2, 3, generator=generator, dtype=torch.float64)
    gradient = torch.randn(9, widths[-1], generator=generator, dtype=torch.float64)
    hand = HandMLP(module)
    logits = hand.forward(inputs)
    hand.backward(gradient)
    expected = reference(inputs)
    expected.backward(gradient)
    torch.testing.assert_close(logits, expected.detach(), rtol=1e-12, atol=1e-12)
    flat = torch.cat([parameter.grad.reshape(-1) for parameter in reference.parameters()])
    torch.testing.assert_close(hand.weights[0].grad, flat, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "gd"])
def test_the_module_itself_learns_as_with_autograd(optimizer):
    ours, reference = net((6, 8, 4), torch.float32), net((6, 8, 4), torch.float32)
    device = torch.device("cpu")
    learners = Learners({"a": ours}, optimizer=optimizer, lr=0.01, precision="float32",
                        device=device)  # fmt: skip
    slow = AutogradLearner(reference, "float32", device)
    steps = {
        "adam": lambda: torch.optim.Adam(reference.parameters(), lr=0.01),
        "sgd": lambda: torch.optim.SGD(reference.parameters(), lr=0.01, momentum=0.9),
        "gd": lambda: torch.optim.SGD(reference.parameters(), lr=0.01),
    }[optimizer]()
    generator = torch.Generator().manual_seed(3)
    for _ in range(5):
        inputs = torch.randn(7, 6, generator=generator)
        gradient = torch.randn(7, 4, generator=generator)
        learners.forward(inputs)
        learners.learn([gradient], 0.01)
        slow.forward(inputs)
        slow.backward(gradient)
        steps.step()
    for mine, theirs in zip(ours.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-6)


def test_in_bf16_the_weights_stay_float32_and_the_gradient_is_near():
    module = net((6, 8, 3), torch.float32)
    reference = copy.deepcopy(module)
    generator = torch.Generator().manual_seed(2)
    inputs = torch.randn(9, 6, generator=generator)
    gradient = torch.randn(9, 3, generator=generator)
    hand = HandMLP(module, "bf16")
    logits = hand.forward(inputs)
    hand.backward(gradient)
    expected = reference(inputs)
    expected.backward(gradient)
    flat = torch.cat([parameter.grad.reshape(-1) for parameter in reference.parameters()])

    assert logits.dtype == hand.weights[0].dtype == torch.float32
    torch.testing.assert_close(logits, expected.detach(), rtol=0.05, atol=0.02)
    error = (hand.weights[0].grad - flat).norm() / flat.norm()
    assert 0 < error < 0.02


def test_in_bf16_small_steps_are_not_lost():
    module = net((6, 8, 3), torch.float32)
    learners = Learners({"a": module}, optimizer="gd", lr=1e-4, precision="bf16",
                        device=torch.device("cpu"))  # fmt: skip
    before = [parameter.clone() for parameter in module.parameters()]
    for _ in range(3):
        learners.forward(torch.ones(4, 6))
        learners.learn([torch.ones(4, 3)], 1e-4)

    after = list(module.parameters())
    assert all(not torch.equal(old, new) for old, new in zip(before[2:], after[2:], strict=True))
