"""Answers to the batch with noise added, the same for student and teacher."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from kdcore.data import sent
from kdcore.training.objective.terms import StepControls
from kdcore.training.probes.probe import Probe
from kdcore.training.randomness import generator


class NoisyInputProbe(Probe):
    """Gives ``noisy_student_logits`` and ``noisy_teacher_logits``, ``[B, C]``."""

    def observe(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, step_controls: StepControls
    ) -> None:
        """See ``Probe``; the noise is of standard deviation 1 here."""
        del labels, teacher_logits, step_controls
        self._inputs = inputs
        step = self.context.students.step
        self._noise = [
            sent(
                torch.randn(batch.shape, generator=generator(seed, "noisy inputs", step)),
                batch.device,
            )
            for seed, batch in zip(self.context.seeds, inputs, strict=True)
        ]

    def loss_inputs(self, net: int, step_controls: StepControls) -> Iterator[dict[str, Any]]:
        """See ``Probe``."""
        seed, member = self.context.place(net)
        noisy = self._inputs[seed] + step_controls.settings["noise"][member] * self._noise[seed]
        with torch.no_grad():
            of_teacher = self.context.teacher(noisy).float()
        with self.context.students.chance(net, "dropout of noisy inputs"):
            of_student = self.context.students.modules[net](noisy).float()
        yield {"noisy_student_logits": of_student, "noisy_teacher_logits": of_teacher}
