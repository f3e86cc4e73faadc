"""Cross-validation: the examples that may be learned from, cut in other ways."""

from dataclasses import replace

import torch

from kdcore.data.dataset import Dataset, Split
from kdcore.errors import UserError


def folds(data: Dataset, count: int, seed: int) -> list[Dataset]:
    """``count`` data sets whose validation splits part training and validation data among them.

    Each example but those of the test split is validated with once and trained with otherwise.
    Every class is spread evenly. Test data stay as they are. What is measured of the training
    data, mean and standard deviation, is measured again, so that nothing of a held-out fold
    reaches its students; since each fold has a fingerprint of its own, its teacher too is another.

    Args:
        data: on the CPU.
        count: 2 or more.
        seed: equal seeds, equal folds.

    Raises:
        UserError: a class has fewer examples than there are folds.
    """
    inputs = torch.cat([data.train.inputs, data.validation.inputs])
    labels = torch.cat([data.train.labels, data.validation.labels])
    counts = torch.bincount(labels, minlength=len(data.classes)).tolist()
    for class_name, size in zip(data.classes, counts, strict=True):
        if size < count:
            raise UserError("folds_too_many", class_name=class_name, dataset=data.name, count=size)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    by_class = order[labels[order].argsort(stable=True)]
    fold_of = torch.empty(len(labels), dtype=torch.int64)
    fold_of[by_class] = torch.arange(len(labels)) % count  # dealt out like cards, class by class
    everything = Split(inputs, labels)
    return [
        _with_held_out(data, everything, order[fold_of[order] == number], fold_of != number)
        for number in range(count)
    ]


def _with_held_out(
    data: Dataset, everything: Split, held: torch.Tensor, kept: torch.Tensor
) -> Dataset:
    train = everything.take(kept.nonzero().squeeze(1))
    mean, std = data.kind.statistics(train.inputs)
    return replace(data, train=train, validation=everything.take(held), mean=mean, std=std)
