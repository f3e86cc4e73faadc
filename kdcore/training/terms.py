"""The loss of a student: a hard and a soft term, mixed; and its gradient at the logits.

The gradient at the logits is where the loss ends and the network begins: with it any student,
hand-written or autograd, goes backward, and its two parts are the "share of each term" panel.

Shapes: K students, B batch, C classes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from kdcore.catalogue import METHODS, Method
from kdcore.losses import cross_entropy, cross_entropy_gradient

Loss = Callable[[Tensor, Tensor, float], Tensor]


@dataclass(frozen=True, slots=True)
class Mix:
    """How much of each term a student gets: loss = hard · CE + soft · method."""

    hard: float
    soft: float


def mix(mixing: str, weight: float) -> Mix:
    """Convex: (1−λ)·CE + λ·soft. Additive: CE + λ·soft."""
    return Mix(1 - weight, weight) if mixing == "convex" else Mix(1.0, weight)


class Terms:
    """The two terms of a run's loss, for students that may differ in their mix.

    Args:
        method: name in the catalogue.
        distilled: index of the student that listens to the teacher; ``None`` if none does.
    """

    def __init__(self, method: str, distilled: int | None) -> None:
        entry = METHODS[method]
        self.distilled = distilled if entry.loss else None
        self._soft = _with_temperature(entry) if entry.loss else None
        self._soft_gradient = _gradient(entry) if entry.loss else None
        self._has_t2 = method == "kd"

    def gradients(
        self, logits: Tensor, labels: Tensor, teacher_logits: Tensor | None, temperature: float,
        mixed: Mix,
    ) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        """The weighted gradients of both terms at the logits.

        Args:
            logits: ``[K, B, C]``.
            labels: ``[B]``.
            teacher_logits: ``[B, C]``, or ``None`` where nobody listens.
            temperature: T.
            mixed: of the distilled student; every other one has the hard term alone.

        Returns:
            Hard term ``[K, B, C]`` and soft term ``[B, C]`` of the distilled student.
        """
        hard = cross_entropy_gradient(logits, labels)
        if self.distilled is None or self._soft_gradient is None or teacher_logits is None:
            return hard, None
        hard.select(0, self.distilled).mul_(mixed.hard)
        soft = self._soft_gradient(logits[self.distilled], teacher_logits, temperature)
        return hard, soft.mul_(mixed.soft)

    def values(
        self, logits: Tensor, labels: Tensor, teacher_logits: Tensor | None, temperature: float
    ) -> tuple[Tensor, Tensor]:
        """Both terms before mixing, ``[K]`` each; the soft one is 0 for who does not listen."""
        hard = cross_entropy(logits, labels)
        soft = torch.zeros_like(hard)
        if self.distilled is not None and self._soft is not None and teacher_logits is not None:
            soft[self.distilled] = self._soft(logits[self.distilled], teacher_logits, temperature)
        return hard, soft

    def without_t2(self, norm: float, temperature: float) -> float:
        """The soft gradient's norm if the method had no factor T²."""
        return norm / temperature**2 if self._has_t2 else norm


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

    def by_autograd(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
        leaf = student.detach().requires_grad_()
        with torch.enable_grad():
            value = loss(leaf, teacher, temperature)
        return torch.autograd.grad(value, leaf)[0]

    return by_autograd
