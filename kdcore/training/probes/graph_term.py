"""Soft terms that are no functions of the logits alone, learned by way of PyTorch's graph.

Shapes: S seeds, G students a seed, K = S · G networks with the seed as the slower index, B batch,
C classes.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

import torch
from torch import Tensor, nn

from kdcore.catalogue import METHODS
from kdcore.data import Dataset
from kdcore.jobs.run.config import RunConfig
from kdcore.training.networks.parameter_chunks import ParameterChunk
from kdcore.training.networks.students import Students, make_optimizer
from kdcore.training.objective.terms import LossTermSpec, StepControls, StudentSpec, by_name
from kdcore.training.probes import PROBES, GeneratedInputs, ProbeContext
from kdcore.training.state import State, load_optimizer_state, optimizer_state


class GraphTerm:
    """One soft term that needs PyTorch's graph, of all students of a trainer that have it.

    Args:
        term: its spec.
        config: of the trainer; its seed is not looked at.
        seeds: S of them.
        specs: of G students.
        students: their nets.
        teacher: frozen.
        data: of which some examples are looked at.
        steps: batches of the whole run.

    Raises:
        UserError: the networks have not what the method looks at.
    """

    def __init__(
        self,
        term: LossTermSpec,
        config: RunConfig,
        seeds: Sequence[int],
        specs: Sequence[StudentSpec],
        students: Students,
        teacher: nn.Module,
        data: Dataset,
        steps: int,
    ) -> None:
        method = METHODS[term.method]
        self.term, self._specs, self._factor = term, specs, method.factor
        self._loss = by_name(method.load())
        self._nets = [
            net for net in range(len(students.modules)) if term in specs[net % len(specs)].terms
        ]
        context = ProbeContext(
            config, term.method, method, seeds, specs, students, teacher, data, steps
        )
        self._probe = PROBES[method.acts_on](context, self._nets)
        device = data.train.inputs.device
        self._optimizers = {
            net: make_optimizer(config.optimizer, ParameterChunk(weights), device)
            for net in self._nets
            if (weights := self._probe.learned(net))
        }

    @property
    def needs_input_gradients(self) -> bool:
        """Whether the batch must be differentiable."""
        return self._probe.needs_input_gradients

    def watching(self) -> AbstractContextManager[None]:
        """Around the students' way forward."""
        return self._probe.watching()

    def terms(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, step_controls: StepControls
    ) -> dict[int, Tensor]:
        """Each net's soft term before λ, by net, with its graph; call it once they have answered.

        Args:
            inputs: ``[S, B, …]``, as the students got them.
            labels: ``[S, B]``.
            teacher_logits: ``[S, B, C]``.
            step_controls: of the students.
        """
        if self.term.settings:
            fixed = {
                name: torch.full_like(step_controls.hard, value)
                for name, value in self.term.settings
            }
            step_controls = replace(step_controls, settings=step_controls.settings | fixed)
        self._probe.observe(inputs, labels, teacher_logits, step_controls)
        with torch.enable_grad():
            return {net: self._factor * self._term(net, step_controls) for net in self._nets}

    def forget(self) -> None:
        """Give back what a step that was broken off left."""
        self._probe.forget()
        for optimizer in self._optimizers.values():
            optimizer.zero_grad()

    def learn(self, lr: Sequence[float]) -> None:
        """One step of what is learned beside the students, from the gradients that are there."""
        for net, optimizer in self._optimizers.items():
            optimizer.param_groups[0]["lr"] = lr[net % len(self._specs)]
            optimizer.step()
            optimizer.zero_grad()

    def measures(self) -> dict[str, Tensor]:
        """Numbers to watch the method by, ``[S, G]`` each."""
        return self._probe.measures()

    def generated(self, net: int) -> GeneratedInputs | None:
        """Inputs that the method generated for a net, where it does."""
        return self._probe.generated(net)

    def state_dict(self) -> State:
        """See ``Stateful``."""
        return {
            "probe": self._probe.state_dict(),
            "optimizers": {str(net): optimizer_state(one) for net, one in self._optimizers.items()},
        }

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        self._probe.load_state_dict(state.get("probe", {}))
        for net, optimizer in self._optimizers.items():
            load_optimizer_state(optimizer, state.get("optimizers", {}).get(str(net), {}))

    def _term(self, net: int, step_controls: StepControls) -> Tensor:
        student = net % len(self._specs)
        acting = {name: values[student] for name, values in step_controls.settings.items()}
        acting["temperature"] = step_controls.temperature[student]
        losses = [
            self._loss({**acting, **loss_inputs})
            for loss_inputs in self._probe.loss_inputs(net, step_controls)
        ]
        return torch.stack(losses).sum()


def gradient_norms(
    students: Students, terms: Mapping[int, Tensor], hard: Tensor, soft: Tensor
) -> Tensor:
    """Norms of the hard and the soft terms' gradients at the weights, ``[2, S, G]``.

    They cost two more ways backward. Of nets without a term inside they are not a number.

    Args:
        students: who have just answered.
        terms: what is inside, weighed, by net.
        hard: the hard term's gradient at the logits, ``[S, G, B, C]``.
        soft: that of the soft terms which are functions of the logits.
    """
    norms = hard.new_full((2, len(students.modules)), torch.nan)
    for net, term in terms.items():
        weights = list(students.modules[net].parameters())
        logits = students.logits_of(net)
        of_hard, of_soft = (
            gradient.flatten(0, 1)[net].to(logits.dtype) for gradient in (hard, soft)
        )
        norms[0, net] = _norm(
            torch.autograd.grad(logits, weights, of_hard, retain_graph=True, allow_unused=True)
        )
        norms[1, net] = _norm(
            torch.autograd.grad(
                [logits, term],
                weights,
                [of_soft, torch.ones_like(term)],
                retain_graph=True,
                allow_unused=True,
            )
        )
    return norms.view(2, *hard.shape[:2])


def _norm(gradients: Sequence[Tensor | None]) -> Tensor:
    norms: list[Tensor] = [each.float().norm() for each in gradients if each is not None]
    whole: Tensor = torch.stack(norms).norm()
    return whole
