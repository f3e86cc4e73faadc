import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kdcore.data import Split, class_numbers, noisy_labels, transfer_set, without_classes
from kdcore.data.split import hold_out, stratified
from kdcore.errors import UserError

labels_of = st.lists(st.integers(0, 4), min_size=1, max_size=60).map(torch.tensor)
seeds = st.integers(0, 2**31 - 1)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(labels_of, st.floats(0, 1), seeds)
def test_a_stratified_choice_has_its_size_without_repetition(labels, share, seed):
    size = round(share * len(labels))
    chosen = stratified(labels, size, generator(seed))
    assert len(chosen) == size == len(set(chosen.tolist()))


@given(labels_of, st.floats(0, 1), seeds)
def test_every_class_keeps_its_share_but_for_rounding(labels, share, seed):
    size = round(share * len(labels))
    chosen = labels[stratified(labels, size, generator(seed))]
    present = labels.unique()
    for label in present:
        exact = size * float((labels == label).float().mean())
        count = int((chosen == label).sum())
        assert count < exact + 1 + 1e-6
        if size >= len(present):
            assert count >= 1


def test_equal_shares_are_exact():
    labels = torch.arange(1_000) % 10
    chosen = labels[stratified(labels, 50, generator())]
    assert torch.bincount(chosen).tolist() == [5] * 10


def test_what_is_held_out_comes_in_mixed_order():
    labels = torch.arange(10).repeat_interleave(100)
    _, held = hold_out(Split(torch.arange(1_000), labels), 0.2)
    assert len(held.labels[:30].unique()) > 5


def test_holding_out_parts_the_examples():
    inputs = torch.arange(103)
    rest, held = hold_out(Split(inputs, inputs % 3), 0.1)
    assert len(held.labels) == 11
    assert torch.equal(torch.cat([rest.inputs, held.inputs]).sort().values, inputs)
    assert torch.equal(held.inputs % 3, held.labels)


def test_holding_out_has_a_bound():
    inputs = torch.arange(1_000)
    _, held = hold_out(Split(inputs, inputs % 2), 0.1, most=20)
    assert len(held.labels) == 20


def test_three_examples_of_a_class_suffice_for_three_splits():
    labels = torch.tensor([0] * 500 + [1] * 3)
    rest, test = hold_out(Split(torch.arange(503), labels), 0.2)
    train, validation = hold_out(rest, 0.1)
    for split in (train, validation, test):
        assert split.labels.unique().tolist() == [0, 1]


@given(labels_of, st.floats(0, 1), seeds)
def test_exactly_the_share_of_labels_is_wrong(labels, share, seed):
    before = labels.clone()
    noisy = noisy_labels(labels, 5, share, seed)
    assert int((noisy != before).sum()) == round(share * len(labels))
    assert 0 <= noisy.min() <= noisy.max() <= 4
    assert torch.equal(labels, before)


def test_every_wrong_class_is_as_likely():
    noisy = noisy_labels(torch.zeros(30_000, dtype=torch.int64), 4, 1.0, seed=0)
    counts = torch.bincount(noisy)
    assert counts[0] == 0
    assert (counts[1:] - 10_000).abs().max() < 400


def test_noise_follows_its_seed():
    labels = torch.arange(200) % 10
    once, again, other = (noisy_labels(labels, 10, 0.3, seed) for seed in (1, 1, 2))
    assert torch.equal(once, again)
    assert not torch.equal(once, other)


@pytest.mark.parametrize(("size", "expected"), [(0, 90), (30, 30), (90, 90), (1_000, 90)])
def test_a_transfer_set_has_the_size_asked_for_and_0_means_all(size, expected):
    split = Split(torch.arange(90), torch.arange(90) % 9)
    chosen = transfer_set(split, size, seed=0)
    assert len(chosen.labels) == expected
    assert torch.equal(chosen.inputs % 9, chosen.labels)


def test_a_transfer_set_smaller_than_the_classes_has_its_size():
    split = Split(torch.arange(90), torch.arange(90) % 9)
    assert len(transfer_set(split, 4, seed=0).labels.unique()) == 4


def test_dropped_classes_are_gone_and_the_rest_keeps_its_order():
    labels = torch.arange(20) % 4
    split = Split(torch.arange(20), labels)
    kept = without_classes(split, [1, 3])

    assert torch.equal(kept.inputs, torch.arange(20)[::2])
    assert set(kept.labels.tolist()) == {0, 2}
    assert without_classes(split, []) is split


@pytest.mark.parametrize(
    ("text", "sentence"), [("dgo", "Did you mean 'dog'"), ("cat,dog, emu", "holds out every class")]
)
def test_classes_that_cannot_be_dropped_are_said(text, sentence):
    assert class_numbers(" dog,cat,dog", ("cat", "dog", "emu")) == [1, 0]
    with pytest.raises(UserError, match=sentence):
        class_numbers(text, ("cat", "dog", "emu"))
