"""From raw examples to a ``Dataset``: the missing splits are cut, the training data measured."""

import torch
from torch import Tensor

from kdcore.data.dataset import Dataset, Split
from kdcore.data.split import hold_out
from kdcore.errors import UserError

TEST_SHARE = 0.2
VALIDATION_SHARE, MOST_VALIDATION = 0.1, 5_000
SMALLEST_CLASS = 3
"""One example for each of training, validation and test."""


def assemble(
    name: str, classes: tuple[str, ...], train: Split, *, test: Split | None = None,
    validation: Split | None = None,
) -> Dataset:  # fmt: skip
    """A data set whose test and validation splits, where absent, are cut from ``train``.

    Raises:
        UserError: there are fewer than two classes, or too few examples of one.
    """
    _check_classes(name, classes, train.labels)
    if test is None:
        train, test = hold_out(train, TEST_SHARE)
    if validation is None:
        train, validation = hold_out(train, VALIDATION_SHARE, most=MOST_VALIDATION)
    mean, std = mean_and_std(train.inputs)
    return Dataset(name, classes, train, validation, test, mean, std)


def mean_and_std(inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Of uint8 images ``[n, c, h, w]`` by channel, ``[c, 1, 1]``; of features by column.

    Where nothing varies the standard deviation is 1, so that dividing by it changes nothing.
    """
    if inputs.ndim == 4:
        mean, variance = _of_images(inputs)
    else:
        values = inputs.double()
        mean, variance = values.mean(0), values.var(0, correction=0)
    std = variance.clamp(min=0).sqrt()
    std[std < 1e-12] = 1.0
    return mean.float(), std.float()


def _of_images(images: Tensor) -> tuple[Tensor, Tensor]:
    """Exact, from counts of the 256 values: no float copy of all the pixels."""
    counts = torch.stack([
        torch.bincount(images[:, channel].reshape(-1), minlength=256)
        for channel in range(images.shape[1])
    ]).double()  # fmt: skip
    shares = counts / counts.sum(1, keepdim=True)
    values = torch.arange(256, dtype=torch.float64)
    mean = shares @ values
    variance = (shares * (values - mean[:, None]) ** 2).sum(1)
    return mean[:, None, None], variance[:, None, None]


def _check_classes(name: str, classes: tuple[str, ...], labels: Tensor) -> None:
    if len(classes) < 2:
        raise UserError("one_class", dataset=name, found=", ".join(classes))
    counts = torch.bincount(labels, minlength=len(classes)).tolist()
    for class_name, count in zip(classes, counts, strict=True):
        if count < SMALLEST_CLASS:
            raise UserError("class_too_small", dataset=name, class_name=class_name, count=count,
                            least=SMALLEST_CLASS)  # fmt: skip
