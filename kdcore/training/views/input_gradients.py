"""How each example's own logit changes with the input."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from kdcore.training.terms import Tuning
from kdcore.training.views.view import View


class InputGradientView(View):
    """Gives ``student_gradients`` and ``teacher_gradients``, ``[B, …]``."""

    needs_input_gradients = True

    def look(self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, tuning: Tuning) -> None:
        """See ``View``."""
        del teacher_logits, tuning
        self._inputs, self._labels = inputs, labels
        leaf = inputs.detach().requires_grad_()
        with torch.enable_grad():
            logits = torch.stack([self.scene.teacher(batch) for batch in leaf])
        self._of_teacher = _input_gradients(logits, labels, leaf, keep=False)

    def given(self, net: int, tuning: Tuning) -> Iterator[dict[str, Any]]:
        """See ``View``."""
        del tuning
        seed, _ = self.scene.place(net)
        logits = self.scene.students.logits_of(net)
        of_student = _input_gradients(logits, self._labels[seed], self._inputs, keep=True)[seed]
        yield {"student_gradients": of_student, "teacher_gradients": self._of_teacher[seed]}


def _input_gradients(logits: Tensor, labels: Tensor, inputs: Tensor, *, keep: bool) -> Tensor:
    """Of each example's own logit at its input, of the shape of ``inputs``."""
    own = logits.gather(-1, labels[..., None]).sum()
    (gradient,) = torch.autograd.grad(own, inputs, create_graph=keep)
    return gradient
