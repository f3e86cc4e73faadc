"""Soft terms that are no functions of the logits alone, learned by way of PyTorch's graph.

Shapes: S seeds, G members, K = S · G nets with the seed as the slower index, B batch, C classes.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn

from kdcore.catalogue import METHODS
from kdcore.config import RunConfig
from kdcore.data import Dataset
from kdcore.training.meter import Within
from kdcore.training.pieces import Piece
from kdcore.training.students import Students, make_optimizer
from kdcore.training.terms import Member, Tuning, by_name
from kdcore.training.views import VIEWS, Made, Scene


class Inside:
    """The terms of all members of a lesson whose method looks inside; it is one method for all.

    Args:
        config: of the lesson; its seed is not looked at.
        seeds: S of them.
        members: G of them.
        students: their nets.
        teacher: frozen.
        data: of which some examples are looked at.
        steps: batches of the whole lesson.

    Raises:
        UserError: the networks have not what the method looks at.
    """

    def __init__(
        self, config: RunConfig, seeds: Sequence[int], members: Sequence[Member],
        students: Students, teacher: nn.Module, data: Dataset, steps: int,
    ) -> None:  # fmt: skip
        (name,) = {member.method for member in members if METHODS[member.method].acts_inside}
        method = METHODS[name]
        self._members, self._students, self._factor = members, students, method.factor
        self._loss = by_name(method.load())
        self._nets = [net for net in range(len(students.modules))
                      if members[net % len(members)].method == name]  # fmt: skip
        scene = Scene(config, name, method, seeds, members, students, teacher, data, steps)
        self._view = VIEWS[method.acts_on](scene, self._nets)
        device = data.train.inputs.device
        self._optimizers = {
            net: make_optimizer(config.optimizer, Piece(weights), device)
            for net in self._nets if (weights := self._view.learned(net))
        }  # fmt: skip

    @property
    def needs_input_gradients(self) -> bool:
        """Whether the batch must be differentiable."""
        return self._view.needs_input_gradients

    def watching(self) -> AbstractContextManager[None]:
        """Around the students' way forward."""
        return self._view.watching()

    def terms(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, tuning: Tuning
    ) -> dict[int, Tensor]:
        """Each net's soft term before λ, by net, with its graph; call it once they have answered.

        Args:
            inputs: ``[S, B, …]``, as the students were given them.
            labels: ``[S, B]``.
            teacher_logits: ``[S, B, C]``.
            tuning: of the members.
        """
        self._view.look(inputs, labels, teacher_logits, tuning)
        with torch.enable_grad():
            return {net: self._factor * self._term(net, tuning) for net in self._nets}

    def learn(self, lr: Sequence[float]) -> None:
        """One step of what is learned beside the students, from the gradients that are there."""
        for net, optimizer in self._optimizers.items():
            optimizer.param_groups[0]["lr"] = lr[net % len(self._members)]
            optimizer.step()
            optimizer.zero_grad()

    def within(
        self, losses: Mapping[int, Tensor], hard: Tensor, tuning: Tuning, *, with_norms: bool
    ) -> Within:
        """What to tell the meter.

        Args:
            losses: from ``terms``.
            hard: the hard term's gradient at the logits, ``[S, G, B, C]``.
            tuning: of the members.
            with_norms: whether the norms are wanted: they cost two more ways backward.
        """
        shape = hard.shape[:2]
        told = hard.new_zeros(len(self._students.modules))
        there = torch.zeros(len(told), dtype=torch.bool, device=told.device)
        norms = hard.new_zeros(2, len(told)) if with_norms else None
        for net in self._nets:
            there[net] = True
            told[net] = losses[net].detach()
            if norms is not None:
                weights = list(self._students.modules[net].parameters())
                logits = self._students.logits_of(net)
                norms[0, net] = _norm(torch.autograd.grad(
                    logits, weights, hard.flatten(0, 1)[net].to(logits.dtype), retain_graph=True,
                    allow_unused=True,
                ))  # fmt: skip
                norms[1, net] = _norm(torch.autograd.grad(
                    losses[net] * tuning.soft[net % len(self._members)], weights,
                    retain_graph=True, allow_unused=True,
                ))  # fmt: skip
        return Within(there.view(shape), told.view(shape),
                      None if norms is None else norms.view(2, *shape))  # fmt: skip

    def measures(self) -> dict[str, Tensor]:
        """Numbers to watch the method by, ``[S, G]`` each."""
        return self._view.measures()

    def made(self, net: int) -> Made | None:
        """Inputs that the method made for a net, where it makes some."""
        return self._view.made(net)

    def _term(self, net: int, tuning: Tuning) -> Tensor:
        member = net % len(self._members)
        acting = {name: values[member] for name, values in tuning.settings.items()}
        acting["temperature"] = tuning.temperature[member]
        parts = [self._loss({**acting, **given}) for given in self._view.given(net, tuning)]
        return torch.stack(parts).sum()


def _norm(gradients: Sequence[Tensor | None]) -> Tensor:
    norms: list[Tensor] = [each.float().norm() for each in gradients if each is not None]
    whole: Tensor = torch.stack(norms).norm()
    return whole
