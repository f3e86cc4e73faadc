"""Intervals of the bootstrap beside SciPy's and loops."""

import numpy as np
import pytest
import torch
from scipy import stats

from kdcore.metrics import expected_calibration_error
from kdcore.robustness.bootstrap import (
    binned_gaps,
    calibration_error_interval,
    mean_calibration_error,
    mean_interval,
    resampled_counts,
)

N, R = 120, 2_000


def numbers(seed, shape=(N,)):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_every_resample_has_as_many_examples_as_there_are():
    counts = resampled_counts(N, 50, seed=1)

    assert counts.shape == (50, N)
    assert (counts.sum(1) == N).all()
    assert torch.equal(counts, resampled_counts(N, 50, seed=1))
    assert not torch.equal(counts, resampled_counts(N, 50, seed=2))


def test_the_interval_of_a_mean_is_scipys():
    """With draws of its own, so up to the chance of 2,000 draws."""
    values = numbers(0)
    found = mean_interval(values, resampled_counts(N, R, seed=0))
    expected = stats.bootstrap(
        (values.numpy(),), np.mean, n_resamples=R, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    width = expected.high - expected.low

    assert found.value == pytest.approx(values.mean().item())
    assert found.low == pytest.approx(expected.low, abs=0.1 * width)
    assert found.high == pytest.approx(expected.high, abs=0.1 * width)


def test_paired_differences_have_a_narrower_interval_than_unpaired_learners():
    hard = numbers(0) < 0.5  # the same examples are hard for both
    one = hard.double()
    other = torch.where(numbers(1) < 0.05, 1 - one, one)
    counts = resampled_counts(N, R, seed=0)
    low, high = mean_interval(one - other, counts)[1:]

    assert high - low < 0.6 * (mean_interval(one, counts).high - mean_interval(one, counts).low)


def softmaxes(seed, versions=3, classes=4):
    return (4 * numbers(seed, (versions, N, classes))).softmax(-1)


def test_the_mean_calibration_error_is_the_mean_of_the_metrics():
    probabilities, labels = softmaxes(0), torch.arange(N) % 4
    confidence, answers = probabilities.max(-1)
    expected = [float(expected_calibration_error(one, labels)) for one in probabilities]

    found = mean_calibration_error(binned_gaps(confidence, answers == labels))
    assert float(found) == pytest.approx(np.mean(expected))


def test_the_interval_of_a_difference_of_calibration_errors_by_loops():
    labels = torch.arange(N) % 4
    counts = resampled_counts(N, 8, seed=4)
    learners = []
    for seed in (0, 9):
        confidence, answers = softmaxes(seed).max(-1)
        learners.append((confidence, answers == labels))
    plain = [(confidence.tolist(), right.tolist()) for confidence, right in learners]
    found = calibration_error_interval(*(binned_gaps(*one) for one in learners), counts)

    def error(confidence, right, index):
        total = 0.0
        for version in range(len(confidence)):
            for at in range(15):
                gap = 0.0
                for example in index:
                    sure = confidence[version][example]
                    if min(int(sure * 15), 14) == at:
                        gap += right[version][example] - sure
                total += abs(gap) / N
        return total / len(confidence)

    def difference(index):
        return error(*plain[0], index) - error(*plain[1], index)

    value = difference(range(N))
    draws = [
        difference([at for at in range(N) for _ in range(int(counts[resample, at]))])
        for resample in range(8)
    ]
    low, high = np.quantile(draws, [0.025, 0.975])

    assert found.value == pytest.approx(value, abs=1e-9)
    assert found.low == pytest.approx(2 * value - high, abs=1e-9)
    assert found.high == pytest.approx(2 * value - low, abs=1e-9)
