"""Answers to the batch with noise added, the same for student and teacher."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from kdcore.training.terms import Tuning
from kdcore.training.views.view import Scene, View


class NoisyInputView(View):
    """Gives ``noisy_student_logits`` and ``noisy_teacher_logits``, ``[B, C]``."""

    def __init__(self, scene: Scene, nets: Sequence[int]) -> None:
        super().__init__(scene, nets)
        self._generators = [torch.Generator().manual_seed(seed) for seed in scene.seeds]

    def look(self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, tuning: Tuning) -> None:
        """See ``View``; the noise is of standard deviation 1 here."""
        del labels, teacher_logits, tuning
        self._inputs = inputs
        pairs = zip(inputs, self._generators, strict=True)
        self._noise = [torch.randn(batch.shape, generator=own).to(batch) for batch, own in pairs]

    def given(self, net: int, tuning: Tuning) -> Iterator[dict[str, Any]]:
        """See ``View``."""
        seed, member = self.scene.place(net)
        noisy = self._inputs[seed] + tuning.settings["noise"][member] * self._noise[seed]
        with torch.no_grad():
            of_teacher = self.scene.teacher(noisy).float()
        of_student = self.scene.students.modules[net](noisy).float()
        yield {"noisy_student_logits": of_student, "noisy_teacher_logits": of_teacher}
