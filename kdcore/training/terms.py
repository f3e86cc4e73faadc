"""The loss of a student: a hard and a soft term, mixed; and its gradient at the logits.

The gradient at the logits is where the loss ends and the network begins: with it any student,
hand-written or autograd, goes backward, and its two parts are the "share of each term" panel.

Shapes: S seeds, G members, K teachers, B batch, C classes.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import torch
from torch import Tensor

from kdcore.catalogue import METHODS, Method
from kdcore.losses import (
    cross_entropy,
    cross_entropy_gradient,
    target_cross_entropy,
    target_cross_entropy_gradient,
)
from kdcore.training.targets import BatchTargets
from kdcore.training.teacher_mixture import TeacherMixture

ByName = Callable[[Mapping[str, Any]], Any]
"""Takes what it needs out of all that there is."""


@dataclass(frozen=True, slots=True)
class StepControls:
    """What acts on each of the G members: loss = hard · CE + soft · method."""

    temperature: Tensor
    """T, ``[G]``."""
    hard: Tensor
    """Weight of the hard term, ``[G]``."""
    soft: Tensor
    """Weight of the soft term, ``[G]``; 0 for who does not listen."""
    lr: list[float]
    settings: dict[str, Tensor] = field(default_factory=dict)
    """Of the methods' own, by name, ``[G]`` each; 0 for members whose method has no such."""

    def weight(self, part: "LossTermSpec") -> Tensor:
        """What weighs a soft term, ``[G]``."""
        return self.settings[part.weight] if part.weight else self.soft


@dataclass(frozen=True, slots=True)
class LossTermSpec:
    """One soft term of a member's loss."""

    method: str
    """Name in the catalogue."""
    weight: str = ""
    """Name of the setting that weighs it; empty where λ does."""
    settings: tuple[tuple[str, float], ...] = ()
    """Of the method's own, those that stay as they are, by name."""


@dataclass(frozen=True, slots=True)
class StudentSpec:
    """One way to learn: what a student makes of its labels and its teacher."""

    method: str
    """Name in the catalogue; one without a soft term has the hard term alone."""
    temperature: float
    weight: float
    """λ."""
    lr: float
    settings: tuple[tuple[str, float], ...] = ()
    """The method's own and the weights of what stands beside it, by name."""
    also: tuple[LossTermSpec, ...] = ()
    """Soft terms beside the method's."""
    start: int = 0
    """Which of the seed's first weights it begins from."""

    @property
    def uses_teacher(self) -> bool:
        """Whether it has a soft term."""
        return bool(METHODS[self.method].loss)

    @property
    def parts(self) -> tuple[LossTermSpec, ...]:
        """All soft terms, the method's own first."""
        return (LossTermSpec(self.method), *self.also) if self.uses_teacher else ()


def step_controls_of(
    members: Sequence[StudentSpec], mixing: str, device: torch.device
) -> StepControls:
    """Convex: (1−λ)·CE + λ·soft. Additive: CE + λ·soft. Who does not listen: CE."""
    soft = [member.weight if member.uses_teacher else 0.0 for member in members]
    hard = [1 - weight if mixing == "convex" else 1.0 for weight in soft]
    return StepControls(
        temperature=torch.tensor([member.temperature for member in members], device=device),
        hard=torch.tensor(hard, device=device),
        soft=torch.tensor(soft, device=device),
        lr=[member.lr for member in members],
        settings={
            name: torch.tensor(
                [dict(member.settings).get(name, 0.0) for member in members], device=device
            )
            for name in sorted({name for member in members for name, _ in member.settings})
        },
    )


class Terms:
    """The terms of the members' losses that are functions of their logits.

    Args:
        members: equal methods stand together.
        mixture: what they hear of their teachers.
        networks: that are one student, beside each other: they may hear each other.
    """

    def __init__(
        self,
        members: Sequence[StudentSpec],
        mixture: TeacherMixture | None = None,
        networks: int = 1,
    ) -> None:
        self.mixture, self._networks = mixture or TeacherMixture(), networks
        self._term_groups = list(_term_groups(members))
        self.without_teacher = [at for at, member in enumerate(members) if not member.uses_teacher]
        """The members without a soft term."""
        self._hearing = sorted(
            {
                at
                for group in self._term_groups
                if not group.of_peers
                for at in range(group.members.start, group.members.stop)
            }
        )
        """Those to whom the teachers' logits come one by one."""
        self._several = [len(member.parts) > 1 for member in members]
        self._has_t2 = [METHODS[member.method].has_t2 for member in members]

    def gradients(
        self, logits: Tensor, given: BatchTargets, step_controls: StepControls
    ) -> tuple[Tensor, Tensor]:
        """The weighted gradients of the hard and the soft terms at the logits.

        Args:
            logits: ``[S, G, B, C]``.
            given: of the batch.
            step_controls: of the students.

        Returns:
            Twice ``[S, G, B, C]``; the soft one is 0 for who does not listen.
        """
        if given.targets is None:
            hard = cross_entropy_gradient(logits, given.labels[:, None])
        else:
            hard = target_cross_entropy_gradient(logits, given.targets[:, None])
        hard *= step_controls.hard[:, None, None]
        soft = torch.zeros_like(logits)
        for group, share, named in self._heard(logits, given, step_controls):
            weight = share * step_controls.weight(group.part)[group.members, None, None]
            of_voice = soft[:, group.members]
            torch.addcmul(of_voice, group.gradient(named), weight, out=of_voice)
        return hard, soft

    def values(
        self, logits: Tensor, given: BatchTargets, step_controls: StepControls
    ) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """The terms before mixing, ``[S, G]`` each; 0 for members without such.

        Returns:
            The hard term, the method's soft term, and those beside it by the name of their weight.
        """
        if given.targets is None:
            hard = cross_entropy(logits, given.labels[:, None])
        else:
            hard = target_cross_entropy(logits, given.targets[:, None])
        soft: dict[str, Tensor] = {"": torch.zeros_like(hard)}
        for group, share, named in self._heard(logits, given, step_controls):
            told = soft.setdefault(group.part.weight, torch.zeros_like(hard))
            told[:, group.members] += share * group.loss(named)
        return hard, soft.pop(""), soft

    def measures(
        self, logits: Tensor, given: BatchTargets, step_controls: StepControls
    ) -> list[dict[str, Tensor]]:
        """Each member's named numbers ``[S]``, such as the parts of its divergence.

        Of several teachers, also what each counts.
        """
        found: list[dict[str, Tensor]] = [{} for _ in self._has_t2]
        for group, share, named in self._heard(logits, given, step_controls):
            if group.part.weight or not group.measures:
                continue
            for name, values in group.measures(named).items():
                for at, member in enumerate(range(group.members.start, group.members.stop)):
                    found[member][name] = found[member].get(name, 0.0) + share * values[:, at]
        if self.mixture.count > 1 and given.teacher_logits is not None:
            weights = self.mixture.weights(
                given.teacher_logits, given.known, step_controls.temperature
            )
            for member in self._hearing:
                for teacher, values in enumerate(weights[:, member].mean(-1).T, start=1):
                    found[member][f"teacher_weight_{teacher}"] = values
        return found

    def without_t2(self, norm: float, member: int, temperature: float) -> float:
        """The soft gradient's norm if the method had no factor T²; not known of several terms."""
        if self._several[member]:
            return float("nan")
        return norm / temperature**2 if self._has_t2[member] else norm

    def _heard(
        self, logits: Tensor, given: BatchTargets, step_controls: StepControls
    ) -> Iterator[tuple["_TermGroup", float, dict[str, Any]]]:
        """Each method, its share where it is heard several times, and all its loss may name."""
        weights = None if given.label_weights is None else given.label_weights[:, None]
        for group in self._term_groups if given.teacher_logits is not None else ():
            assert given.teacher_logits is not None
            own = logits[:, group.members]
            temperature = step_controls.temperature[group.members]
            named = {
                name: values[group.members] for name, values in step_controls.settings.items()
            } | {
                **dict(group.part.settings),
                "student_logits": own,
                "labels": given.known[:, None],
                "temperature": temperature,
                "label_weights": weights,
            }
            heard = (
                _peers(own, self._networks)
                if group.of_peers
                else self.mixture.heard(given.teacher_logits, given.known, temperature)
            )
            for share, teacher_logits in heard:
                yield group, share, named | {"teacher_logits": teacher_logits}


def _peers(logits: Tensor, networks: int) -> Iterator[tuple[float, Tensor]]:
    """Each net ``[S, G, B, C]`` hears all others of its student, who count alike."""
    of_students = logits.detach().unflatten(1, (-1, networks))
    for distance in range(1, networks):
        yield 1 / (networks - 1), of_students.roll(distance, dims=2).flatten(1, 2)


@dataclass(frozen=True, slots=True)
class _TermGroup:
    """A soft term and the members that learn by it."""

    part: LossTermSpec
    members: slice
    loss: ByName
    gradient: ByName
    measures: ByName | None

    @property
    def of_peers(self) -> bool:
        """Whether the members hear each other instead of a teacher."""
        return METHODS[self.part.method].acts_on == "peers"


def _term_groups(members: Sequence[StudentSpec]) -> Iterator[_TermGroup]:
    parts = dict.fromkeys(part for member in members for part in member.parts)
    for part in parts:
        entry = METHODS[part.method]
        if entry.needs_graph:
            continue
        having = [part in member.parts for member in members]
        for has, alike in groupby(range(len(members)), key=having.__getitem__):
            if has:
                places = list(alike)
                yield _TermGroup(
                    part,
                    slice(places[0], places[-1] + 1),
                    by_name(entry.load()),
                    _gradient(entry),
                    by_name(entry.load_measures()) if entry.measures else None,
                )


def by_name(function: Callable[..., Any]) -> ByName:
    """The function of a mapping from which it takes what its parameters name.

    So a method is a plain function of what it needs, and nothing stands between it and the loop.
    """
    names = tuple(inspect.signature(function).parameters)
    return lambda given: function(**{name: given[name] for name in names})


def _gradient(entry: Method) -> ByName:
    """The closed form where the method has one, else autograd on the logits alone."""
    if entry.gradient:
        return by_name(entry.load_gradient())
    loss = by_name(entry.load())

    def by_autograd(given: Mapping[str, Any]) -> Tensor:
        leaf = given["student_logits"].detach().requires_grad_()
        with torch.enable_grad():
            total = loss({**given, "student_logits": leaf}).sum()  # students do not meet in it
        gradient: Tensor = torch.autograd.grad(total, leaf)[0]
        return gradient

    return by_autograd
