"""Means over the batches since the last report, computed once a window instead of at each step.

The loop only hands over references; the losses, accuracies and agreement of a window come from
its logits in one go.

Shapes: S seeds, G members, B batch, C classes.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from kdcore.events import StepScores
from kdcore.training.terms import Terms, Tuning

POINTS_PER_EPOCH = 10
"""At least so many reports an epoch, where it has as many batches."""
FLOPS_PER_REPORT = 6e9
"""And one at least after so much arithmetic: a fraction of a second on a slow processor."""
SLOWEST_REPORTS = 8
"""Batches a second below which every batch is reported."""
MEASURED = 512
"""Examples of a window, its first, from which the methods' own measures are taken."""
Gather = Callable[[Tensor, Tensor, int], tuple[Tensor, Tensor, int]]
MEANS = ("train_loss", "hard_loss", "soft_loss", "train_accuracy")


def batches_per_report(batches_per_epoch: int, flops_per_batch: float = 0.0) -> int:
    """Batches from one report to the next.

    It depends on the run's settings and never on a clock: equal runs tell equal events.
    """
    by_epoch = -(-batches_per_epoch // POINTS_PER_EPOCH)
    by_work = int(FLOPS_PER_REPORT / max(flops_per_batch, 1))
    return max(1, min(by_epoch, by_work))


@dataclass(frozen=True, slots=True)
class Report:
    """Means of a window, ``[S, G]`` each; the terms are before mixing."""

    loss: Tensor
    hard: Tensor
    soft: Tensor
    accuracy: Tensor
    agreement: Tensor
    hard_gradient: Tensor
    """Norms at the logits of the window's last batch, weights included."""
    soft_gradient: Tensor
    measures: dict[str, Tensor]
    """The methods' own, by name; not a number for members without it."""

    def not_finite(self) -> list[tuple[int, str, float]]:
        """``(net, term, value)`` of every loss that is not a number any more."""
        return [
            (net, term, value)
            for term, values in (("hard loss", self.hard), ("soft loss", self.soft))
            for net, value in enumerate(values.flatten().tolist())
            if value != value or value in (float("inf"), float("-inf"))
        ]

    def step_scores(self, net: int, without_t2: float) -> StepScores:
        """One net's row of a ``batch`` event."""
        columns = (self.loss, self.hard, self.soft, self.accuracy, self.agreement,
                   self.hard_gradient, self.soft_gradient)  # fmt: skip
        names = ("loss", "hard_loss", "soft_loss", "accuracy", "agreement", "hard_gradient",
                 "soft_gradient")  # fmt: skip
        values = [column.flatten()[net].item() for column in columns]
        measures = {name: column.flatten()[net].item() for name, column in self.measures.items()}
        return StepScores(
            **dict(zip(names, values, strict=True)), soft_gradient_without_t2=without_t2,
            measures={name: value for name, value in measures.items() if not math.isnan(value)},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Within:
    """What the terms inside came to, for the meter."""

    there: Tensor
    """Which nets have such a term, ``[S, G]``, bool."""
    losses: Tensor
    """Before λ, ``[S, G]``; 0 where there is no such term."""
    norms: Tensor | None
    """Norms of the hard and the soft term's gradient at the student's weights, ``[2, S, G]``."""


@dataclass(slots=True)
class _Window:
    """The batches since the last report."""

    logits: list[Tensor] = field(default_factory=list)
    labels: list[Tensor] = field(default_factory=list)
    teacher: list[Tensor] = field(default_factory=list)
    hard_gradient: Tensor | None = None
    soft_gradient: Tensor | None = None
    inside: list[Tensor] = field(default_factory=list)
    """Losses of the terms inside, times the batch's examples."""
    inside_norms: Tensor | None = None
    there: Tensor | None = None


class Meter:
    """Collects windows and keeps the epoch's totals.

    Args:
        seeds: S.
        members: G.
        terms: the members' losses.
        gather: from a window's means, norms and number of examples to those of all ranks;
            without it the window is this process's alone.
    """

    def __init__(
        self, seeds: int, members: int, terms: Terms, gather: Gather = lambda *window: window
    ) -> None:
        self._gather = gather
        self._terms = terms
        self._window = _Window()
        self._totals = torch.zeros(len(MEANS), seeds * members, dtype=torch.float64)
        self._seen = 0

    @property
    def pending(self) -> int:
        """Batches in the window."""
        return len(self._window.logits)

    def record(
        self, logits: Tensor, labels: Tensor, teacher: Tensor | None, hard: Tensor, soft: Tensor,
        within: Within | None = None,
    ) -> None:  # fmt: skip
        """Take a step's logits, labels ``[S, B]``, teacher's logits and weighted gradients.

        And what the terms inside came to, where there are any.
        """
        window = self._window
        window.logits.append(logits)
        window.labels.append(labels)
        if teacher is not None:
            window.teacher.append(teacher)
        window.hard_gradient, window.soft_gradient = hard, soft
        if within is not None:
            window.inside.append(within.losses * labels.shape[1])
            window.there = within.there
            if within.norms is not None:
                window.inside_norms = within.norms

    def report(self, tuning: Tuning, *, measured: bool = False) -> Report:
        """The window's means; starts a new window.

        Args:
            tuning: of the members.
            measured: whether the methods' own measures are wanted.
        """
        window, self._window = self._window, _Window()
        assert window.hard_gradient is not None, "a window has at least one batch"
        assert window.soft_gradient is not None, "and both of its gradients"
        logits, labels = torch.cat(window.logits, dim=2), torch.cat(window.labels, dim=1)
        teacher = torch.cat(window.teacher, dim=1) if window.teacher else None
        hard, soft = self._terms.values(logits, labels, teacher, tuning)
        norms = torch.stack([window.hard_gradient, window.soft_gradient]).flatten(3).norm(dim=-1)
        if window.inside:
            assert window.there is not None, "it comes with the losses"
            inside = torch.stack(window.inside).sum(0) / labels.shape[1]
            soft = torch.where(window.there, inside, soft)
            if window.inside_norms is not None:
                norms = torch.where(window.there, window.inside_norms, norms)
        answers = logits.argmax(-1)
        accuracy = (answers == labels[:, None]).double().mean(-1)
        agreement = (
            (answers == teacher.argmax(-1)[:, None]).double().mean(-1)
            if teacher is not None else torch.full_like(accuracy, torch.nan)
        )  # fmt: skip
        hard, soft = hard.double(), soft.double()
        mixed = tuning.hard.double() * hard + tuning.soft.double() * soft
        own = self._measures(logits, labels, teacher, tuning) if measured else {}
        means, norms, examples = self._gather(
            torch.stack([mixed, hard, soft, accuracy, agreement, *own.values()]),
            norms, labels.shape[1],
        )  # fmt: skip
        loss, hard, soft, accuracy, agreement, *measures = means.cpu()
        hard_gradient, soft_gradient = norms.cpu()
        report = Report(
            loss=loss, hard=hard, soft=soft, accuracy=accuracy, agreement=agreement,
            hard_gradient=hard_gradient, soft_gradient=soft_gradient,
            measures=dict(zip(own, measures, strict=True)),
        )  # fmt: skip
        kept = (report.loss, report.hard, report.soft, report.accuracy)
        self._totals += examples * torch.stack([values.flatten() for values in kept])
        self._seen += examples
        return report

    def _measures(
        self, logits: Tensor, labels: Tensor, teacher: Tensor | None, tuning: Tuning
    ) -> dict[str, Tensor]:
        """``[S, G]`` each, float64."""
        few = slice(MEASURED)
        of_members = self._terms.measures(
            logits[:, :, few], labels[:, few], None if teacher is None else teacher[:, few], tuning
        )
        found: dict[str, Tensor] = {}
        for member, measures in enumerate(of_members):
            for name, values in measures.items():
                column = found.setdefault(name, tuning.hard.new_full(
                    logits.shape[:2], torch.nan, dtype=torch.float64))  # fmt: skip
                column[:, member] = values
        return found

    def epoch_means(self) -> list[dict[str, float]]:
        """Each net's means over the epoch's examples; starts a new epoch."""
        means = (self._totals / max(self._seen, 1)).T.tolist()
        self._totals.zero_()
        self._seen = 0
        return [dict(zip(MEANS, values, strict=True)) for values in means]
