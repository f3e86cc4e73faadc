"""A temperature for each student that learns against it."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from kdcore.losses import soft_target_kl
from kdcore.losses.learned_temperature import learned_temperature, reversal_strength
from kdcore.training.networks.parameter_chunks import ParameterChunk
from kdcore.training.networks.students import make_optimizer
from kdcore.training.objective.terms import StepControls
from kdcore.training.probes.probe import Probe, ProbeContext
from kdcore.training.state import State, load_optimizer_state, optimizer_state

LR = 0.05
"""Of the temperatures, as the authors' networks have it."""
FIRST = 1.0
"""θ at the start, as the authors have it: T begins at 15.6 of 1 to 21."""


class LearnedTemperatureProbe(Probe):
    """Gives the logits, and a ``temperature`` of the student's own.

    At each batch T takes its step on the gradient with its sign turned round, away from what the
    student wants, and the student learns at the T that was before. T has an optimiser of its own
    whatever the students': Adam would not look at how large the gradient is, and so not at the
    strength of the reversal.
    """

    def __init__(self, context: ProbeContext, nets: Sequence[int]) -> None:
        super().__init__(context, nets)
        device = context.data.train.inputs.device
        self._raw = {net: torch.tensor(FIRST, device=device, requires_grad=True) for net in nets}
        self._optimizers = {
            net: make_optimizer("sgd", ParameterChunk([raw]), device)
            for net, raw in self._raw.items()
        }
        for optimizer in self._optimizers.values():
            optimizer.param_groups[0]["lr"] = LR
        self._acting: dict[int, Tensor] = {}
        """T of the batch."""
        nothing = torch.zeros(3, dtype=torch.float64, device=device)
        self._sums = {net: nothing.clone() for net in nets}
        """Of T and T² · KL over the batches since the last measures, and how many there were."""

    def observe(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, step_controls: StepControls
    ) -> None:
        """See ``Probe``; each temperature takes its step."""
        del inputs, labels
        self._teacher_logits = teacher_logits
        strength = reversal_strength(self.context.students.step / self.context.steps)
        for net, raw in self._raw.items():
            seed, member = self.context.place(net)
            own = {name: values[member] for name, values in step_controls.settings.items()}
            logits = self.context.students.logits_of(net).detach().float()
            with torch.enable_grad():
                temperature = learned_temperature(raw, own["lowest"], own["span"])
                loss = soft_target_kl(logits, teacher_logits[seed], temperature)
                (gradient,) = torch.autograd.grad(loss, raw)
            raw.grad = -strength * own["strength"] * gradient
            self._optimizers[net].step()
            self._acting[net] = temperature.detach()
            self._sums[net] += torch.stack(
                [temperature.detach(), loss.detach(), torch.ones_like(loss)]
            ).double()

    def loss_inputs(self, net: int, step_controls: StepControls) -> Iterator[dict[str, Any]]:
        """See ``Probe``."""
        del step_controls
        seed, _ = self.context.place(net)
        yield {
            "student_logits": self.context.students.logits_of(net).float(),
            "teacher_logits": self._teacher_logits[seed],
            "temperature": self._acting[net],
        }

    def measures(self) -> dict[str, Tensor]:
        """Mean ``learned_temperature`` since the last time, and ``learned_kl``, without T²."""
        found = torch.full((2, len(self.context.students.modules)), torch.nan, dtype=torch.float64)
        for net, sums in self._sums.items():
            temperature, soft = (sums[:-1] / sums[-1]).cpu()
            found[:, net] = torch.stack([temperature, soft / temperature**2])
            sums.zero_()
        temperatures, divergences = found.view(2, -1, len(self.context.members))
        return {"learned_temperature": temperatures, "learned_kl": divergences}

    def state_dict(self) -> State:
        """See ``Probe``."""
        return {
            str(net): {
                "raw": raw.detach(),
                "optimizer": optimizer_state(self._optimizers[net]),
                "sums": self._sums[net],
            }
            for net, raw in self._raw.items()
        }

    def load_state_dict(self, state: State) -> None:
        """See ``Probe``."""
        for net, raw in self._raw.items():
            own = state[str(net)]
            raw.data.copy_(own["raw"])
            load_optimizer_state(self._optimizers[net], own.get("optimizer", {}))
            self._sums[net].copy_(own["sums"])
