"""CORAL and MMD against loops in float64 that look at one pair, one entry, at a time."""

import math

import numpy as np
import pytest
import torch

from kdcore.losses import coral, mmd


def batches(sizes=(5, 7), features=3, seed=0):
    random = np.random.default_rng(seed)
    return random.normal(size=(sizes[0], features)), 1 + 2 * random.normal(
        size=(sizes[1], features)
    )


def as_tensors(*arrays):
    return [torch.from_numpy(array).requires_grad_() for array in arrays]


def coral_by_hand(source, target):
    features = source.shape[1]
    total = 0.0
    for row in range(features):
        for column in range(features):
            of_domains = []
            for domain in (source, target):
                means = [sum(domain[:, at]) / len(domain) for at in (row, column)]
                products = [(one[row] - means[0]) * (one[column] - means[1]) for one in domain]
                of_domains.append(sum(products) / (len(domain) - 1))
            total += (of_domains[0] - of_domains[1]) ** 2
    return total / (4 * features**2)


def mmd_by_hand(source, target):
    both = [*source, *target]
    squared = lambda one, other: sum((a - b) ** 2 for a, b in zip(one, other, strict=True))  # noqa: E731
    pairs = [
        squared(both[i], both[j]) for i in range(len(both)) for j in range(len(both)) if i != j
    ]
    scale = sum(pairs) / len(pairs)

    def kernel(one, other):
        widths = (scale / 4, scale / 2, scale, 2 * scale, 4 * scale)
        return sum(math.exp(-squared(one, other) / width) for width in widths) / 5

    def mean(ones, others):
        return sum(kernel(one, other) for one in ones for other in others) / (
            len(ones) * len(others)
        )

    return mean(source, source) + mean(target, target) - 2 * mean(source, target)


ORACLES = {"coral": (coral, coral_by_hand), "mmd": (mmd, mmd_by_hand)}


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize(("sizes", "features"), [((5, 7), 3), ((2, 2), 1), ((9, 3), 6)])
def test_it_equals_the_calculation_by_hand(name, sizes, features):
    ours, by_hand = ORACLES[name]
    source, target = batches(sizes, features, seed=features)

    assert ours(*as_tensors(source, target)).item() == pytest.approx(
        by_hand(source, target), rel=1e-9
    )


@pytest.mark.parametrize("name", ORACLES)
def test_its_gradient_is_that_of_differences(name):
    ours, by_hand = ORACLES[name]
    if name == "mmd":  # the width of its kernels stands still
        by_hand = None
    arrays = batches()
    tensors = as_tensors(*arrays)
    ours(*tensors).backward()

    assert all(tensor.grad.abs().sum() > 0 for tensor in tensors), "both domains are moved"
    if by_hand:
        step = 1e-6
        moved = [array.copy() for array in arrays]
        moved[1][2, 1] += step
        expected = (by_hand(*moved) - by_hand(*arrays)) / step
        assert tensors[1].grad[2, 1].item() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", ORACLES)
def test_equal_batches_are_no_distance_apart_and_moved_ones_are(name):
    ours, _ = ORACLES[name]
    source, target = as_tensors(*batches())

    assert ours(source, source).item() == pytest.approx(0, abs=1e-12)
    assert ours(source, target).item() > 0
    assert ours(source, source + 3).item() == pytest.approx(0, abs=1e-12) or name == "mmd"


def test_mmd_of_equal_points_is_finite_and_moves_nothing():
    source, target = as_tensors(np.ones((4, 2)), np.ones((3, 2)))
    mmd(source, target).backward()

    assert source.grad.abs().sum() == 0
