"""A discriminator for each student, trained to tell its predictions from the teacher's."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from kdcore.losses import softmax
from kdcore.losses.adversarial import Discriminator, discriminator_loss
from kdcore.training.networks.parameter_chunks import ParameterChunk
from kdcore.training.networks.students import make_optimizer
from kdcore.training.objective.terms import StepControls
from kdcore.training.probes.probe import Probe, ProbeContext
from kdcore.training.state import State, load_optimizer_state, optimizer_state

LR = 1e-3
"""Learning rate of the discriminators, whatever the students'."""


class DiscriminatorProbe(Probe):
    """Gives ``discriminator_logits`` ``[B]``: the log-odds that a student's are the teacher's.

    At each batch the discriminator takes its step first, on detached predictions; then it is frozen
    while the student takes its own step.
    """

    def __init__(self, context: ProbeContext, nets: Sequence[int]) -> None:
        super().__init__(context, nets)
        device = context.data.train.inputs.device
        self._discriminators = {
            net: _new_discriminator(len(context.data.classes), context.seed_of(net)).to(device)
            for net in nets
        }
        self._optimizers = {
            net: make_optimizer("adam", ParameterChunk(list(discriminator.parameters())), device)
            for net, discriminator in self._discriminators.items()
        }
        for optimizer in self._optimizers.values():
            optimizer.param_groups[0]["lr"] = LR
        self._right: dict[int, list[Tensor]] = {net: [] for net in nets}
        """Accuracy of each discriminator, batch by batch since the last measures."""

    def observe(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, step_controls: StepControls
    ) -> None:
        """See ``Probe``; each discriminator takes its step."""
        del inputs, labels
        for net, discriminator in self._discriminators.items():
            seed, member = self.context.place(net)
            temperature = step_controls.temperature[member]
            own = softmax(self.context.students.logits_of(net).detach().float() / temperature)
            its = softmax(teacher_logits[seed] / temperature)
            discriminator.requires_grad_()
            with torch.enable_grad():
                of_teacher, of_student = discriminator(its), discriminator(own)
                loss = discriminator_loss(of_teacher, of_student)
            self._optimizers[net].zero_grad()
            loss.backward()
            self._optimizers[net].step()
            discriminator.requires_grad_(requires_grad=False)
            right = torch.cat([of_teacher > 0, of_student <= 0])
            self._right[net].append(right.double().mean())

    def loss_inputs(self, net: int, step_controls: StepControls) -> Iterator[dict[str, Any]]:
        """See ``Probe``."""
        _, member = self.context.place(net)
        own = self.context.students.logits_of(net).float() / step_controls.temperature[member]
        yield {"discriminator_logits": self._discriminators[net](softmax(own))}

    def measures(self) -> dict[str, Tensor]:
        """``discriminator_accuracy`` since the last time; 0.5: it cannot tell them apart."""
        found = torch.full((len(self.context.students.modules),), torch.nan, dtype=torch.float64)
        for net, right in self._right.items():
            found[net] = torch.stack(right).mean().cpu()
            right.clear()
        return {"discriminator_accuracy": found.view(-1, len(self.context.members))}

    def state_dict(self) -> State:
        """See ``Probe``."""
        return {
            str(net): {
                "weights": discriminator.state_dict(),
                "optimizer": optimizer_state(self._optimizers[net]),
                "right": torch.stack(self._right[net]) if self._right[net] else [],
            }
            for net, discriminator in self._discriminators.items()
        }

    def load_state_dict(self, state: State) -> None:
        """See ``Probe``."""
        for net, discriminator in self._discriminators.items():
            own = state[str(net)]
            discriminator.load_state_dict(own["weights"])
            load_optimizer_state(self._optimizers[net], own.get("optimizer", {}))
            device = next(discriminator.parameters()).device
            self._right[net] = [one.to(device) for one in own["right"]]


def _new_discriminator(classes: int, seed: int) -> Discriminator:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Discriminator(classes)
