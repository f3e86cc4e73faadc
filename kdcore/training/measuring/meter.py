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
from kdcore.threads import threads_for
from kdcore.training.batches.targets import BatchTargets, joined
from kdcore.training.objective.terms import StepControls, Terms
from kdcore.training.state import State

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
        columns = (
            self.loss,
            self.hard,
            self.soft,
            self.accuracy,
            self.agreement,
            self.hard_gradient,
            self.soft_gradient,
        )
        names = (
            "loss",
            "hard_loss",
            "soft_loss",
            "accuracy",
            "agreement",
            "hard_gradient",
            "soft_gradient",
        )
        values = [column.flatten()[net].item() for column in columns]
        measures = {name: column.flatten()[net].item() for name, column in self.measures.items()}
        return StepScores(
            **dict(zip(names, values, strict=True)),
            soft_gradient_without_t2=without_t2,
            measures={name: value for name, value in measures.items() if not math.isnan(value)},
        )

    def grouped(self, size: int) -> "Report":
        """Each ``size`` neighbours of G as one, with their means."""
        if size == 1:
            return self
        means = {name: _grouped(getattr(self, name), size) for name in REPORTED}
        measures = {name: _grouped(values, size) for name, values in self.measures.items()}
        return Report(**means, measures=measures)


REPORTED = ("loss", "hard", "soft", "accuracy", "agreement", "hard_gradient", "soft_gradient")


def _grouped(values: Tensor, size: int) -> Tensor:
    groups: Tensor = values.unflatten(-1, (-1, size))
    return groups.mean(-1)


@dataclass(frozen=True, slots=True)
class GraphLosses:
    """What the terms inside came to, for the meter."""

    losses: dict[str, Tensor]
    """Before their weight, ``[S, G]``, by the name of that weight (empty: λ)."""
    norms: Tensor | None
    """Norms of the hard and the soft terms' gradients at the students' weights, ``[2, S, G]``; of
    nets without terms inside it is not a number."""


@dataclass(slots=True)
class _Window:
    """The batches since the last report."""

    logits: list[Tensor] = field(default_factory=list)
    targets: list[BatchTargets] = field(default_factory=list)
    hard_gradient: Tensor | None = None
    soft_gradient: Tensor | None = None
    inside: dict[str, Tensor] = field(default_factory=dict)
    """Losses of the terms inside, times examples, summed over the batches."""
    inside_norms: Tensor | None = None


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
        self,
        logits: Tensor,
        targets: BatchTargets,
        hard: Tensor,
        soft: Tensor,
        within: GraphLosses | None = None,
    ) -> None:
        """Take a step's logits, its targets and the weighted gradients at the logits.

        And what the terms inside came to, where there are any.
        """
        window = self._window
        window.logits.append(logits)
        window.targets.append(targets)
        window.hard_gradient, window.soft_gradient = hard, soft
        if within is not None:
            examples = targets.labels.shape[1]
            for name, losses in within.losses.items():
                window.inside[name] = window.inside.get(name, 0.0) + losses * examples
            if within.norms is not None:
                window.inside_norms = within.norms

    def report(self, step_controls: StepControls, *, measured: bool = False) -> Report:
        """The window's means; starts a new window.

        Args:
            step_controls: of the students.
            measured: whether the methods' own measures are wanted.
        """
        window, self._window = self._window, _Window()
        with threads_for(sum(logits.numel() for logits in window.logits)):
            return self._report(window, step_controls, measured=measured)

    def _report(self, window: _Window, step_controls: StepControls, *, measured: bool) -> Report:
        assert window.hard_gradient is not None, "a window has at least one batch"
        assert window.soft_gradient is not None, "and both of its gradients"
        logits, targets = torch.cat(window.logits, dim=2), joined(window.targets)
        examples = targets.labels.shape[1]
        hard, soft, extra = self._terms.values(logits, targets, step_controls)
        inside = {name: losses / examples for name, losses in window.inside.items()}
        soft = soft + inside.pop("", 0.0)
        extra |= inside
        norms = torch.stack([window.hard_gradient, window.soft_gradient]).flatten(3).norm(dim=-1)
        if window.inside_norms is not None:
            norms = torch.where(window.inside_norms.isnan(), norms, window.inside_norms)
        predictions = logits.argmax(-1)
        accuracy = (predictions == targets.labels[:, None]).double().mean(-1)
        agreement = torch.full_like(accuracy, torch.nan)
        if targets.teacher_logits is not None:
            teacher = self._terms.mixture.mean_logits(targets.teacher_logits).argmax(-1)
            agreement = (predictions == teacher[:, None]).double().mean(-1)
        hard, soft = hard.double(), soft.double()
        mixed = step_controls.hard.double() * hard + step_controls.soft.double() * soft
        for name, losses in extra.items():
            mixed = mixed + step_controls.settings[name].double() * losses.double()
        own = self._measures(logits, targets, step_controls) if measured else {}
        for name, losses in extra.items():
            weighed = step_controls.settings[name].double() * losses.double()
            weighed[:, self._terms.without_teacher] = torch.nan
            own[name.replace("_weight", "_term")] = weighed
        means, norms, examples = self._gather(
            torch.stack([mixed, hard, soft, accuracy, agreement, *own.values()]), norms, examples
        )
        loss, hard, soft, accuracy, agreement, *measures = means.cpu()
        hard_gradient, soft_gradient = norms.cpu()
        report = Report(
            loss=loss,
            hard=hard,
            soft=soft,
            accuracy=accuracy,
            agreement=agreement,
            hard_gradient=hard_gradient,
            soft_gradient=soft_gradient,
            measures=dict(zip(own, measures, strict=True)),
        )
        kept = (report.loss, report.hard, report.soft, report.accuracy)
        self._totals += examples * torch.stack([values.flatten() for values in kept])
        self._seen += examples
        return report

    def state_dict(self) -> State:
        """See ``Stateful``; the epoch's totals, between two windows."""
        assert not self.pending, "a window is open"
        return {"totals": self._totals, "seen": self._seen}

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        self._totals.copy_(state["totals"])
        self._seen = state["seen"]

    def _measures(
        self, logits: Tensor, targets: BatchTargets, step_controls: StepControls
    ) -> dict[str, Tensor]:
        """``[S, G]`` each, float64."""
        of_members = self._terms.measures(
            logits[:, :, :MEASURED], targets.first(MEASURED), step_controls
        )
        found: dict[str, Tensor] = {}
        for member, measures in enumerate(of_members):
            for name, values in measures.items():
                column = found.setdefault(
                    name,
                    step_controls.hard.new_full(logits.shape[:2], torch.nan, dtype=torch.float64),
                )
                column[:, member] = values
        return found

    def epoch_means(self, size: int = 1) -> list[dict[str, float]]:
        """Each net's means over the epoch's examples, or ``size`` neighbours' as one.

        Starts a new epoch.
        """
        means = _grouped(self._totals / max(self._seen, 1), size).T.tolist()
        self._totals.zero_()
        self._seen = 0
        return [dict(zip(MEANS, values, strict=True)) for values in means]
