"""A moving average of each student, which is its teacher."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from kdcore.losses import soft_target_kl
from kdcore.training.objective.terms import StepControls
from kdcore.training.probes.probe import Probe, ProbeContext
from kdcore.training.state import State


class MovingAverageProbe(Probe):
    """Gives the student's logits, and as ``teacher_logits`` those of its moving average.

    At each batch the average takes in the weights that the student has now, and answers in
    evaluation mode. As many steps as it takes to fill a short memory it is the plain mean of all
    that the student was, so that its first weights are soon forgotten. At the first batch it is
    the student itself, and has nothing to say.
    """

    def __init__(self, context: ProbeContext, nets: Sequence[int]) -> None:
        super().__init__(context, nets)
        self._averages = {
            net: deepcopy(context.students.modules[net]).requires_grad_(requires_grad=False).eval()
            for net in nets
        }
        self._answers: dict[int, Tensor] = {}
        nothing = torch.zeros(4, dtype=torch.float64, device=context.data.train.inputs.device)
        self._sums = {net: nothing.clone() for net in nets}
        """Of the average's and the student's accuracy and KL over the batches since the last
        measures, and how many there were."""

    def observe(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, step_controls: StepControls
    ) -> None:
        """See ``Probe``; each average takes its step."""
        del teacher_logits
        for net, average in self._averages.items():
            seed, member = self.context.place(net)
            update_average(
                average,
                self.context.students.modules[net],
                step_controls.settings["decay"][member],
                self.context.students.step,
            )
            with torch.no_grad():
                answers = average(inputs[seed]).float()
                own = self.context.students.logits_of(net).detach().float()
                divergence = soft_target_kl(own, answers, step_controls.temperature[member])
            self._answers[net] = answers
            right = [(each.argmax(-1) == labels[seed]).double().mean() for each in (answers, own)]
            kl = divergence.double() / step_controls.temperature[member].double() ** 2
            self._sums[net] += torch.stack([*right, kl, torch.ones_like(kl)])

    def loss_inputs(self, net: int, step_controls: StepControls) -> Iterator[dict[str, Any]]:
        """See ``Probe``."""
        del step_controls
        yield {
            "student_logits": self.context.students.logits_of(net).float(),
            "teacher_logits": self._answers[net],
        }

    def measures(self) -> dict[str, Tensor]:
        """Since the last time; the accuracies are on the training batches.

        ``average_accuracy``, ``averaged_accuracy`` of the student itself at the same batches, and
        ``average_kl`` of the student from its average, without T².
        """
        found = torch.full((3, len(self.context.students.modules)), torch.nan, dtype=torch.float64)
        for net, sums in self._sums.items():
            found[:, net] = (sums[:-1] / sums[-1]).cpu()
            sums.zero_()
        names = ("average_accuracy", "averaged_accuracy", "average_kl")
        return dict(zip(names, found.view(3, -1, len(self.context.members)), strict=True))

    def state_dict(self) -> State:
        """See ``Probe``."""
        return {
            str(net): {"weights": average.state_dict(), "sums": self._sums[net]}
            for net, average in self._averages.items()
        }

    def load_state_dict(self, state: State) -> None:
        """See ``Probe``."""
        for net, average in self._averages.items():
            average.load_state_dict(state[str(net)]["weights"])
            self._sums[net].copy_(state[str(net)]["sums"])


def update_average(average: nn.Module, student: nn.Module, decay: Tensor, step: int) -> None:
    """Average ← d · average + (1−d) · student, with d = min(decay, 1 − 1/(step + 1)).

    Running statistics are averaged too; what is no number with a fraction is copied.

    Args:
        average: changed in place.
        student: of the same architecture.
        decay: a scalar from 0 to 1.
        step: steps that the student has taken.

    Source:
        Tarvainen, Valpola 2017, section 3, with the ramp of the authors' code.
    """
    kept = decay.clamp(max=1 - 1 / (step + 1))
    own = student.state_dict()
    with torch.no_grad():
        for name, value in average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(own[name].to(value), (1 - kept).to(value))
            else:
                value.copy_(own[name])
