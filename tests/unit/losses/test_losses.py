"""The cross-entropy, and what is known of Hinton's loss; all methods: ``test_methods.py``."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kdcore import losses

BATCH, CLASSES = 5, 4


def softmax(values, temperature=1.0):
    scaled = np.asarray(values, dtype=np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


logits = hnp.arrays(np.float64, (BATCH, CLASSES), elements=st.floats(-8, 8, width=32))


@given(student=logits)
def test_cross_entropy_is_minus_the_log_of_the_label(student):
    labels = np.arange(BATCH) % CLASSES
    ours = losses.cross_entropy(torch.tensor(student), torch.tensor(labels))
    expected = -np.log(softmax(student)[np.arange(BATCH), labels]).mean()

    assert ours.item() == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(student=logits)
def test_the_closed_gradient_of_cross_entropy_is_that_of_autograd(student):
    labels = torch.arange(BATCH) % CLASSES
    leaf = torch.tensor(student, requires_grad=True)
    losses.cross_entropy(leaf, labels).backward()
    closed = losses.cross_entropy_gradient(leaf.detach(), labels)

    torch.testing.assert_close(closed, leaf.grad, rtol=1e-8, atol=1e-11)


@given(student=logits, teacher=logits, shift=st.floats(-50, 50))
def test_a_constant_added_to_all_logits_changes_nothing(student, teacher, shift):
    one = losses.soft_target_kl(torch.tensor(student), torch.tensor(teacher), 3.0)
    other = losses.soft_target_kl(torch.tensor(student + shift), torch.tensor(teacher), 3.0)

    assert one.item() == pytest.approx(other.item(), rel=1e-7, abs=1e-10)


def test_the_gradient_tends_to_that_of_matching_logits_as_t_grows():
    rng = np.random.default_rng(0)
    student, teacher = (torch.tensor(rng.normal(size=(BATCH, CLASSES))) for _ in range(2))
    student, teacher = (values - values.mean(-1, keepdim=True) for values in (student, teacher))
    hot = losses.soft_target_kl_gradient(student, teacher, 1e4)

    torch.testing.assert_close(hot, (student - teacher) / (CLASSES * BATCH), rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize(
    "loss",
    [
        "soft_target_kl",
        "probability_mse",
        "soft_cross_entropy",
        "reverse_kl",
        "dist",
        "standardized_kl",
        "generalised_jensen_shannon",
        "skew_kl",
        "skew_reverse_kl",
        "top_class_kl",
        "ttm",
        "wttm",
    ],
)
def test_another_number_of_classes_is_refused(loss):
    with pytest.raises(ValueError, match="classes"):
        getattr(losses, loss)(torch.zeros(2, 3), torch.zeros(2, 4), 1.0)
