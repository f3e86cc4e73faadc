"""From raw examples to a ``Dataset``: the missing splits are cut, the training data measured."""

from collections.abc import Sequence

import torch
from torch import Tensor

from kdcore.data.dataset import Dataset, Split
from kdcore.data.split import hold_out
from kdcore.errors import UserError

TEST_SHARE = 0.2
VALIDATION_SHARE, MOST_VALIDATION = 0.1, 5_000
SMALLEST_CLASS = 3
"""One example for each of training, validation and test."""
MOST_CLASSES = 10_000
MOST_CELLS = 4_000_000
"""Numbers that are measured at once."""
ROUNDING = torch.finfo(torch.float64).eps
"""Deviation, as a share of a column's size, up to which its values count as equal."""


def assemble(
    name: str,
    classes: tuple[str, ...],
    train: Split,
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
    mean, std = mean_and_std(train.inputs)
    return Dataset(name, classes, train, validation, test, mean, std)


def mean_and_std(inputs: Tensor) -> tuple[Tensor, Tensor]:
    """Of uint8 images ``[n, c, h, w]`` by channel, ``[c, 1, 1]``; of features by column.

    Where nothing varies the standard deviation is 1, so that dividing by it changes nothing.
    """
    if inputs.ndim == 4:
        mean, std = _of_images(inputs)
    else:
        mean, std = spread(inputs)
    std[std == 0] = 1.0
    return mean.float(), std.float()


def spread(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each column of ``[n, features]``, float64.

    The deviation is 0 where a column's values are equal but for the rounding of float64: what is
    small is measured by the column's own size, be it 1e15 or 1e-13.

    Example:
        >>> spread(torch.tensor([[1e15, 0.1], [1e15 + 2, 0.1]], dtype=torch.float64))[1].tolist()
        [1.0, 0.0]
    """
    parts = [_spread(part) for part in features.split(max(1, MOST_CELLS // len(features)), dim=1)]
    means, deviations = zip(*parts, strict=True)
    return torch.cat(means), torch.cat(deviations)


def _spread(features: Tensor) -> tuple[Tensor, Tensor]:
    first = features[0].double()
    differences = features.double() - first  # exact where values are near each other
    unit = differences.abs().amax(0)
    unit[unit == 0] = 1.0
    shares = differences.div_(unit)  # the square of a huge value would be infinite
    std = shares.std(0, correction=0) * unit
    std[std <= ROUNDING * features.abs().amax(0)] = 0.0
    return first + shares.mean(0) * unit, std


def _of_images(images: Tensor) -> tuple[Tensor, Tensor]:
    """Exact, from counts of the 256 values: no float copy of all the pixels."""
    counts = torch.stack(
        [
            torch.bincount(images[:, channel].reshape(-1), minlength=256)
            for channel in range(images.shape[1])
        ]
    ).double()
    shares = counts / counts.sum(1, keepdim=True)
    values = torch.arange(256, dtype=torch.float64)
    mean = shares @ values
    variance = (shares * (values - mean[:, None]) ** 2).sum(1)
    return mean[:, None, None], variance.clamp(min=0).sqrt()[:, None, None]


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
