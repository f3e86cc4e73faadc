"""What a generator wants, and a temperature that learns."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support import loss_oracles as oracles

from kdcore.losses import soft_target_kl
from kdcore.losses.generated import generator_loss
from kdcore.losses.learned_temperature import learned_temperature, reversal_strength

logits = hnp.arrays(np.float64, (5, 4), elements=st.floats(-8, 8, width=32))
numbers = st.floats(0.5, 20)


def tensors(*values):
    return [torch.tensor(value, dtype=torch.float64) for value in values]


@given(student=logits, teacher=logits, temperature=numbers, spread=st.floats(0, 20))
def test_the_generator_wants_divergence_and_all_classes(student, teacher, temperature, spread):
    ours = generator_loss(*tensors(student, teacher, temperature, spread))
    expected = oracles.generator_loss(student, teacher, temperature, spread)

    assert ours.item() == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_generator_hears_both_networks():
    student, teacher = torch.randn(2, 6, 4, dtype=torch.float64).unbind()
    leaves = [student.requires_grad_(), teacher.requires_grad_()]
    loss = generator_loss(*leaves, *tensors(2.0, 0.0))

    assert all(gradient.norm() > 1e-4 for gradient in torch.autograd.grad(loss, leaves))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_extreme_answers_leave_the_generator_a_gradient(dtype):
    large = torch.tensor([[1e4, -1e4, 0], [-1e4, 1e4, 1e4], [0, 0, 0], [7, 7, 7]], dtype=dtype)
    for student, teacher in ((large, -large), (large, large), (large * 0, large)):
        leaves = [student.clone().requires_grad_(), teacher.clone().requires_grad_()]
        loss = generator_loss(*leaves, torch.tensor(0.5, dtype=dtype), torch.tensor(3.0))

        assert torch.isfinite(loss)
        assert all(each.isfinite().all() for each in torch.autograd.grad(loss, leaves))


@given(raw=st.floats(-30, 30), lowest=numbers, span=st.floats(0, 50))
def test_a_learned_temperature_is_a_place_in_its_range(raw, lowest, span):
    ours = learned_temperature(*tensors(raw, lowest, span)).item()

    assert ours == pytest.approx(oracles.learned_temperature(raw, lowest, span), rel=1e-12)
    assert lowest <= ours <= lowest + span


@pytest.mark.parametrize("raw", [-1e4, 1e4])
def test_a_temperature_at_the_end_of_its_range_has_a_loss_and_a_gradient(raw):
    leaf = torch.tensor(raw, requires_grad=True)
    temperature = learned_temperature(leaf, torch.tensor(0.5), torch.tensor(20.0))
    loss = soft_target_kl(torch.tensor([[1e4, -1e4]]), torch.tensor([[-1e4, 1e4]]), temperature)
    loss.backward()

    assert torch.isfinite(loss)
    assert torch.isfinite(leaf.grad)


@given(student=logits, teacher=logits, raw=st.floats(-3, 3))
def test_the_temperature_is_inside_the_graph(student, teacher, raw):
    """Its gradient is the slope of the loss as it is worked out by hand."""

    def by_hand(raw):
        return oracles.kd(student, teacher, oracles.learned_temperature(raw, 1.0, 20.0))

    leaf = torch.tensor(raw, dtype=torch.float64, requires_grad=True)
    temperature = learned_temperature(leaf, *tensors(1.0, 20.0))
    soft_target_kl(*tensors(student, teacher), temperature).backward()

    slope = (by_hand(raw + 1e-4) - by_hand(raw - 1e-4)) / 2e-4
    assert leaf.grad.item() == pytest.approx(slope, rel=1e-4, abs=1e-5)


def test_the_reversal_grows_slowly_quickly_slowly():
    found = [reversal_strength(done) for done in np.linspace(0, 1, 11)]
    steps = np.diff(found)

    assert (found[0], found[-1]) == (0, 1)
    assert (steps > 0).all()
    assert steps[5] > 4 * max(steps[0], steps[-1])
