"""Soft terms that look inside the networks: at features, or at how answers change with the input.

Such a term is no function of the logits alone; PyTorch goes backward from it through the student.

Shapes: S seeds, G members, K = S · G nets with the seed as the slower index, B batch, C classes.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from kdcore.catalogue import METHODS
from kdcore.config import RunConfig
from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.losses.adapters import Adapter, pooled
from kdcore.metrics import centered_kernel_alignment
from kdcore.models.taps import checked_paths, stages, tapped
from kdcore.training.meter import Within
from kdcore.training.pieces import Piece
from kdcore.training.students import Students, make_optimizer
from kdcore.training.terms import ByName, Member, Tuning, by_name

PROBE = 2
"""Examples by which the features' shapes are found."""


@dataclass(slots=True)
class _Net:
    """A student whose method looks inside."""

    at: int
    module: nn.Module
    adapters: list[Adapter]
    optimizer: torch.optim.Optimizer | None
    loss: ByName

    def of(self, given: Mapping[str, Any]) -> Tensor:
        """The loss of what it asks for."""
        return self.loss(given)  # type: ignore[no-any-return]


@dataclass(slots=True)
class _Seen:
    """What was seen of one seed's batch."""

    inputs: Tensor
    teacher: dict[str, Tensor] = field(default_factory=dict)


class Inside:
    """The terms of all members of a lesson whose method looks inside.

    Args:
        config: names the layers, or leaves them to the method.
        members: G of them.
        students: their nets.
        teacher: frozen.
        data: of which some examples are looked at.

    Raises:
        UserError: a layer does not exist, or the networks have not what the method compares.
    """

    def __init__(
        self, config: RunConfig, members: Sequence[Member], students: Students,
        teacher: nn.Module, data: Dataset,
    ) -> None:  # fmt: skip
        self._members, self._students, self._teacher = members, students, teacher
        (name,) = {member.method for member in members if METHODS[member.method].acts_inside}
        self._method, self._name = METHODS[name], name
        self._noise = torch.Generator().manual_seed(config.seed)
        self._pairs = _pairs(config, self._name, students.modules[0], teacher)
        self._taken: dict[int, dict[str, Tensor]] = {}
        self._inputs = torch.empty(0)
        self._seen: list[_Seen] = []
        shapes = self._shapes(data) if self._pairs else []
        device = data.train.inputs.device
        self._nets = [
            self._net(at, config, shapes, device)
            for at in range(len(students.modules)) if METHODS[self._member(at).method].acts_inside
        ]  # fmt: skip

    @property
    def needs_input_gradients(self) -> bool:
        """Whether the batch must be differentiable."""
        return self._method.acts_on == "input_gradients"

    @contextmanager
    def watching(self) -> Iterator[None]:
        """What the students compute inside is seen."""
        with ExitStack() as stack:
            paths = [student for student, _ in self._pairs]
            self._taken = {at: stack.enter_context(tapped(module, paths))
                           for at, module in enumerate(self._students.modules)}  # fmt: skip
            yield

    def terms(self, inputs: Tensor, labels: Tensor, tuning: Tuning) -> dict[int, Tensor]:
        """Each net's soft term before λ, by net, with its graph; call it once they have answered.

        Args:
            inputs: ``[S, B, …]``, as the students were given them.
            labels: ``[S, B]``.
            tuning: of the members.
        """
        self._inputs = inputs
        self._seen = [self._see(batch, own) for batch, own in zip(inputs, labels, strict=True)]
        found = {}
        for net in self._nets:
            seed, member = divmod(net.at, len(self._members))
            given: dict[str, Any] = {
                name: values[member] for name, values in tuning.settings.items()
            }
            given["temperature"] = tuning.temperature[member]
            found[net.at] = self._method.factor * self._loss(net, seed, labels, given)
        return found

    def learn(self, lr: Sequence[float]) -> None:
        """One step of the adapters, once their gradients are there; then these are forgotten."""
        for net in self._nets:
            if net.optimizer is not None:
                net.optimizer.param_groups[0]["lr"] = lr[net.at % len(self._members)]
                net.optimizer.step()
                net.optimizer.zero_grad()

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
            there[net.at] = True
            told[net.at] = losses[net.at].detach()
            if norms is not None:
                weights = list(net.module.parameters())
                soft = losses[net.at] * tuning.soft[net.at % len(self._members)]
                logits = self._students.logits_of(net.at)
                at_logits = hard.flatten(0, 1)[net.at].to(logits.dtype)
                norms[0, net.at] = _norm(torch.autograd.grad(
                    logits, weights, at_logits, retain_graph=True, allow_unused=True))  # fmt: skip
                norms[1, net.at] = _norm(torch.autograd.grad(
                    soft, weights, retain_graph=True, allow_unused=True))  # fmt: skip
        return Within(there.view(shape), told.view(shape),
                      None if norms is None else norms.view(2, *shape))  # fmt: skip

    def measures(self) -> dict[str, Tensor]:
        """``cka``: how alike each student and the teacher saw the newest batch, ``[S, G]``.

        At the last of the layers that are compared.
        """
        if not self._pairs:
            return {}
        student, teacher = self._pairs[-1]
        members = len(self._members)
        found = [
            centered_kernel_alignment(pooled(its[student].detach().float()),
                                      pooled(self._seen[at // members].teacher[teacher]))
            for at, its in self._taken.items()
        ]  # fmt: skip
        return {"cka": torch.stack(found).view(-1, members).double().cpu()}

    def _member(self, at: int) -> Member:
        return self._members[at % len(self._members)]

    def _net(
        self, at: int, config: RunConfig, shapes: Sequence[tuple[tuple[int, ...], tuple[int, ...]]],
        device: torch.device,
    ) -> _Net:  # fmt: skip
        adapters: list[Adapter] = []
        optimizer = None
        if self._method.adapter:
            with torch.random.fork_rng():
                torch.manual_seed(config.seed)
                adapters = [self._method.load_adapter()(*pair).to(device) for pair in shapes]
            weights = [weight for adapter in adapters for weight in adapter.parameters()]
            optimizer = make_optimizer(config.optimizer, Piece(weights), device)
        loss = by_name(self._method.load())
        return _Net(at, self._students.modules[at], adapters, optimizer, loss)

    def _shapes(self, data: Dataset) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """``(student's, teacher's)`` shape of one example's features, pair by pair.

        Raises:
            UserError: the method compares maps, and one side has none.
        """
        inputs = data.normalised(data.train.inputs[:PROBE])
        student = self._students.modules[0]
        was_training = student.training
        student.eval()
        with (
            torch.no_grad(), tapped(student, [pair[0] for pair in self._pairs]) as own,
            tapped(self._teacher, [pair[1] for pair in self._pairs]) as its,
        ):  # fmt: skip
            student(inputs)
            self._teacher(inputs)
        student.train(was_training)
        if self._method.taps == "pooled":
            own, its = ({path: pooled(features) for path, features in side.items()}
                        for side in (own, its))  # fmt: skip
        shapes = [(tuple(own[one].shape[1:]), tuple(its[other].shape[1:]))
                  for one, other in self._pairs]  # fmt: skip
        if self._method.taps == "maps" and any(
            len(shape) != 3 for pair in shapes for shape in pair
        ):
            raise UserError("method_needs_maps", method=self._name)
        return shapes

    def _see(self, batch: Tensor, labels: Tensor) -> _Seen:
        """The teacher's side of what the method compares."""
        seen = _Seen(batch)
        if self._pairs:
            with torch.no_grad(), tapped(self._teacher, [pair[1] for pair in self._pairs]) as its:
                self._teacher(batch)
            seen.teacher = {path: features.float() for path, features in its.items()}
        elif self.needs_input_gradients:
            leaf = batch.detach().requires_grad_()
            with torch.enable_grad():
                logits = self._teacher(leaf)
            seen.teacher["gradients"] = _input_gradients(logits, labels, leaf, keep=False)
        else:
            noise = torch.randn(batch.shape, generator=self._noise).to(batch)
            seen.teacher["noise"] = noise
        return seen

    def _loss(self, net: _Net, seed: int, labels: Tensor, given: dict[str, Any]) -> Tensor:
        of_seed = self._seen[seed]
        with torch.enable_grad():
            if self._pairs:
                return sum(
                    (self._of_pair(net, number, of_seed, given)
                     for number in range(len(self._pairs))), start=torch.zeros(()),
                )  # fmt: skip
            if self.needs_input_gradients:
                logits = self._students.logits_of(net.at)
                own = _input_gradients(logits, labels[seed], self._inputs, keep=True)[seed]
                its = of_seed.teacher["gradients"]
                return net.of(given | {"student_gradients": own, "teacher_gradients": its})
            noisy = of_seed.inputs.detach() + given["noise"] * of_seed.teacher["noise"]
            with torch.no_grad():
                teacher = self._teacher(noisy).float()
            return net.of(given | {"noisy_student_logits": net.module(noisy).float(),
                                   "noisy_teacher_logits": teacher})  # fmt: skip

    def _of_pair(self, net: _Net, number: int, seen: _Seen, given: Mapping[str, Any]) -> Tensor:
        student_path, teacher_path = self._pairs[number]
        own = self._taken[net.at][student_path].float()
        its = seen.teacher[teacher_path]
        if self._method.taps == "pooled":
            own, its = pooled(own), pooled(its)
        extra: dict[str, Any] = {}
        if net.adapters:
            adapter = net.adapters[number]
            if own.ndim != its.ndim:
                its = pooled(its)
            own = adapter(own)
            extra["scale"] = getattr(adapter, "scale", None)
        return net.of({**given, **extra, "student_features": own, "teacher_features": its})


def _pairs(
    config: RunConfig, name: str, student: nn.Module, teacher: nn.Module
) -> list[tuple[str, str]]:
    """Which layer of the student goes with which of the teacher; none where none is looked at.

    Raises:
        UserError: a layer does not exist, or one side names more than the other.
    """
    method = METHODS[name]
    if method.acts_on != "features":
        return []
    own, its = stages(student), stages(teacher)
    named = (checked_paths(student, config.student_layers, "student_layers"),
             checked_paths(teacher, config.teacher_layers, "teacher_layers"))  # fmt: skip
    if any(named):
        if len(named[0]) != len(named[1]):
            raise UserError("layers_differ", student=len(named[0]), teacher=len(named[1]))
        return list(zip(*named, strict=True))
    if method.taps == "maps":
        count = min(len(own), len(its))
        return list(zip(own[-count:], its[-count:], strict=True))
    if method.taps == "middle":
        return [(own[len(own) // 2], its[len(its) // 2])]
    return [(own[-1], its[-1])]


def _input_gradients(logits: Tensor, labels: Tensor, inputs: Tensor, *, keep: bool) -> Tensor:
    """Of each example's own logit at its input, of the shape of ``inputs``."""
    own = logits.gather(1, labels[:, None]).sum()
    (gradient,) = torch.autograd.grad(own, inputs, create_graph=keep)
    return gradient


def _norm(gradients: Sequence[Tensor | None]) -> Tensor:
    norms: list[Tensor] = [each.float().norm() for each in gradients if each is not None]
    whole: Tensor = torch.stack(norms).norm()
    return whole
