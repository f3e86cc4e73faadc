"""Inputs out of noise: of the right shape and range, and each another one."""

import pytest
import torch

from kdcore.models.generator import NOISE, Generator

SHAPES = {
    (1, 8, 8): (1, 1, 1),
    (3, 32, 32): (3, 1, 1),
    (3, 7, 5): (3, 1, 1),
    (2,): (2,),
    (1,): (1,),
}


def generate(shape, count=16):
    torch.manual_seed(0)
    low = torch.arange(SHAPES[shape][0]).float().view(SHAPES[shape]) - 3
    generator = Generator(shape, low, low + 2)
    return generator, low, generator(100 * torch.randn(count, NOISE))


@pytest.mark.parametrize("shape", SHAPES)
def test_inputs_lie_in_the_range_of_each_channel_or_feature(shape):
    _, low, inputs = generate(shape)

    assert inputs.shape == (16, *shape)
    assert (inputs >= low).all()
    assert (inputs <= low + 2).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_other_noise_gives_other_inputs_that_fill_the_range(shape):
    inputs = generate(shape)[2].flatten(1)

    assert len(inputs.unique(dim=0)) == 16
    assert (inputs.amax(0) - inputs.amin(0)).mean() > 0.5


def test_nothing_is_remembered_between_batches():
    generator, _, _ = generate((1, 8, 8))
    noise = torch.randn(4, NOISE)
    first = generator(noise)
    generator(torch.randn(8, NOISE))

    assert torch.equal(generator(noise), first)
