"""Answers to the batch with noise added, the same for student and teacher."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from kdcore.training.objective.terms import StepControls
from kdcore.training.probes.probe import Probe, ProbeContext


class NoisyInputProbe(Probe):
    """Gives ``noisy_student_logits`` and ``noisy_teacher_logits``, ``[B, C]``."""

    def __init__(self, context: ProbeContext, nets: Sequence[int]) -> None:
        super().__init__(context, nets)
        self._generators = [torch.Generator().manual_seed(seed) for seed in context.seeds]

    def observe(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, step_controls: StepControls
    ) -> None:
        """See ``Probe``; the noise is of standard deviation 1 here."""
        del labels, teacher_logits, step_controls
        self._inputs = inputs
        pairs = zip(inputs, self._generators, strict=True)
        self._noise = [torch.randn(batch.shape, generator=own).to(batch) for batch, own in pairs]

    def loss_inputs(self, net: int, step_controls: StepControls) -> Iterator[dict[str, Any]]:
        """See ``Probe``."""
        seed, member = self.context.place(net)
        noisy = self._inputs[seed] + step_controls.settings["noise"][member] * self._noise[seed]
        with torch.no_grad():
            of_teacher = self.context.teacher(noisy).float()
        of_student = self.context.students.modules[net](noisy).float()
        yield {"noisy_student_logits": of_student, "noisy_teacher_logits": of_teacher}
