"""Several teachers, checked against plain loops in float64."""

import math

import numpy as np
import pytest
import torch

from kdcore.losses import (
    confidence_weights,
    entropy_weights,
    joined_logits,
    multi_teacher_kl,
    soft_target_kl,
)

TEACHERS, BATCH, CLASSES = 3, 5, 4
RANDOM = np.random.default_rng(3)
STUDENT = torch.tensor(RANDOM.normal(size=(BATCH, CLASSES)) * 3)
EACH = torch.tensor(RANDOM.normal(size=(TEACHERS, BATCH, CLASSES)) * 3)
LABELS = torch.arange(BATCH) % CLASSES
EXTREMES = torch.tensor(
    [
        [[1e4, -1e4, 0, 0], [0, 0, 0, 0], [7, 7, 7, 7], [-1e4, 1e4, 1e4, 0], [3, 2, 1, 0]],
        [[0, 0, 0, 0], [1e4, 0, 0, 0], [7, 7, 7, 7], [1e4, -1e4, 0, 0], [1, 2, 3, 0]],
        [[-1e4, 1e4, 0, 0], [0, 1e4, 0, 0], [7, 7, 7, 7], [0, 0, 0, 0], [0, 0, 0, 9]],
    ],
    dtype=torch.float64,
)


def probabilities(row, temperature):
    top = max(row)
    parts = [math.exp((value - top) / temperature) for value in row]
    return [part / sum(parts) for part in parts]


def entropy(row):
    return -sum(share * math.log(share) for share in row if share > 0)


def divergence(teacher, student):
    return sum(p * math.log(p / q) for p, q in zip(teacher, student, strict=True) if p > 0)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_the_loss_is_the_weighted_sum_of_divergences(temperature):
    for weights in ([0.2, 0.3, 0.5], torch.rand(TEACHERS, BATCH, dtype=torch.float64)):
        expected = 0.0
        for teacher in range(TEACHERS):
            for row in range(BATCH):
                weight = weights[teacher]
                weight = float(weight[row]) if isinstance(weight, torch.Tensor) else weight
                expected += (
                    weight
                    / BATCH
                    * temperature**2
                    * divergence(
                        probabilities(EACH[teacher, row].tolist(), temperature),
                        probabilities(STUDENT[row].tolist(), temperature),
                    )
                )
        ours = multi_teacher_kl(STUDENT, list(EACH), weights, temperature)
        assert ours.item() == pytest.approx(expected, rel=1e-9)


def test_students_together_are_each_alone():
    students = torch.stack([STUDENT, -STUDENT])
    temperatures = torch.tensor([2.0, 8.0], dtype=torch.float64)
    weights = torch.rand(TEACHERS, BATCH, dtype=torch.float64)
    together = multi_teacher_kl(students, list(EACH), weights, temperatures)
    for at, temperature in enumerate(temperatures.tolist()):
        alone = multi_teacher_kl(students[at], list(EACH), weights, temperature)
        assert together[at].item() == pytest.approx(alone.item())


def test_as_many_weights_as_teachers():
    with pytest.raises(ValueError, match="3 teachers have 2 weights"):
        multi_teacher_kl(STUDENT, list(EACH), [0.5, 0.5], 1.0)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_joined_logits_softened_are_the_mean_probabilities(temperature):
    shares = [0.5, 0.3, 0.2]
    joined = joined_logits(EACH, torch.tensor(shares, dtype=torch.float64)[:, None], temperature)
    for row in range(BATCH):
        each = [probabilities(EACH[at, row].tolist(), temperature) for at in range(TEACHERS)]
        mean = [
            sum(share * own[c] for share, own in zip(shares, each, strict=True))
            for c in range(CLASSES)
        ]
        assert (joined[row] / temperature).softmax(-1).tolist() == pytest.approx(mean)


def test_the_mean_of_losses_and_the_mean_of_probabilities_pull_alike():
    """Their difference does not depend on the student; that of mean logits is another teacher."""
    shares = torch.full((TEACHERS, 1), 1 / TEACHERS, dtype=torch.float64)
    pulls = []
    for loss in (
        lambda student: multi_teacher_kl(student, list(EACH), [1 / TEACHERS] * TEACHERS, 4.0),
        lambda student: soft_target_kl(student, joined_logits(EACH, shares, 4.0), 4.0),
        lambda student: soft_target_kl(student, EACH.mean(0), 4.0),
    ):
        student = STUDENT.clone().requires_grad_()
        loss(student).backward()
        pulls.append(student.grad)

    torch.testing.assert_close(pulls[0], pulls[1])
    assert (pulls[0] - pulls[2]).abs().max() > 1e-3


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_who_hesitates_weighs_less(temperature):
    weights = entropy_weights(EACH, temperature)
    for row in range(BATCH):
        doubts = [
            entropy(probabilities(EACH[at, row].tolist(), temperature)) for at in range(TEACHERS)
        ]
        expected = [(1 - own / sum(doubts)) / (TEACHERS - 1) for own in doubts]
        assert weights[:, row].tolist() == pytest.approx(expected)


def test_who_misses_the_label_weighs_less():
    weights = confidence_weights(EACH, LABELS)
    for row, label in enumerate(LABELS.tolist()):
        missed = [
            -math.log(probabilities(EACH[at, row].tolist(), 1.0)[label]) for at in range(TEACHERS)
        ]
        expected = [(1 - share) / (TEACHERS - 1) for share in probabilities(missed, 1.0)]
        assert weights[:, row].tolist() == pytest.approx(expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_extreme_answers_leave_numbers(dtype):
    each, student = EXTREMES.to(dtype), STUDENT.to(dtype).requires_grad_()
    for weights in (entropy_weights(each, 1.0), confidence_weights(each, LABELS)):
        assert weights.isfinite().all()
        assert torch.allclose(weights.sum(0), torch.ones(BATCH, dtype=dtype))
        joined = joined_logits(each, weights, 1.0)
        soft_target_kl(student, joined, 1.0).backward()
        multi_teacher_kl(student, list(each), weights, 1.0).backward()
        assert student.grad.isfinite().all()
