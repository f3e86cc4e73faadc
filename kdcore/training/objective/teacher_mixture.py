"""The targets that one teacher gives a student, or several.

Shapes: S seeds, G members, K teachers, B batch, C classes.
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.losses import confidence_weights, entropy_weights, joined_logits
from kdcore.models.ensemble import EnsembleModel, members_of


class TeacherMixture:
    """K teachers and how their logits are mixed.

    Args:
        mixing: ``losses``, ``logits``, ``probabilities``, ``entropy`` or ``confidence``; see
            ``RunConfig.teacher_mixing``.
        shares: of the teachers, in their order; made to sum to 1.
    """

    def __init__(self, mixing: str = "losses", shares: Sequence[float] = (1.0,)) -> None:
        self._mixing, self.count = mixing, len(shares)
        self.shares = torch.tensor(shares, dtype=torch.float64) / sum(shares)
        """``[K]``, float64; they sum to 1."""

    def targets(
        self, each: Tensor, method_labels: Tensor, temperature: Tensor
    ) -> Iterator[tuple[float, Tensor]]:
        """Teachers' logits for the students' losses, each with its share of the loss.

        Args:
            each: ``[S, K, B, C]``.
            method_labels: ``[S, B]``.
            temperature: of some members, ``[G]``.

        Yields:
            A share and logits ``[S, G or 1, B, C]``; the shares sum to 1.
        """
        if self.count == 1:
            yield 1.0, each
        elif self._mixing == "losses":
            for at, share in enumerate(self.shares.tolist()):
                yield share, each[:, at : at + 1]
        elif self._mixing == "logits":
            yield 1.0, self._mean_logits(each)[:, None]
        else:
            weights = self.weights(each, method_labels, temperature)
            of_members = temperature.expand(len(each), -1)
            yield 1.0, joined_logits(each[:, None], weights, of_members)

    def mean_logits(self, each: Tensor) -> Tensor:
        """The one answer of all teachers, of which agreement is counted, ``[S, B, C]``."""
        if self.count == 1:
            return each[:, 0]
        if self._mixing == "logits":
            return self._mean_logits(each)
        return joined_logits(each, self.shares[:, None].to(each), 1.0)

    def weights(self, each: Tensor, method_labels: Tensor, temperature: Tensor) -> Tensor:
        """What each teacher counts for each example, ``[S, G, K, B]``; they sum to 1 over K."""
        shares = self.shares[:, None].to(each)
        size = (len(each), len(temperature), *each.shape[1:3])
        if self._mixing == "entropy":
            weights = entropy_weights(
                each[:, None].expand(*size, -1), temperature.expand(len(each), -1)
            )
        elif self._mixing == "confidence":
            weights = confidence_weights(each, method_labels)[:, None]
        else:
            return shares.expand(size)
        weights = weights * shares
        return (weights / weights.sum(-2, keepdim=True)).expand(size)

    def _mean_logits(self, each: Tensor) -> Tensor:
        return (each * self.shares[:, None, None].to(each)).sum(1)


def mixture_of(config: RunConfig, teacher: nn.Module) -> TeacherMixture:
    """How the teachers' logits are mixed.

    Raises:
        UserError: there are not as many shares as teachers.
    """
    count = len(members_of(teacher))
    if config.assistants and count == 1:  # the shares are those of its teachers
        return TeacherMixture()
    own = teacher.shares.tolist() if isinstance(teacher, EnsembleModel) else [1.0]
    shares = config.shares or own
    if len(shares) != count:
        raise UserError("teacher_shares_count", value=config.teacher_shares, teachers=count)
    return TeacherMixture(config.teacher_mixing, shares)
