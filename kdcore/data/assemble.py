"""From raw examples to a ``Dataset``: the missing splits are cut, the training data measured."""

from collections.abc import Sequence

import torch

from kdcore.data.dataset import Dataset, Split
from kdcore.data.split import hold_out
from kdcore.errors import UserError
from kdcore.inputs import InputKind

TEST_SHARE = 0.2
VALIDATION_SHARE, MOST_VALIDATION = 0.1, 5_000
SMALLEST_CLASS = 3
"""One example for each of training, validation and test."""
MOST_CLASSES = 10_000


def assemble(
    name: str,
    classes: tuple[str, ...],
    train: Split,
    kind: InputKind,
    *,
    test: Split | None = None,
    validation: Split | None = None,
) -> Dataset:
    """A data set whose test and validation splits, where absent, are cut from ``train``.

    Raises:
        UserError: there are fewer than two classes, or too few examples of one.
    """
    check_classes(name, classes, torch.bincount(train.labels, minlength=len(classes)).tolist())
    if test is None:
        train, test = hold_out(train, TEST_SHARE)
    if validation is None:
        train, validation = hold_out(train, VALIDATION_SHARE, most=MOST_VALIDATION)
    mean, std = kind.statistics(train.inputs)
    return Dataset(name, classes, train, validation, test, mean, std, kind)


def check_classes(name: str, classes: Sequence[str], counts: Sequence[int]) -> None:
    """Raise ``UserError`` where the training data cannot be split, or teach nothing.

    Args:
        name: of the data set.
        classes: names.
        counts: training examples of each class.
    """
    if len(classes) < 2:
        raise UserError("one_class", dataset=name, found=", ".join(classes))
    for class_name, count in zip(classes, counts, strict=True):
        if count < SMALLEST_CLASS:
            raise UserError(
                "class_too_small",
                dataset=name,
                class_name=class_name,
                count=count,
                least=SMALLEST_CLASS,
            )
