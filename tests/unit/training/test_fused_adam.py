"""Adam with its lists kept, against PyTorch's own."""

import copy

import pytest
import torch

from kdcore.training.networks.fused_adam import FusedAdam
from kdcore.training.state import load_optimizer_state, optimizer_state


def both():
    weights = [torch.randn(5, 3, generator=torch.Generator().manual_seed(at)) for at in range(3)]
    ours = [weight.clone().requires_grad_() for weight in weights]
    theirs = [weight.clone().requires_grad_() for weight in weights]
    return ours, FusedAdam(ours, fused=True), theirs, torch.optim.Adam(theirs, fused=True)


def step(weights, optimizer, number, without=()):
    chance = torch.Generator().manual_seed(100 + number)
    for at, weight in enumerate(weights):
        gradient = torch.randn(weight.shape, generator=chance)
        weight.grad = None if at in without else gradient
    optimizer.param_groups[0]["lr"] = 0.01 / number
    optimizer.step()


@pytest.mark.parametrize("without", [(), (1,)], ids=["all", "one without a gradient"])
def test_the_weights_are_those_of_pytorch_bit_for_bit(without):
    ours, own, theirs, other = both()
    for number in range(1, 8):
        now = without if number in (1, 4) else ()
        step(ours, own, number, now)
        step(theirs, other, number, now)
        assert all(torch.equal(one, two) for one, two in zip(ours, theirs, strict=True))


def test_moments_that_are_loaded_act_from_the_next_step_on():
    ours, own, *_ = both()
    for number in range(1, 4):
        step(ours, own, number)
    kept = copy.deepcopy(optimizer_state(own))
    again, fresh, *_ = both()
    for number in range(1, 3):
        step(again, fresh, number)  # it has lists of its own by now
    with torch.no_grad():
        for one, two in zip(again, ours, strict=True):
            one.copy_(two)
    load_optimizer_state(fresh, kept)
    step(ours, own, 4)
    step(again, fresh, 4)
    step(ours, own, 5)
    step(again, fresh, 5)
    assert all(torch.equal(one, two) for one, two in zip(again, ours, strict=True))
