"""Whether the confidence can be believed: bins, their gaps, and proper scores.

Bins are closed on the left, [low, high), the last one on both sides. Confidence is the
probability of the answer, the most probable class. An empty bin has no accuracy, it never counts
as a perfect one.
"""

import torch
from torch import Tensor


def negative_log_likelihood(probabilities: Tensor, labels: Tensor) -> Tensor:
    """Mean −log probability of the label, in nats; probabilities are clamped at 1e-12.

    Args:
        probabilities: ``[..., samples, classes]``; leading axes are several learners.
        labels: ``[samples]``, int64.

    Returns:
        ``[...]``.
    """
    return -_of_label(probabilities, labels).clamp_min(1e-12).log().mean(-1)


def brier_score(probabilities: Tensor, labels: Tensor) -> Tensor:
    """Mean over samples of the squared distance to the one-hot label, from 0 to 2.

    Args:
        probabilities: ``[..., samples, classes]``; leading axes are several learners.
        labels: ``[samples]``, int64.

    Returns:
        ``[...]``.

    Source:
        Brier: Verification of forecasts expressed in terms of probability, 1950.
    """
    # |p − y|² = |p|² − 2·p_y + 1 for a one-hot y
    of_label = _of_label(probabilities, labels)
    return (probabilities.square().sum(-1) - 2 * of_label + 1).mean(-1)


def reliability_bins(probabilities: Tensor, labels: Tensor, bins: int = 15) -> Tensor:
    """Equal-width bins of the confidence.

    Args:
        probabilities: ``[..., samples, classes]``; leading axes are several learners.
        labels: ``[samples]``, int64.
        bins: how many.

    Returns:
        ``[..., bins, 3]``, float64: count, sum of the confidence, sum of right answers.

    Example:
        >>> reliability_bins(torch.tensor([[0.8, 0.2]]), torch.tensor([0]), bins=2)[1, 0].item()
        1.0
    """
    confidence, answers = probabilities.max(-1)
    return sum_by_bin(confidence, answers == labels, bins)


def sum_by_bin(confidence: Tensor, right: Tensor, bins: int) -> Tensor:
    """Count, sum of ``confidence`` and sum of ``right`` by equal width.

    Args:
        confidence: ``[..., samples]``.
        right: the same shape.
        bins: how many.

    Returns:
        ``[..., bins, 3]``, float64.
    """
    learners = confidence.shape[:-1]
    index = (confidence.double() * bins).floor().long().clamp(0, bins - 1)
    first = torch.arange(learners.numel(), device=index.device).view(*learners, 1) * bins
    index = (index + first).flatten()
    columns = (torch.ones_like(confidence), confidence, right)
    return torch.stack(
        [
            torch.bincount(index, column.flatten().double(), minlength=bins * learners.numel())
            for column in columns
        ],
        dim=-1,
    ).view(*learners, bins, 3)


def calibration_error(table: Tensor) -> Tensor:
    """Σ count/total · |accuracy − confidence| of a table of ``reliability_bins``."""
    return (table[..., 2] - table[..., 1]).abs().sum(-1) / table[..., 0].sum(-1)


def expected_calibration_error(probabilities: Tensor, labels: Tensor, bins: int = 15) -> Tensor:
    """Mean gap between confidence and accuracy, weighted by the bins' counts (L1).

    Args:
        probabilities: ``[..., samples, classes]``; leading axes are several learners.
        labels: ``[samples]``, int64.
        bins: equal-width bins.

    Returns:
        ``[...]``, from 0 to 1; biased upwards for few samples.

    Source:
        Naeini, Cooper, Hauskrecht 2015; Guo et al. 2017, equation 3.
    """
    return calibration_error(reliability_bins(probabilities, labels, bins))


def maximum_calibration_error(probabilities: Tensor, labels: Tensor, bins: int = 15) -> Tensor:
    """The largest gap of a bin that is not empty; noisy where that bin holds few samples.

    Args:
        probabilities: ``[samples, classes]``.
        labels: ``[samples]``, int64.
        bins: equal-width bins.
    """
    table = reliability_bins(probabilities, labels, bins)
    filled = table[table[:, 0] > 0]
    return ((filled[:, 2] - filled[:, 1]).abs() / filled[:, 0]).max()


def adaptive_calibration_error(probabilities: Tensor, labels: Tensor, bins: int = 15) -> Tensor:
    """The mean gap over equal-mass ranges and classes.

    For each class the samples are sorted by its probability and cut into ranges of equal count;
    the gap is between the class's frequency and its mean probability. Equal probabilities share
    the range of their middle one, so that the order of the samples does not matter; a range counts
    as often as ranges of equal count went into it.

    Args:
        probabilities: ``[samples, classes]``.
        labels: ``[samples]``, int64.
        bins: ranges a class; no more than samples.

    Source:
        Nixon et al.: Measuring Calibration in Deep Learning, 2019, equation 3.
    """
    samples, classes = probabilities.shape
    ordered, order = probabilities.double().sort(dim=0)
    hits = (labels[order] == torch.arange(classes, device=labels.device)).double()
    bins = min(bins, samples)
    rank = torch.arange(samples, device=labels.device)
    range_of = (rank * bins) // samples
    share = 1 / (bins * torch.bincount(range_of, minlength=bins).double()[range_of])
    index = range_of[_middle_of_ties(ordered)]
    count, gap, weight = (
        ordered.new_zeros(bins, classes).scatter_add_(0, index, values)
        for values in (torch.ones_like(ordered), hits - ordered, share[:, None].expand_as(ordered))
    )
    return (gap.abs() / count.clamp_min(1) * weight).sum(0).mean()


def _middle_of_ties(ordered: Tensor) -> Tensor:
    """For each value of the sorted columns ``[samples, classes]`` the middle row of its equals."""
    rank = torch.arange(len(ordered), device=ordered.device)[:, None].expand(ordered.shape)
    differs = ordered[1:] != ordered[:-1]
    edge = differs.new_ones(1, ordered.shape[1])
    first = torch.where(torch.cat([edge, differs]), rank, 0).cummax(0).values
    last = torch.where(torch.cat([differs, edge]), rank, len(ordered))
    return (first + last.flip(0).cummin(0).values.flip(0)) // 2


def classwise_calibration_error(probabilities: Tensor, labels: Tensor, bins: int = 15) -> Tensor:
    """Mean over classes of the expected calibration error of the class's own probability.

    Args:
        probabilities: ``[samples, classes]``.
        labels: ``[samples]``, int64.
        bins: equal-width bins.

    Source:
        Kull et al.: Beyond temperature scaling, 2019, equation 3.
    """
    classes = probabilities.shape[1]
    errors = [
        calibration_error(sum_by_bin(probabilities[:, index], labels == index, bins))
        for index in range(classes)
    ]
    return torch.stack(errors).mean()


def error_if_calibrated(
    confidence: Tensor, generator: torch.Generator, bins: int = 15, draws: int = 100
) -> tuple[float, float]:
    """Mean and standard deviation of the ECE that a perfectly calibrated model would show.

    Right answers are drawn with the given confidences as their probability; what remains is the
    bias of a finite test set.

    Args:
        confidence: ``[samples]``.
        generator: source of the draws.
        bins: equal-width bins.
        draws: repetitions.
    """
    samples = len(confidence)
    index = (confidence.double() * bins).floor().long().clamp(0, bins - 1)
    surplus = -confidence.float().expand(draws, samples)
    right = torch.rand(draws, samples, generator=generator) < confidence
    gaps = torch.zeros(draws, bins).index_add_(1, index, surplus + right)
    errors = gaps.abs().sum(-1) / samples
    return errors.mean().item(), errors.std().item()


def _of_label(probabilities: Tensor, labels: Tensor) -> Tensor:
    """The probability of each sample's label, ``[..., samples]``."""
    index = labels.expand(probabilities.shape[:-1])[..., None]
    return probabilities.gather(-1, index).squeeze(-1)
