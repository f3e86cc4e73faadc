"""What answers to corrupted images are worth, severity by severity and on average.

Shapes: n examples, v versions of every example, b bins of the confidence.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from kdcore.jobs.robustness.events import Comparison, Estimate, Quality
from kdcore.losses import softmax
from kdcore.metrics import expected_calibration_error
from kdcore.robustness.bootstrap import (
    Interval,
    binned_gaps,
    calibration_error_interval,
    mean_calibration_error,
    mean_interval,
    resampled_counts,
)
from kdcore.training.robustness.answers import Answers

RESAMPLES = 1_000
PAIR = ("distilled", "plain")


class Kept(NamedTuple):
    """Of one learner and all severities of a corruption."""

    right: Tensor
    """``[v, n]`` bool."""
    confidence: Tensor
    """``[v, n]``."""


class Means:
    """Collects what was right, and compares the learners over any of the corruptions.

    Args:
        labels: ``[n]``, on the CPU.
        seed: of the bootstrap.
    """

    def __init__(self, labels: Tensor, seed: int) -> None:
        self.labels = labels
        self._counts = resampled_counts(len(labels), RESAMPLES, seed)
        self._clean: dict[str, Tensor] = {}
        """Which clean images a learner has right, ``[n]`` float64."""
        self._kept: dict[str, dict[str, Kept]] = {}

    @property
    def measured(self) -> list[str]:
        """The corruptions whose severities are all kept."""
        return list(self._kept)

    def qualities(self, answers: Mapping[str, Answers]) -> dict[str, Quality]:
        """What each learner's answers to one version of the images are worth."""
        found = {}
        for learner, own in answers.items():
            probabilities = softmax(own.logits)
            errors = int((own.logits.argmax(-1) != self.labels).sum())
            found[learner] = Quality(
                accuracy=(len(self.labels) - errors) / len(self.labels),
                errors=errors,
                ece=float(expected_calibration_error(probabilities, self.labels)),
            )
        return found

    def keep_clean(self, answers: Mapping[str, Answers]) -> None:
        """Remember the answers to the images as they are."""
        self._clean = {
            learner: (own.logits.argmax(-1) == self.labels).double()
            for learner, own in answers.items()
        }

    def keep(self, corruption: str, of_severities: Sequence[Mapping[str, Answers]]) -> None:
        """Remember the answers to all severities of a corruption."""
        self._kept[corruption] = {
            learner: self._of([answers[learner].logits for answers in of_severities])
            for learner in of_severities[0]
        }

    def comparison(self, corruptions: Sequence[str]) -> Comparison:
        """Means over all severities of these corruptions, with intervals over the examples."""
        learners = list(self._kept[corruptions[0]])
        kept = {
            learner: Kept(
                *(
                    torch.cat(parts)
                    for parts in zip(
                        *(self._kept[corruption][learner] for corruption in corruptions),
                        strict=True,
                    )
                )
            )
            for learner in learners
        }
        right = {learner: own.right.double().mean(0) for learner, own in kept.items()}
        gaps = {learner: binned_gaps(own.confidence, own.right) for learner, own in kept.items()}
        accuracy_gain = ece_gain = beyond_clean = None
        if set(PAIR) <= set(learners):
            distilled, plain = PAIR
            ahead = right[distilled] - right[plain]
            ahead_clean = self._clean[distilled] - self._clean[plain]
            accuracy_gain = _estimate(mean_interval(ahead, self._counts))
            beyond_clean = _estimate(mean_interval(ahead - ahead_clean, self._counts))
            ece_gain = _estimate(
                calibration_error_interval(gaps[distilled], gaps[plain], self._counts)
            )
        return Comparison(
            accuracy={
                learner: _estimate(mean_interval(own, self._counts))
                for learner, own in right.items()
            },
            ece={learner: float(mean_calibration_error(own)) for learner, own in gaps.items()},
            accuracy_gain=accuracy_gain,
            ece_gain=ece_gain,
            beyond_clean=beyond_clean,
        )

    def _of(self, logits: Sequence[Tensor]) -> Kept:
        confidence, answers = softmax(torch.stack(list(logits))).max(-1)
        return Kept(answers == self.labels, confidence)


def _estimate(interval: Interval) -> Estimate:
    return Estimate(value=interval.value, low=interval.low, high=interval.high)
