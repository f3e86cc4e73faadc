"""The loss of a student: a hard and a soft term, mixed; and its gradient at the logits.

The gradient at the logits is where the loss ends and the network begins: with it any student,
hand-written or autograd, goes backward, and its two parts are the "share of each term" panel.

Shapes: S seeds, G members, B batch, C classes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor

from kdcore.catalogue import METHODS, Method
from kdcore.losses import cross_entropy, cross_entropy_gradient

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]


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


@dataclass(frozen=True, slots=True)
class Member:
    """One way to learn: what a student makes of its labels and its teacher."""

    method: str
    """Name in the catalogue; one without a soft term has the hard term alone."""
    temperature: float
    weight: float
    """λ."""
    lr: float

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
    )  # fmt: skip


class Terms:
    """The two terms of the members' losses.

    Args:
        methods: of each member; equal ones stand together.
    """

    def __init__(self, methods: Sequence[str]) -> None:
        self._voices = list(_voices(methods))
        self._has_t2 = [method == "kd" for method in methods]

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
        for voice in self._voices if teacher_logits is not None else ():
            assert teacher_logits is not None
            part = voice.gradient(logits[:, voice.members], teacher_logits[:, None],
                                  tuning.temperature[voice.members])  # fmt: skip
            torch.mul(part, tuning.soft[voice.members, None, None], out=soft[:, voice.members])
        return hard, soft

    def values(
        self, logits: Tensor, labels: Tensor, teacher_logits: Tensor | None, tuning: Tuning
    ) -> tuple[Tensor, Tensor]:
        """Both terms before mixing, ``[S, G]`` each; the soft one is 0 for who does not listen."""
        hard = cross_entropy(logits, labels[:, None])
        soft = torch.zeros_like(hard)
        for voice in self._voices if teacher_logits is not None else ():
            assert teacher_logits is not None
            soft[:, voice.members] = voice.loss(
                logits[:, voice.members], teacher_logits[:, None],
                tuning.temperature[voice.members],
            )  # fmt: skip
        return hard, soft

    def without_t2(self, norm: float, member: int, temperature: float) -> float:
        """The soft gradient's norm if the member's method had no factor T²."""
        return norm / temperature**2 if self._has_t2[member] else norm


@dataclass(frozen=True, slots=True)
class _Voice:
    """A method and the members that learn by it."""

    members: slice
    loss: Loss
    gradient: Loss


def _voices(methods: Sequence[str]) -> Iterator[_Voice]:
    for method, alike in groupby(range(len(methods)), key=lambda member: methods[member]):
        members = list(alike)
        entry = METHODS[method]
        if entry.loss:
            yield _Voice(slice(members[0], members[-1] + 1), _with_temperature(entry),
                         _gradient(entry))  # fmt: skip


def _with_temperature(entry: Method) -> Loss:
    loss = entry.load()
    if entry.uses_temperature:
        return loss
    return lambda student, teacher, temperature: loss(student, teacher)  # noqa: ARG005


def _gradient(entry: Method) -> Loss:
    """The closed form where the method has one, else autograd on the logits alone."""
    if entry.gradient:
        closed = entry.load_gradient()
        if entry.uses_temperature:
            return closed
        return lambda student, teacher, temperature: closed(student, teacher)  # noqa: ARG005
    loss = _with_temperature(entry)

    def by_autograd(student: Tensor, teacher: Tensor, temperature: Tensor) -> Tensor:
        leaf = student.detach().requires_grad_()
        with torch.enable_grad():
            total = loss(leaf, teacher, temperature).sum()  # students do not meet in it
        return torch.autograd.grad(total, leaf)[0]

    return by_autograd
