"""Folds part training and validation data, evenly by class, and never touch test data."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kdcore.data.assemble import assemble
from kdcore.data.dataset import Split
from kdcore.data.folds import folds
from kdcore.errors import UserError
from kdcore.inputs import Features


def numbered(sizes):
    """A data set whose examples are told apart by their one feature."""
    labels = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    inputs = torch.arange(len(labels), dtype=torch.float32)[:, None]
    return assemble(
        "numbered", tuple(map(str, range(len(sizes)))), Split(inputs, labels), Features()
    )


def numbers(split):
    return split.inputs[:, 0].tolist()


@given(st.lists(st.integers(10, 40), min_size=2, max_size=4), st.integers(2, 5), st.integers(0, 99))
def test_every_example_is_held_out_once_and_test_data_never(sizes, count, seed):
    data = numbered(sizes)
    learned = sorted(numbers(data.train) + numbers(data.validation))
    found = folds(data, count, seed)

    assert sorted(number for fold in found for number in numbers(fold.validation)) == learned
    for fold in found:
        assert sorted(numbers(fold.train) + numbers(fold.validation)) == learned
        assert numbers(fold.test) == numbers(data.test)


@given(st.lists(st.integers(10, 40), min_size=2, max_size=4), st.integers(2, 5), st.integers(0, 99))
def test_every_class_is_spread_evenly_and_labels_stay_with_their_examples(sizes, count, seed):
    data = numbered(sizes)
    label_of = dict(
        zip(
            numbers(data.train) + numbers(data.validation),
            data.train.labels.tolist() + data.validation.labels.tolist(),
            strict=True,
        )
    )
    found = folds(data, count, seed)
    held = torch.stack(
        [torch.bincount(fold.validation.labels, minlength=len(sizes)) for fold in found]
    )

    assert (held.max(0).values - held.min(0).values).max() <= 1
    assert held.sum(1).max() - held.sum(1).min() <= 1
    for fold in found:
        for split in (fold.train, fold.validation):
            assert [label_of[number] for number in numbers(split)] == split.labels.tolist()


def test_folds_follow_their_seed():
    data = numbered([30, 30])
    once, again, other = (
        [numbers(fold.validation) for fold in folds(data, 3, seed)] for seed in (1, 1, 2)
    )
    assert once == again
    assert once != other


def test_a_fold_is_normalised_by_what_it_trains_with():
    for fold in folds(numbered([12, 12]), 3, seed=0):
        mean, std = Features().statistics(fold.train.inputs)
        assert torch.equal(fold.mean, mean)
        assert torch.equal(fold.std, std)


def test_each_fold_has_a_teacher_of_its_own():
    data = numbered([12, 12])
    prints = {fold.fingerprint for fold in folds(data, 3, seed=0)} | {data.fingerprint}
    assert len(prints) == 4


def test_more_folds_than_examples_of_a_class_are_refused():
    with pytest.raises(UserError, match=r"class '1'.*at most 2 folds"):
        folds(numbered([30, 3]), 4, seed=0)
