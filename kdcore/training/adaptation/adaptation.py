"""The terms of a student's loss that are of target data: soft labels, and alignment of features.

Shapes: S seeds, G students a seed, K = S · G networks with the seed as the slower index, B batch,
C classes.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor

from kdcore.catalogue import METHODS
from kdcore.losses import coral, mmd
from kdcore.losses.adapters import pooled
from kdcore.models.feature_hooks import feature_hooks, stages
from kdcore.training.adaptation.target_batches import TargetBatch, TargetBatches
from kdcore.training.networks.students import Students
from kdcore.training.objective.teacher_mixture import TeacherMixture
from kdcore.training.objective.terms import (
    ALIGNMENT_WEIGHT,
    LossTermSpec,
    StepControls,
    StudentSpec,
    by_name,
)

ALIGNMENTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"coral": coral, "mmd": mmd}


class Adaptation:
    """What the students with a teacher learn from the target; those without never see it.

    The soft terms are means over the target batch in which an example counts 0 where the teacher
    is not confident enough, as in self-training, so they fade where it seldom is.

    Args:
        batches: of the target, by seed.
        specs: of G students.
        students: their nets.
        mixture: of the teachers' logits.
        alignment: ``none`` or a key of ``ALIGNMENTS``; it acts on the features of the last stage.

    Source:
        The student of Nguyen-Meidine et al.: Knowledge Distillation Methods for Efficient
        Unsupervised Adaptation Across Multiple Domains, 2021, with a teacher that stays as it is;
        the threshold as in French, Mackiewicz, Fisher: Self-ensembling for Visual Domain
        Adaptation, 2018.
    """

    def __init__(
        self,
        batches: Sequence[TargetBatches],
        specs: Sequence[StudentSpec],
        students: Students,
        mixture: TeacherMixture,
        alignment: str,
    ) -> None:
        self._batches, self._specs, self._students = batches, specs, students
        self._mixture, self._alignment = mixture, alignment
        self._nets = [
            net for net in range(len(students.modules)) if specs[net % len(specs)].uses_teacher
        ]
        self._last_stage = stages(students.modules[0])[-1]
        self._features: dict[int, dict[str, Tensor]] = {}
        self._now: list[TargetBatch] = []

    def begin(self, step: int) -> None:
        """Take the target batches of a step; the nets answer them together with the next batch."""
        self._now = [of_seed.batch(step) for of_seed in self._batches]
        self._students.answer_beside({net: self._batch(net).inputs for net in self._nets})

    def limit(self, size: int) -> None:
        """Take batches of no more than ``size`` examples from now on."""
        for of_seed in self._batches:
            of_seed.limit(size)

    def forget(self) -> None:
        """Give back what a step that was broken off left."""
        self._features, self._now = {}, []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Around the students' way forward."""
        with ExitStack() as stack:
            if self._alignment != "none":
                self._features = {
                    net: stack.enter_context(
                        feature_hooks(self._students.modules[net], [self._last_stage])
                    )
                    for net in self._nets
                }
            yield

    def terms(
        self, step_controls: StepControls
    ) -> Iterator[tuple[LossTermSpec, dict[int, Tensor]]]:
        """Each term and its value before its weight by net, with its graph."""
        with torch.enable_grad():
            for term in dict.fromkeys(term for spec in self._specs for term in spec.terms):
                yield (
                    term,
                    {
                        net: self._soft(net, term, step_controls)
                        for net in self._nets
                        if term in self._spec(net).terms
                    },
                )
            if self._alignment != "none":
                aligned = {net: self._distance(net) for net in self._nets}
                yield LossTermSpec(self._alignment, ALIGNMENT_WEIGHT), aligned

    def measures(self) -> dict[str, Tensor]:
        """``target_share``: of the newest batch's examples those that count, ``[S, G]``."""
        found = torch.full((len(self._students.modules),), torch.nan, dtype=torch.float64)
        for net in self._nets:
            found[net] = self._batch(net).counts.double().mean().cpu()
        return {"target_share": found.view(-1, len(self._specs))}

    def _soft(self, net: int, term: LossTermSpec, step_controls: StepControls) -> Tensor:
        batch, student = self._batch(net), net % len(self._specs)
        logits = self._students.beside_logits_of(net).float()
        if not batch.counts.any():
            return logits.sum() * 0.0
        each = batch.teacher_logits[None, :, batch.counts]
        predicted, orders = batch.predicted[batch.counts], batch.class_orders
        temperature = step_controls.temperature[student]
        named = {
            **{name: values[student] for name, values in step_controls.settings.items()},
            **dict(term.settings),
            "student_logits": logits[batch.counts],
            "labels": predicted,
            "label_weights": torch.zeros_like(predicted, dtype=logits.dtype),
            "temperature": temperature,
            "class_orders": None if orders is None else orders[batch.counts],
        }
        loss = by_name(METHODS[term.method].load())
        total = logits.new_zeros(())
        for share, of_teacher in self._mixture.targets(each, predicted[None], temperature[None]):
            total = total + share * loss(named | {"teacher_logits": of_teacher[0, 0]})
        return total * batch.counts.float().mean()

    def _distance(self, net: int) -> Tensor:
        features = pooled(self._features[net][self._last_stage].float())
        size = len(self._batch(net).inputs)
        return ALIGNMENTS[self._alignment](features[:-size], features[-size:])

    def _batch(self, net: int) -> TargetBatch:
        return self._now[net // len(self._specs)]

    def _spec(self, net: int) -> StudentSpec:
        return self._specs[net % len(self._specs)]
