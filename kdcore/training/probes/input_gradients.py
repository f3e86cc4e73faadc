"""How each example's own logit changes with the input."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from kdcore.training.objective.terms import StepControls
from kdcore.training.probes.probe import Probe


class InputGradientProbe(Probe):
    """Gives ``student_gradients`` and ``teacher_gradients``, ``[B, …]``."""

    needs_input_gradients = True

    def observe(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, step_controls: StepControls
    ) -> None:
        """See ``Probe``."""
        del teacher_logits, step_controls
        self._inputs, self._labels = inputs, labels
        leaf = inputs.detach().requires_grad_()
        with torch.enable_grad():
            logits = torch.stack([self.context.teacher(batch) for batch in leaf])
        self._of_teacher = _input_gradients(logits, labels, leaf, keep=False)

    def loss_inputs(self, net: int, step_controls: StepControls) -> Iterator[dict[str, Any]]:
        """See ``Probe``."""
        del step_controls
        seed, _ = self.context.place(net)
        logits = self.context.students.logits_of(net)
        of_student = _input_gradients(logits, self._labels[seed], self._inputs, keep=True)[seed]
        yield {"student_gradients": of_student, "teacher_gradients": self._of_teacher[seed]}


def _input_gradients(logits: Tensor, labels: Tensor, inputs: Tensor, *, keep: bool) -> Tensor:
    """Of each example's own logit at its input, of the shape of ``inputs``."""
    own = logits.gather(-1, labels[..., None]).sum()
    (gradient,) = torch.autograd.grad(own, inputs, create_graph=keep)
    return gradient
