"""How far a mean over test examples would be another with other test examples.

Shapes: R resamples, n examples, c corruptions with their severities, b bins of the confidence.
"""

from typing import NamedTuple

import torch
from torch import Tensor

LEVEL = 0.95
BINS = 15


class Interval(NamedTuple):
    """An estimate with the ends of its 95% interval."""

    value: float
    low: float
    high: float


def resampled_counts(examples: int, resamples: int, seed: int) -> Tensor:
    """How often each example is in each resample, ``[R, n]`` float64.

    Args:
        examples: n; as many are drawn with replacement.
        resamples: R.
        seed: of the draws.
    """
    generator = torch.Generator().manual_seed(seed)
    counts = torch.zeros(resamples, examples, dtype=torch.float64)
    drawn = torch.randint(examples, (resamples, examples), generator=generator)
    return counts.scatter_add_(1, drawn, torch.ones((), dtype=torch.float64).expand_as(drawn))


def mean_interval(of_each: Tensor, counts: Tensor) -> Interval:
    """The mean of a number of each example, with a percentile interval.

    For a difference of two learners the numbers are differences: the examples stay paired.

    Args:
        of_each: ``[n]``; where several corruptions are averaged, each example's mean over them.
        counts: see ``resampled_counts``.

    Source:
        Efron, Tibshirani: An Introduction to the Bootstrap, 1993, section 13.3.
    """
    values = of_each.double()
    return Interval(float(values.mean()), *_ends(counts @ values / len(values)))


def calibration_error_interval(first: Tensor, second: Tensor, counts: Tensor) -> Interval:
    """The difference of two learners' mean ECE over corruptions, with a basic interval.

    An ECE is larger on resamples than on the data: a few examples a bin leave larger gaps. The
    basic interval, ``2 · estimate`` minus the ends of the resamples, takes that shift out.

    Args:
        first: gaps of a learner ``[c, n, b]``; see ``binned_gaps``.
        second: of the other, which is taken away.
        counts: see ``resampled_counts``.

    Source:
        Efron, Tibshirani 1993, section 13.4; Davison, Hinkley: Bootstrap Methods and their
        Application, 1997, equation 5.6.
    """
    value = float(mean_calibration_error(first) - mean_calibration_error(second))
    of_resamples = mean_calibration_error(first, counts) - mean_calibration_error(second, counts)
    low, high = _ends(of_resamples)
    return Interval(value, 2 * value - high, 2 * value - low)


def binned_gaps(confidence: Tensor, right: Tensor, bins: int = BINS) -> Tensor:
    """``right − confidence`` of each example in the column of its bin, ``[..., n, b]`` float64.

    Args:
        confidence: ``[..., n]``.
        right: the same shape, bool.
        bins: of equal width; see ``kdcore.metrics.calibration``.
    """
    index = (confidence.double() * bins).floor().long().clamp(0, bins - 1)
    gaps = torch.zeros(*confidence.shape, bins, dtype=torch.float64)
    return gaps.scatter_(-1, index[..., None], (right.double() - confidence.double())[..., None])


def mean_calibration_error(gaps: Tensor, counts: Tensor | None = None) -> Tensor:
    """Mean over corruptions of ``Σ_bins |Σ_examples gap| / n``: a scalar, or ``[R]`` with counts.

    Args:
        gaps: ``[c, n, b]``.
        counts: of resamples ``[R, n]``; without them every example counts once.
    """
    examples = gaps.shape[1]
    if counts is None:
        return gaps.sum(1).abs().sum(-1).mean() / examples
    # one corruption at a time: all of them would take R · c · b numbers
    return torch.stack([(counts @ one).abs().sum(-1) for one in gaps]).mean(0) / examples


def _ends(values: Tensor) -> tuple[float, float]:
    tail = (1 - LEVEL) / 2
    low, high = torch.quantile(values, values.new_tensor([tail, 1 - tail])).tolist()
    return low, high
