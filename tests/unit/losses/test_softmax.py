"""Softmax over few classes: right, and a row's answer whatever else is in the batch."""

import pytest
import torch

from kdcore.losses.softmax import log_softmax, softmax


def logits(*shape):
    return 5 * torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    "shape", [(10,), (7, 10), (32, 10), (2, 3, 48, 10), (4_096, 10), (2, 2_050, 10), (32, 100)]
)
def test_it_is_that_of_float64(shape):
    values = logits(*shape)
    torch.testing.assert_close(softmax(values), values.double().softmax(-1).float())
    torch.testing.assert_close(log_softmax(values), values.double().log_softmax(-1).float())


@pytest.mark.parametrize("batch", [7, 16, 32, 128])
def test_in_a_small_batch_a_row_is_bit_for_bit_what_it_is_anywhere(batch):
    values = logits(2, batch, 10)
    values[1] = values[0].flip(0)
    for function in (softmax, log_softmax):
        found = function(values)
        assert torch.equal(found[0], found[1].flip(0))
        assert torch.equal(found[0], function(values[:1])[0])
        assert found.is_contiguous()
