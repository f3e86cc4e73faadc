"""Metrics against scikit-learn and torchmetrics, and against loops where those have none."""

import math

import numpy as np
import pytest
import torch
from sklearn import metrics as sk
from torchmetrics.functional.classification import multiclass_calibration_error

from kdcore import metrics
from kdcore.metrics.accuracy import confusion_matrix
from kdcore.metrics.agreement import error_origin
from kdcore.metrics.diagnosis import FINE_BINS, diagnose
from kdcore.metrics.temperature import nll_curve

SAMPLES, CLASSES = 400, 5


@pytest.fixture(params=[0.5, 1.0, 3.0], ids=["unsure", "plain", "sure"])
def logits(request):
    return request.param * torch.randn(
        SAMPLES, CLASSES, generator=torch.Generator().manual_seed(1), dtype=torch.float64
    )


@pytest.fixture
def labels(logits):
    noise = torch.randn(SAMPLES, CLASSES, generator=torch.Generator().manual_seed(2))
    return (logits + noise).argmax(-1)


@pytest.mark.parametrize("k", [1, 3])
def test_top_agreement_is_the_share_of_common_classes(logits, k):
    other = logits.flip(0) + logits
    shares = [
        len(set(np.argsort(own)[-k:]) & set(np.argsort(theirs)[-k:])) / k
        for own, theirs in zip(logits.numpy(), other.numpy(), strict=True)
    ]
    several = metrics.top_agreement(torch.stack([logits, other]), other, k)

    assert several.tolist() == pytest.approx([np.mean(shares), 1.0])
    if k == 1:
        assert several[0] == metrics.agreement(logits, other)


def test_accuracy_nll_and_brier_are_scikit_learns(logits, labels):
    probabilities = logits.softmax(-1)

    assert metrics.accuracy(probabilities, labels).item() == pytest.approx(
        sk.accuracy_score(labels, probabilities.argmax(-1))
    )
    assert metrics.negative_log_likelihood(probabilities, labels).item() == pytest.approx(
        sk.log_loss(labels, probabilities, labels=range(CLASSES))
    )
    one_hot = np.eye(CLASSES)[labels]
    assert metrics.brier_score(probabilities, labels).item() == pytest.approx(
        ((probabilities.numpy() - one_hot) ** 2).sum(1).mean()
    )


@pytest.mark.parametrize("bins", [5, 15, 60])
def test_ece_and_mce_are_those_of_torchmetrics(logits, labels, bins):
    probabilities = logits.softmax(-1)
    for norm, ours in (
        ("l1", metrics.expected_calibration_error),
        ("max", metrics.maximum_calibration_error),
    ):
        theirs = multiclass_calibration_error(probabilities, labels, CLASSES, bins, norm)
        assert ours(probabilities, labels, bins).item() == pytest.approx(theirs.item(), abs=1e-6)


def test_adaptive_ranges_hold_equally_many_examples_of_each_class(logits, labels):
    probabilities = logits.softmax(-1).numpy()
    gaps = []
    for c in range(CLASSES):
        order = np.argsort(probabilities[:, c], kind="stable")
        for part in np.array_split(order, 10):
            hits = labels.numpy()[part] == c
            gaps.append(abs(hits.mean() - probabilities[part, c].mean()))
    ours = metrics.adaptive_calibration_error(torch.tensor(probabilities), labels, 10)

    assert ours.item() == pytest.approx(np.mean(gaps))


@pytest.mark.parametrize("share", [0.7, 0.5, 0.25])
def test_equal_confidences_that_are_right_as_often_as_they_say_have_no_adaptive_error(share):
    probabilities = torch.tensor([[share, 1 - share]]).repeat(360, 1)
    labels = (torch.arange(360) >= 360 * share).long()

    for order in (torch.arange(360), torch.randperm(360, generator=torch.Generator())):
        error = metrics.adaptive_calibration_error(probabilities, labels[order], 15)
        assert error.item() == pytest.approx(0, abs=1e-7)


def test_the_adaptive_error_does_not_depend_on_the_order_of_the_examples(logits, labels):
    coarse = (logits.softmax(-1) * 8).round() / 8  # many are equal
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(1))
    error = metrics.adaptive_calibration_error(coarse, labels, 10)

    assert metrics.adaptive_calibration_error(coarse[order], labels[order], 10).item() == (
        pytest.approx(error.item(), abs=1e-12)
    )


def test_class_wise_error_is_the_mean_over_classes(logits, labels):
    probabilities = logits.softmax(-1).numpy()
    bins, total = 15, 0.0
    for c in range(CLASSES):
        index = np.minimum((probabilities[:, c] * bins).astype(int), bins - 1)
        for b in range(bins):
            inside = index == b
            if inside.any():
                gap = probabilities[inside, c].mean() - (labels.numpy()[inside] == c).mean()
                total += inside.sum() / SAMPLES * abs(gap)
    ours = metrics.classwise_calibration_error(torch.tensor(probabilities), labels, bins)

    assert ours.item() == pytest.approx(total / CLASSES)


def test_an_empty_bin_stays_empty():
    table = metrics.reliability_bins(torch.tensor([[0.95, 0.05]]), torch.tensor([1]), bins=10)

    assert table[:, 0].sum() == 1
    assert table[9].tolist() == pytest.approx([1, 0.95, 0])


def test_fine_bins_merge_to_coarse_ones(logits, labels):
    probabilities = logits.softmax(-1)
    fine = metrics.reliability_bins(probabilities, labels, FINE_BINS)
    coarse = metrics.reliability_bins(probabilities, labels, 15)

    torch.testing.assert_close(fine.reshape(15, 4, 3).sum(1), coarse)


def test_entropy_is_that_of_scipy(logits):
    probabilities = logits.softmax(-1)
    expected = [-sum(p * math.log(p) for p in row) for row in probabilities.tolist()]

    assert metrics.predictive_entropy(probabilities).tolist() == pytest.approx(expected)


def test_the_risk_of_equally_confident_answers_does_not_depend_on_their_order():
    probabilities = torch.tensor([[0.6, 0.4], [0.9, 0.1], [0.1, 0.9], [0.9, 0.1]])
    one, other = (
        metrics.risk_coverage(probabilities, torch.tensor([0, *labels]))
        for labels in ((1, 1, 0), (0, 1, 1))
    )

    assert torch.equal(one, other)
    # one of the three that are 90 % sure is wrong, the fourth is right
    assert one[:, 1].tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1 / 4])


def test_the_risk_at_full_coverage_is_the_error(logits, labels):
    probabilities = logits.softmax(-1)
    curve = metrics.risk_coverage(probabilities, labels)
    confidence = probabilities.max(-1).values.numpy()
    wrong = (probabilities.argmax(-1) != labels).numpy()
    half = np.argsort(-confidence, kind="stable")[: SAMPLES // 2]

    assert curve[-1].tolist() == pytest.approx([1.0, wrong.mean()])
    assert curve[SAMPLES // 2 - 1].tolist() == pytest.approx([0.5, wrong[half].mean()])


def test_the_fitted_temperature_is_the_least_of_a_fine_grid(logits, labels):
    grid = np.linspace(0.05, 6, 2000)
    losses = [
        sk.log_loss(labels, (logits / t).softmax(-1), labels=range(CLASSES)) for t in grid[::20]
    ]
    fitted = metrics.fit_temperature(logits, labels)
    own = sk.log_loss(labels, (logits / fitted).softmax(-1), labels=range(CLASSES))

    assert own <= min(losses) + 1e-9


def test_the_curve_over_temperatures_is_the_nll(logits, labels):
    for temperature, loss in nll_curve(logits, labels)[::10]:
        expected = sk.log_loss(labels, (logits / temperature).softmax(-1), labels=range(CLASSES))
        assert loss == pytest.approx(expected)


def test_the_confusion_matrix_is_scikit_learns(logits, labels):
    answers = logits.argmax(-1)

    assert confusion_matrix(answers, labels, CLASSES).tolist() == (
        sk.confusion_matrix(labels, answers, labels=range(CLASSES)).tolist()
    )


def test_where_errors_come_from_example_by_example():
    labels = torch.tensor([0, 0, 0, 0, 0])
    teacher = torch.tensor([0, 1, 1, 1, 0])
    student = torch.tensor([0, 1, 2, 0, 2])
    origin = error_origin(student, teacher, labels)

    assert (origin.inherited, origin.own, origin.mended) == (1, 2, 1)


def test_a_diagnosis_agrees_with_its_parts(logits, labels):
    half = SAMPLES // 2
    found = diagnose(logits[:half], labels[:half], logits[half:], labels[half:], logits[:half])
    probabilities = logits[:half].softmax(-1)

    assert sum(row[0] for row in found.bins) == half
    assert sum(map(sum, found.confusion)) == half
    assert sum(found.entropy_right) + sum(found.entropy_wrong) == half
    assert found.temperature_fitted == metrics.fit_temperature(logits[half:], labels[half:])
    assert found.calibrated["accuracy"] == found.calibration["accuracy"]
    assert found.calibration["ece"] == pytest.approx(
        metrics.expected_calibration_error(probabilities, labels[:half]).item()
    )
    # compared with itself, every error is inherited
    assert found.errors_own == found.teacher_errors_mended == 0
