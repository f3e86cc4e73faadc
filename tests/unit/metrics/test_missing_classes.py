"""Errors by bias against a loop over examples."""

import numpy as np
import pytest
import torch

from kdcore.metrics.diagnosis import diagnose
from kdcore.metrics.missing_classes import errors_by_bias
from kdcore.ranges import BIASES

SAMPLES, CLASSES = 200, 5


@pytest.fixture(scope="module")
def logits():
    generator = torch.Generator().manual_seed(0)
    return 3 * torch.randn(SAMPLES, CLASSES, generator=generator)


@pytest.fixture(scope="module")
def labels():
    return torch.randint(CLASSES, (SAMPLES,), generator=torch.Generator().manual_seed(1))


def by_hand(logits, labels, missing, biases):
    counts = []
    for bias in biases:
        wrong = wrong_missing = 0
        for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
            raised = [value + bias * (number in missing) for number, value in enumerate(row)]
            if int(np.argmax(raised)) != label:
                wrong += 1
                wrong_missing += label in missing
        counts.append([wrong, wrong_missing])
    return counts


@pytest.mark.parametrize("missing", [[3], [0, 4]])
def test_errors_are_those_counted_one_by_one(logits, labels, missing):
    assert errors_by_bias(logits, labels, missing).tolist() == by_hand(
        logits, labels, missing, BIASES
    )


def test_ever_larger_biases_find_all_of_the_missing_and_lose_the_others(logits, labels):
    counts = errors_by_bias(logits, labels, [3], [-1e6, 1e6]).tolist()
    threes = int((labels == 3).sum())

    assert counts[0][1] == threes
    assert counts[1] == [SAMPLES - threes, 0]


def test_the_biases_go_both_ways_and_include_none():
    assert (BIASES[0], BIASES[-1], len(BIASES)) == (-10, 10, 41)
    assert 0.0 in BIASES


def test_a_diagnosis_holds_the_curve_of_test_and_of_validation_data(logits, labels):
    half = SAMPLES // 2
    parts = logits[:half], labels[:half], logits[half:], labels[half:]
    rows = diagnose(*parts, None, missing=[3]).missing_classes
    test, validation = (by_hand(*part, [3], BIASES) for part in (parts[:2], parts[2:]))

    assert rows == [
        [bias, *on_test, *held_out]
        for bias, on_test, held_out in zip(BIASES, test, validation, strict=True)
    ]
    assert diagnose(*parts, None).missing_classes == []
