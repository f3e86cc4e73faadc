"""What the students of every seed learn from beside the inputs.

Shapes: S seeds, K teachers, B batch, C classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class BatchTargets:
    """Labels and teachers' logits of a batch."""

    labels: Tensor
    """Of which accuracy is counted, ``[S, B]``."""
    method_labels: Tensor
    """What a method may name as the label, ``[S, B]``: of unlabelled examples the teacher's."""
    teacher_logits: Tensor | None = None
    """``[S, K, B, C]``; ``None`` where no student has a teacher."""
    hard_targets: Tensor | None = None
    """What the hard term asks for, ``[S, B, C]``, where it is not the label alone."""
    label_weights: Tensor | None = None
    """What an example counts for a method without a teacher, ``[S, B]``: 0 where its label is
    hidden; their mean is 1. ``None`` where every label is known."""
    class_orders: Tensor | None = None
    """An order of all classes but one for each example, ``[S, B, C − 1]``, the same at every
    epoch; ``None`` where no method shuffles classes."""

    def first(self, count: int) -> Self:
        """The first ``count`` examples."""
        few = slice(count)
        return type(self)(
            self.labels[:, few],
            self.method_labels[:, few],
            None if self.teacher_logits is None else self.teacher_logits[:, :, few],
            None if self.hard_targets is None else self.hard_targets[:, few],
            None if self.label_weights is None else self.label_weights[:, few],
            None if self.class_orders is None else self.class_orders[:, few],
        )


def joined(batches: Sequence[BatchTargets]) -> BatchTargets:
    """Several batches of the same seeds as one."""
    return _joined(batches, examples=1) if len(batches) > 1 else batches[0]


def side_by_side(batches: Sequence[BatchTargets]) -> BatchTargets:
    """A batch of each seed, S being 1 in all of them, as one."""
    return _joined(batches, examples=0) if len(batches) > 1 else batches[0]


def _joined(batches: Sequence[BatchTargets], examples: int) -> BatchTargets:
    """Along axis ``examples`` of labels: their batch, or their seeds where it is 0."""
    of_logits = 2 if examples else 0
    return BatchTargets(
        torch.cat([each.labels for each in batches], dim=examples),
        torch.cat([each.method_labels for each in batches], dim=examples),
        _all([each.teacher_logits for each in batches], of_logits),
        _all([each.hard_targets for each in batches], examples),
        _all([each.label_weights for each in batches], examples),
        _all([each.class_orders for each in batches], examples),
    )


def _all(parts: Sequence[Tensor | None], axis: int) -> Tensor | None:
    """``None`` where there are none: batches are alike in that."""
    there = [part for part in parts if part is not None]
    return torch.cat(there, axis) if there else None
