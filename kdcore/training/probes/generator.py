"""A generator for each student that makes the inputs on which it differs most from its teacher."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from kdcore.data import sent
from kdcore.losses import soft_target_kl, softmax
from kdcore.losses.generated import generator_loss
from kdcore.models.generator import NOISE, Generator
from kdcore.training.networks.parameter_chunks import ParameterChunk
from kdcore.training.networks.students import make_optimizer
from kdcore.training.objective.terms import StepControls
from kdcore.training.probes.probe import GeneratedInputs, Probe, ProbeContext
from kdcore.training.randomness import generator as chance
from kdcore.training.state import State, load_optimizer_state, optimizer_state

SHOWN = 24
"""Inputs that are made of the same noise whenever they are kept."""
FEWEST = 2
"""Inputs of a batch: the generator normalises a batch by its own statistics."""


class GeneratorProbe(Probe):
    """Gives ``generated_student_logits`` and ``generated_teacher_logits``, ``[B, C]``.

    At each batch the generator takes its step first, through both networks towards what they
    disagree on; then the student takes its own on other inputs, which stand still.

    The student's running statistics, where it has some, are those of real inputs, with which it is
    tested, as long as the hard term has a weight. Without it no real input may leave a trace, and
    they are those of the generated ones.
    """

    def __init__(self, context: ProbeContext, nets: Sequence[int]) -> None:
        super().__init__(context, nets)
        device = context.data.train.inputs.device
        low, high = _range(context.data.train.inputs, context.data.mean)
        self._generators = {
            net: _fresh(context.data.input_shape, low, high, context.seed_of(net)).to(device)
            for net in nets
        }
        self._optimizers = {
            net: make_optimizer("adam", ParameterChunk(list(one.parameters())), device)
            for net, one in self._generators.items()
        }
        fixed = torch.Generator().manual_seed(0)
        self._fixed_noise = torch.randn(SHOWN, NOISE, generator=fixed).to(device)
        self._statistics = {net: dict(_copies(context.students.modules[net])) for net in nets}
        """Running statistics of the generated inputs."""
        nothing = torch.zeros(len(NAMES) + 1, dtype=torch.float64, device=device)
        self._sums = {net: nothing.clone() for net in nets}
        """Of ``NAMES`` over the batches since the last measures, and how many there were."""

    def observe(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, step_controls: StepControls
    ) -> None:
        """See ``Probe``; each generator takes its step."""
        del labels, teacher_logits
        self._size = max(FEWEST, inputs.shape[1])
        for net, generator in self._generators.items():
            _, member = self.context.place(net)
            weights = list(generator.parameters())
            with torch.enable_grad():
                inputs = self.context.data.normalised(generator(self._noise(net, "generator")))
                loss = generator_loss(
                    self._student_logits(net, inputs, "generator"),
                    self.context.teacher(inputs).float(),
                    step_controls.temperature[member],
                    step_controls.settings["spread"][member],
                )
            for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
                weight.grad = gradient
            optimizer = self._optimizers[net]
            optimizer.param_groups[0]["lr"] = step_controls.settings["generator_lr"][member].item()
            optimizer.step()

    def loss_inputs(self, net: int, step_controls: StepControls) -> Iterator[dict[str, Any]]:
        """See ``Probe``."""
        _, member = self.context.place(net)
        with torch.no_grad():
            generated = self._generators[net](self._noise(net, "student"))
            inputs = self.context.data.normalised(generated)
            of_teacher = self.context.teacher(inputs).float()
        of_student = self._student_logits(net, inputs, "student")
        self._sums[net] += _watched(
            of_student.detach(), of_teacher, step_controls.temperature[member]
        )
        if self._statistics[net] and step_controls.hard[member] == 0:
            self._leave_real_statistics(net)
        yield {"generated_student_logits": of_student, "generated_teacher_logits": of_teacher}

    def generated(self, net: int) -> GeneratedInputs | None:
        """See ``Probe``; always of the same noise."""
        if net not in self._generators:
            return None
        student = self.context.students.modules[net]
        was_training = student.training
        student.eval()
        with torch.no_grad():
            inputs = self._generators[net](self._fixed_noise)
            normalised = self.context.data.normalised(inputs)
            found = GeneratedInputs(inputs, self.context.teacher(normalised), student(normalised))
        student.train(was_training)
        return found

    def measures(self) -> dict[str, Tensor]:
        """Means since the last time; see ``_watched``."""
        count = len(self.context.students.modules)
        found = torch.full((len(NAMES), count), torch.nan, dtype=torch.float64)
        for net, sums in self._sums.items():
            found[:, net] = (sums[:-1] / sums[-1]).cpu()
            sums.zero_()
        return dict(zip(NAMES, found.view(len(NAMES), -1, len(self.context.members)), strict=True))

    def state_dict(self) -> State:
        """See ``Probe``."""
        return {
            str(net): {
                "weights": one.state_dict(),
                "optimizer": optimizer_state(self._optimizers[net]),
                "statistics": self._statistics[net],
                "sums": self._sums[net],
            }
            for net, one in self._generators.items()
        }

    def load_state_dict(self, state: State) -> None:
        """See ``Probe``."""
        for net, one in self._generators.items():
            own = state[str(net)]
            one.load_state_dict(own["weights"])
            load_optimizer_state(self._optimizers[net], own.get("optimizer", {}))
            for name, value in self._statistics[net].items():
                value.copy_(own["statistics"][name])
            self._sums[net].copy_(own["sums"])

    def _noise(self, net: int, learner: str) -> Tensor:
        """``[B, NOISE]``, of the net's seed, the step and who learns from it."""
        seed, step = self.context.seed_of(net), self.context.students.step
        own = chance(seed, f"noise of {learner}", step)
        return sent(torch.randn(self._size, NOISE, generator=own), self._fixed_noise.device)

    def _student_logits(self, net: int, inputs: Tensor, learner: str) -> Tensor:
        student = self.context.students.modules[net]
        with self.context.students.chance(net, f"dropout of {learner}"):
            logits: Tensor = functional_call(student, self._statistics[net], (inputs,))
        return logits.float()

    def _leave_real_statistics(self, net: int) -> None:
        """Put those of the generated inputs in the place of those of the real batch."""
        for name, value in self.context.students.modules[net].named_buffers():
            value.data.copy_(self._statistics[net][name])  # its graph does not look at the value


NAMES = ("generated_kl", "generated_confidence", "generated_spread")


def _watched(student_logits: Tensor, teacher_logits: Tensor, temperature: Tensor) -> Tensor:
    """``NAMES`` and 1, float64: KL of the softened answers, and how the teacher answers at T = 1.

    That is the mean of its highest probability, and the entropy of its mean answer over that of
    an even one: near 0 all inputs are of one class.
    """
    probabilities = softmax(teacher_logits)
    mean_answer = probabilities.mean(0)
    even = torch.full_like(mean_answer, 1 / len(mean_answer))
    return torch.stack(
        [
            soft_target_kl(student_logits, teacher_logits, temperature) / temperature**2,
            probabilities.amax(-1).mean(),
            torch.special.entr(mean_answer).sum() / torch.special.entr(even).sum(),
            torch.ones_like(temperature),
        ]
    ).double()


def _range(inputs: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
    """Smallest and largest value of what has one ``mean``: a channel, a feature."""
    axes = (0, *(axis for axis in range(1, inputs.ndim) if mean.shape[axis - 1] == 1))
    return (inputs.amin(axes, keepdim=True)[0].float(), inputs.amax(axes, keepdim=True)[0].float())


def _fresh(shape: tuple[int, ...], low: Tensor, high: Tensor, seed: int) -> Generator:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Generator(shape, low, high)


def _copies(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    return ((name, value.clone()) for name, value in module.named_buffers())
