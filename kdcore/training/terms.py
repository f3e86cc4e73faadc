"""The loss of a student: a hard and a soft term, mixed; and its gradient at the logits.

The gradient at the logits is where the loss ends and the network begins: with it any student,
hand-written or autograd, goes backward, and its two parts are the "share of each term" panel.

Shapes: S seeds, G members, B batch, C classes.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import torch
from torch import Tensor

from kdcore.catalogue import METHODS, Method
from kdcore.losses import cross_entropy, cross_entropy_gradient

ByName = Callable[[Mapping[str, Tensor]], Any]
"""Takes what it needs out of all that there is."""


@dataclass(frozen=True, slots=True)
class Tuning:
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


@dataclass(frozen=True, slots=True)
class Member:
    """One way to learn: what a student makes of its labels and its teacher."""

    method: str
    """Name in the catalogue; one without a soft term has the hard term alone."""
    temperature: float
    weight: float
    """λ."""
    lr: float
    settings: tuple[tuple[str, float], ...] = ()
    """The method's own, by name."""

    @property
    def listens(self) -> bool:
        """Whether it has a soft term."""
        return bool(METHODS[self.method].loss)


def tuned(members: Sequence[Member], mixing: str, device: torch.device) -> Tuning:
    """Convex: (1−λ)·CE + λ·soft. Additive: CE + λ·soft. Who does not listen: CE."""
    soft = [member.weight if member.listens else 0.0 for member in members]
    hard = [1 - weight if mixing == "convex" else 1.0 for weight in soft]
    return Tuning(
        temperature=torch.tensor([member.temperature for member in members], device=device),
        hard=torch.tensor(hard, device=device), soft=torch.tensor(soft, device=device),
        lr=[member.lr for member in members],
        settings={
            name: torch.tensor([dict(member.settings).get(name, 0.0) for member in members],
                               device=device)
            for name in sorted({name for member in members for name, _ in member.settings})
        },
    )  # fmt: skip


class Terms:
    """The two terms of the members' losses.

    Args:
        methods: of each member, by name; equal ones stand together.
    """

    def __init__(self, methods: Sequence[str]) -> None:
        self._voices = list(_voices(methods))
        self._has_t2 = [METHODS[method].has_t2 for method in methods]

    def gradients(
        self, logits: Tensor, labels: Tensor, teacher_logits: Tensor | None, tuning: Tuning
    ) -> tuple[Tensor, Tensor]:
        """The weighted gradients of the hard and the soft term at the logits.

        Args:
            logits: ``[S, G, B, C]``.
            labels: ``[S, B]``.
            teacher_logits: ``[S, B, C]``, or ``None`` where nobody listens.
            tuning: of the members.

        Returns:
            Twice ``[S, G, B, C]``; the soft one is 0 for who does not listen.
        """
        hard = cross_entropy_gradient(logits, labels[:, None])
        hard *= tuning.hard[:, None, None]
        soft = torch.zeros_like(logits)
        for voice, given in self._heard(logits, labels, teacher_logits, tuning):
            part = voice.gradient(given)
            torch.mul(part, tuning.soft[voice.members, None, None], out=soft[:, voice.members])
        return hard, soft

    def values(
        self, logits: Tensor, labels: Tensor, teacher_logits: Tensor | None, tuning: Tuning
    ) -> tuple[Tensor, Tensor]:
        """Both terms before mixing, ``[S, G]`` each; the soft one is 0 for who does not listen."""
        hard = cross_entropy(logits, labels[:, None])
        soft = torch.zeros_like(hard)
        for voice, given in self._heard(logits, labels, teacher_logits, tuning):
            soft[:, voice.members] = voice.loss(given)
        return hard, soft

    def measures(
        self, logits: Tensor, labels: Tensor, teacher_logits: Tensor | None, tuning: Tuning
    ) -> list[dict[str, Tensor]]:
        """Each member's named numbers ``[S]``, such as the parts of its divergence."""
        found: list[dict[str, Tensor]] = [{} for _ in self._has_t2]
        for voice, given in self._heard(logits, labels, teacher_logits, tuning):
            for name, values in (voice.measures(given) if voice.measures else {}).items():
                for at, member in enumerate(range(voice.members.start, voice.members.stop)):
                    found[member][name] = values[:, at]
        return found

    def without_t2(self, norm: float, member: int, temperature: float) -> float:
        """The soft gradient's norm if the member's method had no factor T²."""
        return norm / temperature**2 if self._has_t2[member] else norm

    def _heard(
        self, logits: Tensor, labels: Tensor, teacher_logits: Tensor | None, tuning: Tuning
    ) -> Iterator[tuple["_Voice", dict[str, Tensor]]]:
        """Each method with all that its loss may name."""
        for voice in self._voices if teacher_logits is not None else ():
            assert teacher_logits is not None
            of_voice = {name: values[voice.members] for name, values in tuning.settings.items()}
            yield voice, of_voice | {
                "student_logits": logits[:, voice.members], "labels": labels[:, None],
                "teacher_logits": teacher_logits[:, None],
                "temperature": tuning.temperature[voice.members],
            }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Voice:
    """A method and the members that learn by it."""

    members: slice
    loss: ByName
    gradient: ByName
    measures: ByName | None


def _voices(methods: Sequence[str]) -> Iterator[_Voice]:
    for method, alike in groupby(range(len(methods)), key=lambda member: methods[member]):
        members = list(alike)
        entry = METHODS[method]
        if entry.loss and not entry.acts_inside:
            yield _Voice(
                slice(members[0], members[-1] + 1), by_name(entry.load()), _gradient(entry),
                by_name(entry.load_measures()) if entry.measures else None,
            )  # fmt: skip


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

    def by_autograd(given: Mapping[str, Tensor]) -> Tensor:
        leaf = given["student_logits"].detach().requires_grad_()
        with torch.enable_grad():
            total = loss({**given, "student_logits": leaf}).sum()  # students do not meet in it
        return torch.autograd.grad(total, leaf)[0]

    return by_autograd
