"""Fidelity to the teacher against SciPy and plain loops."""

import numpy as np
import pytest
import torch
from scipy.stats import entropy, pearsonr

from kdcore import metrics

SAMPLES, CLASSES = 300, 5


def predict(seed, leading=()):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(
        *leading, SAMPLES, CLASSES, generator=generator, dtype=torch.float64
    ).softmax(-1)


def mean_by_class(answers, labels, classes):
    return np.array([answers[labels == label].mean(0) for label in classes])


@pytest.fixture
def labels():
    return torch.randint(CLASSES, (SAMPLES,), generator=torch.Generator().manual_seed(9))


def test_kl_to_the_teacher_is_scipys_relative_entropy_sample_by_sample():
    student, teacher = predict(1), predict(2)

    expected = np.mean(
        [entropy(p, q) for p, q in zip(teacher.numpy(), student.numpy(), strict=True)]
    )
    assert metrics.kl_to_teacher(student, teacher).item() == pytest.approx(expected)


def test_kl_to_the_teacher_knows_probabilities_of_0():
    teacher = torch.tensor([[1.0, 0.0], [0.5, 0.5]], dtype=torch.float64)
    student = torch.tensor([[1.0, 0.0], [1.0, 0.0]], dtype=torch.float64)

    expected = 0.5 * (0.5 * np.log(0.5) + 0.5 * np.log(0.5 / 1e-12))
    assert metrics.kl_to_teacher(student, teacher).item() == pytest.approx(expected)


def test_the_correlation_is_scipys_of_the_tables_off_the_diagonal(labels):
    student, teacher = predict(3), predict(4)
    tables = [
        mean_by_class(each.numpy(), labels.numpy(), range(CLASSES)) for each in (student, teacher)
    ]
    off = ~np.eye(CLASSES, dtype=bool)

    expected = pearsonr(tables[0][off], tables[1][off]).statistic
    found = metrics.class_similarity_correlation(student, teacher, labels).item()
    assert found == pytest.approx(expected)


def test_a_class_without_a_sample_is_left_out_of_the_correlation(labels):
    student, teacher = predict(5), predict(6)
    present = labels.clamp(max=CLASSES - 2)  # nothing of the last class
    rows = range(CLASSES - 1)
    tables = [mean_by_class(each.numpy(), present.numpy(), rows) for each in (student, teacher)]
    off = ~np.eye(CLASSES, dtype=bool)[:-1]

    expected = pearsonr(tables[0][off], tables[1][off]).statistic
    found = metrics.class_similarity_correlation(student, teacher, present).item()
    assert found == pytest.approx(expected)


def test_several_students_at_once_equal_each_alone(labels):
    students, teacher = predict(7, (3,)), predict(8)

    for measure in (
        metrics.kl_to_teacher,
        lambda one, other: metrics.class_similarity_correlation(one, other, labels),
    ):
        together = measure(students, teacher)
        assert together.tolist() == pytest.approx(
            [measure(one, teacher).item() for one in students]
        )


def test_the_teacher_itself_has_no_divergence_and_a_correlation_of_1(labels):
    teacher = predict(2)

    assert metrics.kl_to_teacher(teacher, teacher).item() == pytest.approx(0, abs=1e-12)
    assert metrics.class_similarity_correlation(teacher, teacher, labels).item() == pytest.approx(1)


def test_a_constant_answer_has_no_correlation(labels):
    constant = torch.full((SAMPLES, CLASSES), 1 / CLASSES, dtype=torch.float64)

    assert metrics.class_similarity_correlation(constant, predict(2), labels).isnan()


def test_two_classes_have_no_correlation_as_it_is_1_or_minus_1_whatever_they_are():
    probabilities = torch.tensor([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8]], dtype=torch.float64)
    labels = torch.tensor([0, 1, 1])

    found = metrics.class_similarity_correlation(probabilities, probabilities, labels)
    assert found.isnan()
