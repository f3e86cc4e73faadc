"""Means over the batches since the last report, computed once a window instead of at each step.

The loop only hands over references; the losses, accuracies and agreement of a window come from
its logits in one go.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from kdcore.errors import UserError
from kdcore.events import StepScores
from kdcore.training.terms import Mix, Terms

POINTS_PER_EPOCH = 10
"""At least so many reports an epoch, where it has as many batches."""
FLOPS_PER_REPORT = 6e9
"""And one at least after so much arithmetic: a fraction of a second on a slow processor."""
SLOWEST_REPORTS = 8
"""Batches a second below which every batch is reported."""


def batches_per_report(batches_per_epoch: int, flops_per_batch: float) -> int:
    """Batches from one report to the next.

    It depends on the run's settings and never on a clock: equal runs tell equal events.
    """
    by_epoch = -(-batches_per_epoch // POINTS_PER_EPOCH)
    by_work = int(FLOPS_PER_REPORT / max(flops_per_batch, 1))
    return max(1, min(by_epoch, by_work))


@dataclass(slots=True)
class Window:
    """The batches since the last report."""

    logits: list[Tensor] = field(default_factory=list)
    labels: list[Tensor] = field(default_factory=list)
    teacher: list[Tensor] = field(default_factory=list)
    hard_gradient: Tensor | None = None
    soft_gradient: Tensor | None = None


class Meter:
    """Collects windows and keeps the epoch's totals.

    Args:
        names: the learners in the order of the logits' first axis.
        terms: the run's loss.
        lr: asks for the current learning rate, for the error message.
    """

    def __init__(self, names: list[str], terms: Terms) -> None:
        self._names = names
        self._terms = terms
        self._window = Window()
        self._totals = torch.zeros(4, len(names), dtype=torch.float64)
        self._seen = 0

    @property
    def pending(self) -> int:
        """Batches in the window."""
        return len(self._window.logits)

    def record(
        self, logits: Tensor, labels: Tensor, teacher: Tensor | None, hard: Tensor,
        soft: Tensor | None,
    ) -> None:  # fmt: skip
        """Take a step's logits ``[K, B, C]``, labels ``[B]`` and weighted gradients."""
        window = self._window
        window.logits.append(logits)
        window.labels.append(labels)
        if teacher is not None:
            window.teacher.append(teacher)
        window.hard_gradient, window.soft_gradient = hard, soft

    def report(
        self, *, temperature: float, mixed: Mix, step: int, lr: float
    ) -> dict[str, StepScores]:
        """The window's means by learner; starts a new window.

        Raises:
            UserError: a loss is not finite.
        """
        window, self._window = self._window, Window()
        logits, labels = torch.cat(window.logits, dim=1), torch.cat(window.labels)
        teacher = torch.cat(window.teacher) if window.teacher else None
        hard, soft = (
            term.double().cpu() for term in self._terms.values(logits, labels, teacher, temperature)
        )
        answers = logits.argmax(-1)
        accuracy = (answers == labels).double().mean(-1).cpu()
        agreement = (
            (answers == teacher.argmax(-1)).double().mean(-1).cpu()
            if teacher is not None else torch.full_like(accuracy, torch.nan)
        )  # fmt: skip
        total = self._total(hard, soft, mixed)
        self._check(hard, soft, step, lr)
        self._totals += len(labels) * torch.stack([total, hard, soft, accuracy])
        self._seen += len(labels)
        return {
            name: StepScores(
                loss=total[index].item(), hard_loss=hard[index].item(),
                soft_loss=soft[index].item(), accuracy=accuracy[index].item(),
                agreement=agreement[index].item(),
                **self._norms(window, index, temperature),
            )
            for index, name in enumerate(self._names)
        }  # fmt: skip

    def epoch_means(self) -> dict[str, dict[str, float]]:
        """Means over the epoch's examples by learner; starts a new epoch."""
        means = (self._totals / max(self._seen, 1)).T.tolist()
        self._totals.zero_()
        self._seen = 0
        keys = ("train_loss", "hard_loss", "soft_loss", "train_accuracy")
        return {
            name: dict(zip(keys, values, strict=True))
            for name, values in zip(self._names, means, strict=True)
        }

    def _total(self, hard: Tensor, soft: Tensor, mixed: Mix) -> Tensor:
        total = hard.clone()
        if (listener := self._terms.distilled) is not None:
            total[listener] = mixed.hard * hard[listener] + mixed.soft * soft[listener]
        return total

    def _norms(self, window: Window, index: int, temperature: float) -> dict[str, float]:
        assert window.hard_gradient is not None, "a window has at least one batch"
        hard = window.hard_gradient[index].norm().item()
        listens = index == self._terms.distilled and window.soft_gradient is not None
        soft = window.soft_gradient.norm().item() if listens else 0.0  # type: ignore[union-attr]
        return {
            "hard_gradient": hard,
            "soft_gradient": soft,
            "soft_gradient_without_t2": self._terms.without_t2(soft, temperature),
        }

    def _check(self, hard: Tensor, soft: Tensor, step: int, lr: float) -> None:
        for term, values in (("hard loss", hard), ("soft loss", soft)):
            for name, value in zip(self._names, values.tolist(), strict=True):
                if value != value or value in (float("inf"), float("-inf")):
                    raise UserError("loss_not_finite", term=term, learner=f"{name} student",
                                    value=str(value), step=step, lr=lr)  # fmt: skip
