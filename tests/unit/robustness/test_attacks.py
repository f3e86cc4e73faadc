"""The attacks beside closed forms and plain loops in float64."""

import numpy as np
import pytest
import torch

from kdcore.robustness.attacks import STEP, ascended, fgsm, pgd

N, CLASSES, SHAPE = 7, 4, (1, 3, 3)
SIZE = 9


@pytest.fixture(scope="module")
def problem():
    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(CLASSES, SIZE, generator=generator, dtype=torch.float64)
    bias = torch.randn(CLASSES, generator=generator, dtype=torch.float64)
    images = torch.rand(N, *SHAPE, generator=generator, dtype=torch.float64)
    labels = torch.randint(CLASSES, (N,), generator=generator)
    return weights, bias, images, labels


def linear(weights, bias):
    return lambda inputs: inputs.flatten(1) @ weights.T + bias


def gradient_by_hand(weights, bias, image, label):
    """Of the cross-entropy of a linear softmax: Wᵀ(p − y)."""
    logits = weights @ image + bias
    powers = np.exp(logits - logits.max())
    error = powers / powers.sum()
    error[label] -= 1
    return weights.T @ error


@pytest.mark.parametrize("epsilon", [0.0, 0.05, 0.3, 2.0])
def test_fgsm_of_a_linear_model_is_its_closed_form(problem, epsilon):
    weights, bias, images, labels = problem
    found = fgsm(linear(weights, bias), images, labels, epsilon)
    for image, label, attacked in zip(
        images.flatten(1).numpy(), labels.tolist(), found.flatten(1).numpy(), strict=True
    ):
        step = np.sign(gradient_by_hand(weights.numpy(), bias.numpy(), image, label))

        np.testing.assert_allclose(attacked, np.clip(image + epsilon * step, 0, 1), atol=1e-12)


@pytest.mark.parametrize("steps", [1, 3, 10])
def test_pgd_is_that_of_a_loop_over_examples_and_steps(problem, steps):
    weights, bias, images, labels = problem
    epsilon = 0.1
    found = pgd(linear(weights, bias), images, labels, epsilon, steps=steps, seed=5)
    starts = torch.rand(
        images.shape, generator=torch.Generator().manual_seed(5), dtype=torch.float64
    )
    for image, start, label, attacked in zip(
        images.flatten(1).numpy(),
        starts.flatten(1).numpy(),
        labels.tolist(),
        found.flatten(1).numpy(),
        strict=True,
    ):
        at = np.clip(image + epsilon * (2 * start - 1), 0, 1)
        for _ in range(steps):
            gradient = gradient_by_hand(weights.numpy(), bias.numpy(), at, label)
            for pixel in range(SIZE):
                moved = at[pixel] + STEP * epsilon * np.sign(gradient[pixel])
                moved = min(max(moved, image[pixel] - epsilon), image[pixel] + epsilon)
                at[pixel] = min(max(moved, 0.0), 1.0)

        np.testing.assert_allclose(attacked, at, atol=1e-12)


def network():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(SIZE, 16), torch.nn.Tanh(), torch.nn.Linear(16, CLASSES)
    ).double()


@pytest.mark.parametrize("attack", [fgsm, pgd])
def test_an_attack_stays_in_the_ball_and_in_the_range_and_moves_no_weight(problem, attack):
    _, _, images, labels = problem
    net = network()
    found = attack(net, images, labels, 0.1)

    assert float((found - images).abs().max()) <= 0.1 + 1e-12
    assert float(found.min()) >= 0
    assert float(found.max()) <= 1
    assert not found.requires_grad
    assert all(weight.grad is None for weight in net.parameters())


def test_more_steps_find_a_larger_loss(problem):
    _, _, images, labels = problem
    net = network()

    def loss(steps):
        attacked = pgd(net, images, labels, 0.2, steps=steps, seed=0)
        return float(torch.nn.functional.cross_entropy(net(attacked), labels).detach())

    assert loss(1) < loss(4) < loss(20)


def test_the_radius_may_differ_by_channel_and_so_may_the_range(problem):
    images = problem[2]
    inputs = images.expand(N, 2, 3, 3)
    radius = torch.tensor([0.1, 0.4], dtype=torch.float64)[:, None, None]
    low, high = (
        torch.tensor(ends, dtype=torch.float64)[:, None, None] for ends in ([0, -1], [0.6, 2])
    )
    start = inputs.clamp(low, high)
    found = ascended(
        lambda leaf: (leaf * leaf).sum(),
        inputs,
        start,
        epsilon=radius,
        step=radius,
        steps=3,
        low=low,
        high=high,
    )

    assert torch.allclose(found[:, 1], inputs[:, 1] + 0.4)
    assert torch.allclose(found[:, 0], (inputs[:, 0] + 0.1).clamp(max=0.6))


def test_another_start_is_another_attack(problem):
    _, _, images, labels = problem
    net = network()
    one, other = (pgd(net, images, labels, 0.1, steps=1, seed=seed) for seed in (0, 1))

    assert not torch.equal(one, other)
