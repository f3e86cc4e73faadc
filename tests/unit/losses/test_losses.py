"""Losses against NumPy in float64, written as the papers write them."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kdcore import losses

BATCH, CLASSES = 5, 4
TEMPERATURES = (0.5, 1.0, 4.0, 20.0)


def softmax(values, temperature=1.0):
    scaled = np.asarray(values, dtype=np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def kl_by_loops(student, teacher, temperature):
    """T² · mean over samples of Σ p log(p/q)."""
    total = 0.0
    for q_row, p_row in zip(softmax(student, temperature), softmax(teacher, temperature),
                            strict=True):  # fmt: skip
        for q, p in zip(q_row, p_row, strict=True):
            total += p * (np.log(p) - np.log(q))
    return temperature**2 * total / len(student)


def probability_mse_by_loops(student, teacher, temperature):
    rows = (softmax(student, temperature) - softmax(teacher, temperature)) ** 2
    return sum(row.sum() for row in rows) / len(rows)


ORACLES = {
    "soft_target_kl": kl_by_loops,
    "probability_mse": probability_mse_by_loops,
    "soft_cross_entropy": lambda student, teacher, temperature: temperature**2 * np.mean([
        -(p * np.log(q)).sum() for q, p in
        zip(softmax(student, temperature), softmax(teacher, temperature), strict=True)
    ]),
}  # fmt: skip
WITH_TEMPERATURE = ("soft_target_kl", "probability_mse")

logits = hnp.arrays(np.float64, (BATCH, CLASSES), elements=st.floats(-8, 8, width=32))


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("name", ORACLES)
@given(student=logits, teacher=logits)
def test_a_loss_is_what_its_formula_says(name, temperature, student, teacher):
    ours = getattr(losses, name)(torch.tensor(student), torch.tensor(teacher), temperature)

    assert ours.item() == pytest.approx(
        ORACLES[name](student, teacher, temperature), rel=1e-9, abs=1e-12
    )


@given(student=logits, teacher=logits)
def test_logit_mse_is_the_mean_over_all_elements(student, teacher):
    ours = losses.logit_mse(torch.tensor(student), torch.tensor(teacher))

    assert ours.item() == pytest.approx(np.mean((student - teacher) ** 2), rel=1e-12)


@given(student=logits)
def test_cross_entropy_is_minus_the_log_of_the_label(student):
    labels = np.arange(BATCH) % CLASSES
    ours = losses.cross_entropy(torch.tensor(student), torch.tensor(labels))
    expected = -np.log(softmax(student)[np.arange(BATCH), labels]).mean()

    assert ours.item() == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("name", WITH_TEMPERATURE)
@given(student=logits, teacher=logits)
def test_a_closed_gradient_is_that_of_autograd(name, temperature, student, teacher):
    leaf = torch.tensor(student, requires_grad=True)
    given_teacher = torch.tensor(teacher)
    getattr(losses, name)(leaf, given_teacher, temperature).backward()
    closed = getattr(losses, f"{name}_gradient")(leaf.detach(), given_teacher, temperature)

    torch.testing.assert_close(closed, leaf.grad, rtol=1e-8, atol=1e-11)


@given(student=logits, teacher=logits)
def test_the_closed_gradients_without_temperature(student, teacher):
    labels = torch.arange(BATCH) % CLASSES
    for loss, closed in (
        (losses.logit_mse, losses.logit_mse_gradient),
        (losses.cross_entropy, losses.cross_entropy_gradient),
    ):
        leaf = torch.tensor(student, requires_grad=True)
        other = torch.tensor(teacher) if loss is losses.logit_mse else labels
        loss(leaf, other).backward()
        torch.testing.assert_close(closed(leaf.detach(), other), leaf.grad, rtol=1e-8, atol=1e-11)


@given(teacher=logits)
def test_a_student_that_answers_like_its_teacher_has_nothing_to_learn(teacher):
    same = torch.tensor(teacher)

    assert losses.soft_target_kl(same, same, 4.0).item() == pytest.approx(0, abs=1e-12)
    assert losses.logit_mse(same, same).item() == 0
    assert losses.probability_mse(same, same, 4.0).item() == 0


@given(student=logits, teacher=logits, order=st.permutations(range(BATCH)))
def test_the_order_of_the_batch_does_not_matter(student, teacher, order):
    one = losses.soft_target_kl(torch.tensor(student), torch.tensor(teacher), 3.0)
    other = losses.soft_target_kl(torch.tensor(student[order]), torch.tensor(teacher[order]), 3.0)

    assert one.item() == pytest.approx(other.item(), rel=1e-9, abs=1e-12)


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


def test_the_teacher_receives_no_gradient():
    student = torch.randn(BATCH, CLASSES, requires_grad=True)
    teacher = torch.randn(BATCH, CLASSES, requires_grad=True)
    total = (losses.soft_target_kl(student, teacher, 2.0) + losses.logit_mse(student, teacher)
             + losses.probability_mse(student, teacher, 2.0))  # fmt: skip
    total.backward()

    assert teacher.grad is None
    assert student.grad.norm() > 0


def test_several_students_with_a_temperature_each():
    students = torch.randn(3, BATCH, CLASSES, dtype=torch.float64)
    teacher = torch.randn(BATCH, CLASSES, dtype=torch.float64)
    temperatures = torch.tensor([1.0, 4.0, 9.0], dtype=torch.float64)
    together = losses.soft_target_kl(students, teacher, temperatures)
    apart = [losses.soft_target_kl(student, teacher, t.item())
             for student, t in zip(students, temperatures, strict=True)]  # fmt: skip

    torch.testing.assert_close(together, torch.stack(apart))


def test_extreme_logits_stay_finite():
    sure, other = torch.tensor([[1e4, -1e4]]), torch.tensor([[-1e4, 1e4]])

    assert torch.isfinite(losses.soft_target_kl(sure, other, 1.0))
    assert losses.soft_target_kl(sure, sure, 1.0) == 0


@pytest.mark.parametrize("loss", ["soft_target_kl", "probability_mse", "soft_cross_entropy"])
def test_another_number_of_classes_is_refused(loss):
    with pytest.raises(ValueError, match="classes"):
        getattr(losses, loss)(torch.zeros(2, 3), torch.zeros(2, 4), 1.0)
