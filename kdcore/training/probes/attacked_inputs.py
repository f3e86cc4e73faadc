"""Answers of a student to inputs that are attacked, at each batch anew, against that student."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from kdcore.losses import cross_entropy, soft_target_kl
from kdcore.robustness.attacks import STEP, ascended
from kdcore.training.objective.terms import StepControls
from kdcore.training.probes.probe import Probe, ProbeContext
from kdcore.training.randomness import generator


class AttackedInputProbe(Probe):
    """Gives ``attacked_student_logits``, ``student_logits`` and ``teacher_logits``, ``[B, C]``.

    The inner maximisation is PGD in the L∞ ball of radius ε, a share of the range that inputs have:
    see ``InputKind.bounds``. The student is in
    evaluation mode for it, and in training mode for the answer that it learns from.
    """

    def __init__(self, context: ProbeContext, nets: Sequence[int]) -> None:
        super().__init__(context, nets)
        data = context.data
        self._low, self._high = data.kind.bounds(data.train.inputs, data.mean, data.std)

    def observe(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, step_controls: StepControls
    ) -> None:
        """See ``Probe``; where an attack starts is drawn here, from −1 to 1."""
        del step_controls
        self._inputs, self._labels, self._teacher_logits = inputs.detach(), labels, teacher_logits
        step = self.context.students.step
        self._starts = [
            2 * torch.rand(batch.shape, generator=generator(seed, "attack", step)).to(batch) - 1
            for seed, batch in zip(self.context.seeds, inputs, strict=True)
        ]

    def loss_inputs(self, net: int, step_controls: StepControls) -> Iterator[dict[str, Any]]:
        """See ``Probe``."""
        seed, _ = self.context.place(net)
        student = self.context.students.modules[net]
        attacked = self._attacked(net, step_controls)
        with self.context.students.chance(net, "dropout of attacked inputs"):
            logits = student(attacked).float()
        yield {
            "attacked_student_logits": logits,
            "student_logits": self.context.students.logits_of(net).float(),
            "teacher_logits": self._teacher_logits[seed],
        }

    @abstractmethod
    def _loss(self, logits: Tensor, seed: int) -> Tensor:
        """What the attack makes large, a scalar."""

    def _attacked(self, net: int, step_controls: StepControls) -> Tensor:
        seed, member = self.context.place(net)
        student, inputs = self.context.students.modules[net], self._inputs[seed]
        radius = step_controls.settings["epsilon"][member] * (self._high - self._low)
        steps = round(float(step_controls.settings["steps"][member]))
        start = torch.clamp(inputs + radius * self._starts[seed], self._low, self._high)
        was_training = student.training
        student.eval()
        attacked = ascended(
            lambda leaf: self._loss(student(leaf).float(), seed),
            inputs,
            start,
            epsilon=radius,
            step=STEP * radius,
            steps=steps,
            low=self._low,
            high=self._high,
        )
        student.train(was_training)
        return attacked


class LabelAttackProbe(AttackedInputProbe):
    """The attack makes the cross-entropy with the label large, as in ARD."""

    def _loss(self, logits: Tensor, seed: int) -> Tensor:
        return cross_entropy(logits, self._labels[seed])


class SoftLabelAttackProbe(AttackedInputProbe):
    """The attack makes the KL to the teacher's answer to the clean input large, as in RSLAD."""

    def _loss(self, logits: Tensor, seed: int) -> Tensor:
        return soft_target_kl(logits, self._teacher_logits[seed], 1.0)
