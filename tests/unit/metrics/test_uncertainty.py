"""Uncertainty: each measure against loops, scikit-learn, or draws from what it is about."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pytorch_ood.detector import EnergyBased, Entropy, MaxSoftmax
from pytorch_ood.metrics import OODMetrics
from scipy.stats import betabinom, dirichlet
from sklearn.metrics import roc_auc_score

from kdcore.metrics import (
    adaptive_scores,
    auroc,
    conformal_threshold,
    coverage_range,
    dirichlet_uncertainty,
    ensemble_uncertainty,
    least_ambiguous_scores,
    prediction_sets,
    smooth_calibration_error,
    smoothed_error,
    unfamiliarity_scores,
)

RANDOM = np.random.default_rng(5)


def entropy_by_hand(row):
    return -sum(p * math.log(p) for p in row if p > 0)


# -- SmoothECE -----------------------------------------------------------------------------------


def smoothed_by_hand(confidence, right, width, points=2000, images=6):
    """Every sample's Gaussian bell, with its mirror images, at the middle of each cell."""
    at = (np.arange(points) + 0.5) / points
    height = np.zeros(points)
    for c, hit in zip(confidence, right, strict=True):
        for image in range(-images, images + 1):
            for place in (2 * image + c, 2 * image - c):
                bell = np.exp(-((at - place) ** 2) / (2 * width**2))
                height += (hit - c) * bell / (width * math.sqrt(2 * math.pi))
    return np.abs(height / len(confidence)).mean()


@pytest.mark.parametrize("width", [0.003, 0.02, 0.1, 0.7])
def test_the_smoothed_error_is_that_of_bells_and_their_mirror_images(width):
    confidence = RANDOM.beta(5, 1, 60)
    confidence[:3] = 0, 1, 1
    right = (RANDOM.random(60) < 0.7).astype(float)

    expected = smoothed_by_hand(confidence, right, width)
    assert smoothed_error(confidence, right, width) == pytest.approx(expected, rel=2e-3)


def test_smooth_ece_is_the_width_at_which_the_smoothed_error_equals_it():
    confidence = RANDOM.beta(8, 1, 80)
    right = (RANDOM.random(80) < confidence - 0.1).astype(float)
    found = smooth_calibration_error(confidence, right)

    assert smoothed_by_hand(confidence, right, found) == pytest.approx(found, rel=1e-3)


def test_smooth_ece_of_one_wide_gap_is_nearly_the_gap():
    confidence, right = np.full(1000, 0.9), np.arange(1000) % 2

    # the bell at 0.9 with its reflections has mass 1, and all residuals have one sign in the mean
    assert smooth_calibration_error(confidence, right) == pytest.approx(0.4, abs=1e-3)


# -- conformal sets --------------------------------------------------------------------------------


def random_probabilities(samples, classes=5, seed=0):
    return np.random.default_rng(seed).dirichlet(np.full(classes, 0.4), samples)


def test_adaptive_scores_add_up_what_is_likelier():
    probabilities, uniform = random_probabilities(40), RANDOM.random(40)
    found = adaptive_scores(probabilities, uniform)
    for row, part, scores in zip(probabilities, uniform, found, strict=True):
        for label, p in enumerate(row):
            above = sum(q for other, q in enumerate(row) if q > p and other != label)
            assert scores[label] == pytest.approx(above + part * p)


@given(scores=st.lists(st.floats(0, 1), min_size=1, max_size=30), per_cent=st.integers(1, 99))
def test_the_threshold_leaves_enough_of_the_calibration_scores_below(scores, per_cent):
    threshold = conformal_threshold(np.array(scores), per_cent / 100)
    needed = -(-(len(scores) + 1) * per_cent // 100)
    within = sum(score <= threshold for score in scores)

    assert (threshold == math.inf) == (needed > len(scores))
    assert within >= min(needed, len(scores))
    assert sum(score < threshold for score in scores) < needed


@pytest.mark.parametrize("kind", ["lac", "aps"])
def test_the_sets_hold_the_true_class_as_often_as_promised(kind):
    """Of a model that is far from calibrated, over many draws of calibration and test data."""
    random, covered = np.random.default_rng(1), []
    for draw in range(200):
        truth = random_probabilities(150, seed=draw)
        labels = (truth.cumsum(1) < random.random((150, 1))).sum(1).clip(max=4)
        told = truth**3 / (truth**3).sum(1, keepdims=True)
        scores = (
            least_ambiguous_scores(told)
            if kind == "lac"
            else adaptive_scores(told, random.random(150))
        )
        of_labels = scores[np.arange(150), labels]
        sets = prediction_sets(scores[50:], conformal_threshold(of_labels[:50], 0.8))
        covered.append(sets[np.arange(100), labels[50:]].mean())

    # ⌈51 · 0.8⌉ / 51 on average, give or take the standard error of 200 draws
    assert np.mean(covered) == pytest.approx(41 / 51, abs=4 * np.std(covered) / math.sqrt(200))


@pytest.mark.parametrize(("calibration", "tested", "coverage"), [(9, 7, 0.9), (400, 600, 0.95)])
def test_the_range_of_the_coverage_is_that_of_a_beta_binomial(calibration, tested, coverage):
    rank = math.ceil((calibration + 1) * coverage)
    ends = betabinom.ppf([0.05, 0.95], tested, rank, calibration + 1 - rank)

    assert coverage_range(calibration, tested, coverage) == pytest.approx(tuple(ends / tested))


def test_too_few_calibration_examples_promise_everything():
    assert conformal_threshold(np.array([0.1, 0.2]), 0.9) == math.inf
    assert coverage_range(2, 10, 0.9) == (1, 1)


# -- knowledge -------------------------------------------------------------------------------------


def test_an_ensembles_knowledge_is_the_mean_divergence_from_its_mean():
    probabilities = RANDOM.dirichlet(np.ones(4), (3, 20))
    total, data, knowledge = ensemble_uncertainty(probabilities)
    for at in range(20):
        mean = [sum(member[at][c] for member in probabilities) / 3 for c in range(4)]
        divergence = sum(
            sum(p * math.log(p / m) for p, m in zip(member[at], mean, strict=True)) / 3
            for member in probabilities
        )
        assert total[at] == pytest.approx(entropy_by_hand(mean))
        assert data[at] == pytest.approx(
            sum(entropy_by_hand(member[at]) for member in probabilities) / 3
        )
        assert knowledge[at] == pytest.approx(divergence)


def test_a_dirichlets_uncertainty_is_that_of_an_ensemble_drawn_from_it():
    concentration = np.array([[0.3, 2.0, 1.0], [20.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    drawn = np.stack([dirichlet(row, seed=3).rvs(40_000) for row in concentration], axis=1)
    for closed, sampled in zip(
        dirichlet_uncertainty(concentration), ensemble_uncertainty(drawn), strict=True
    ):
        np.testing.assert_allclose(closed, sampled, atol=5e-3)


# -- unfamiliar inputs -----------------------------------------------------------------------------


def test_the_scores_are_those_of_the_softmax():
    logits = RANDOM.normal(size=(10, 4)) * 5
    found = unfamiliarity_scores(logits)
    for at, row in enumerate(logits):
        powers = [math.exp(z) for z in row]
        shares = [power / sum(powers) for power in powers]
        assert found["max_probability"][at] == pytest.approx(1 - max(shares))
        assert found["entropy"][at] == pytest.approx(entropy_by_hand(shares))
        assert found["energy"][at] == pytest.approx(-math.log(sum(powers)))


@pytest.mark.parametrize(
    ("familiar", "unfamiliar"),
    [(range(10), range(10, 20)), ([1.0], [2.0, 0.0, 3.0]), ([1.0, 1.0], [1.0, 1.0])],
)
def test_an_auroc_without_variance_has_the_interval_of_its_numbers(familiar, unfamiliar):
    """Each end is as far away as 1.96 of the standard deviations that it would have itself."""
    found = auroc(np.array(familiar, float), np.array(unfamiliar, float))
    m, n = len(familiar), len(unfamiliar)

    assert found.low < found.value
    for area in {found.low, found.high} - {found.value}:
        first, second = area / (2 - area), 2 * area**2 / (1 + area)  # Hanley, McNeil 1982
        spread = area * (1 - area)
        others = (m + n) / 2 - 1
        spread += others * (first - area**2) + others * (second - area**2)
        assert abs(found.value - area) == pytest.approx(1.959964 * np.sqrt(spread / (m * n)))


@given(
    familiar=st.lists(st.integers(0, 6), min_size=2, max_size=12),
    unfamiliar=st.lists(st.integers(0, 6), min_size=2, max_size=12),
)
def test_the_auroc_is_scikit_learns_also_with_ties(familiar, unfamiliar):
    labels = [0] * len(familiar) + [1] * len(unfamiliar)
    found = auroc(np.array(familiar, float), np.array(unfamiliar, float))

    assert found.value == pytest.approx(roc_auc_score(labels, familiar + unfamiliar))
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_detection_is_that_of_pytorch_ood():
    familiar, unfamiliar = RANDOM.normal(0, 4, (60, 5)), RANDOM.normal(0, 2, (40, 5))
    labels = torch.tensor([0] * 60 + [-1] * 40)  # below 0: unfamiliar
    logits = torch.from_numpy(np.concatenate([familiar, unfamiliar]))
    detectors = {"max_probability": MaxSoftmax, "entropy": Entropy, "energy": EnergyBased}
    for name, detector in detectors.items():
        metrics = OODMetrics()
        metrics.update(detector.score(logits), labels)
        found = [unfamiliarity_scores(part)[name] for part in (familiar, unfamiliar)]

        assert auroc(*found).value == pytest.approx(metrics.compute()["AUROC"], abs=1e-6)


def test_delongs_interval_is_that_of_placements_counted_one_by_one():
    familiar, unfamiliar = RANDOM.normal(0, 1, 40), RANDOM.normal(1, 1, 30)

    def wins(one, others):
        return sum((one > other) + 0.5 * (one == other) for other in others) / len(others)

    of_unfamiliar = [wins(one, familiar) for one in unfamiliar]
    of_familiar = [1 - wins(one, unfamiliar) for one in familiar]
    variance = np.var(of_unfamiliar, ddof=1) / 30 + np.var(of_familiar, ddof=1) / 40
    found = auroc(familiar, unfamiliar)

    assert found.high - found.value == pytest.approx(1.959964 * math.sqrt(variance), rel=1e-6)


def test_the_interval_holds_the_true_area_about_as_often_as_it_says():
    true = 0.5 * (1 + math.erf(1 / 2))  # Φ(1/√2) of two normals one deviation apart
    inside = 0
    for _ in range(200):
        found = auroc(RANDOM.normal(0, 1, 60), RANDOM.normal(1, 1, 60))
        inside += found.low <= true <= found.high

    assert 0.90 < inside / 200 < 0.985
