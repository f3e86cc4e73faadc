"""The loss of a student: a hard and a soft term, mixed; and its gradient at the logits.

The gradient at the logits is where the loss ends and the network begins: with it any student,
hand-written or autograd, goes backward, and its two parts are the "share of each term" panel.

Shapes: S seeds, G students, K teachers, B batch, C classes.
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
from kdcore.threads import threads_for
from kdcore.training.batches.targets import BatchTargets
from kdcore.training.objective.teacher_mixture import TeacherMixture

ALIGNMENT_WEIGHT = "alignment_weight"
"""Name of what weighs the alignment of source and target, as a setting."""
ByName = Callable[[Mapping[str, Any]], Any]
"""Takes what it needs out of all that there is."""


@dataclass(frozen=True, slots=True)
class StepControls:
    """What acts on each of the G students: loss = hard · CE + soft · method."""

    temperature: Tensor
    """T, ``[G]``."""
    hard: Tensor
    """Weight of the hard term, ``[G]``."""
    soft: Tensor
    """Weight of the soft term, ``[G]``; 0 for one without a teacher."""
    lr: list[float]
    settings: dict[str, Tensor] = field(default_factory=dict)
    """Of the methods' own, by name, ``[G]`` each; 0 for students whose method has none."""

    def weight(self, term: "LossTermSpec") -> Tensor:
        """What weighs a soft term, ``[G]``."""
        return self.settings[term.weight] if term.weight else self.soft


@dataclass(frozen=True, slots=True)
class LossTermSpec:
    """One soft term of a student's loss."""

    method: str
    """Name in the catalogue."""
    weight: str = ""
    """Name of the setting that weighs it; empty where λ does."""
    settings: tuple[tuple[str, float], ...] = ()
    """Of the method's own, those that stay as they are, by name."""


@dataclass(frozen=True, slots=True)
class StudentSpec:
    """How a student learns from its labels and its teacher."""

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
    def terms(self) -> tuple[LossTermSpec, ...]:
        """All soft terms, the method's own first."""
        return (LossTermSpec(self.method), *self.also) if self.uses_teacher else ()


def step_controls_of(
    specs: Sequence[StudentSpec], mixing: str, device: torch.device
) -> StepControls:
    """Convex: (1−λ)·CE + λ·soft. Additive: CE + λ·soft. Without a teacher: CE."""
    soft = [spec.weight if spec.uses_teacher else 0.0 for spec in specs]
    hard = [1 - weight if mixing == "convex" else 1.0 for weight in soft]
    return StepControls(
        temperature=torch.tensor([spec.temperature for spec in specs], device=device),
        hard=torch.tensor(hard, device=device),
        soft=torch.tensor(soft, device=device),
        lr=[spec.lr for spec in specs],
        settings={
            name: torch.tensor(
                [dict(spec.settings).get(name, 0.0) for spec in specs], device=device
            )
            for name in sorted({name for spec in specs for name, _ in spec.settings})
        },
    )


class Terms:
    """The terms of the students' losses that are functions of their logits.

    Args:
        specs: of G students, those of one method beside each other.
        mixture: of the teachers' logits.
        networks: that are one student, beside each other; they may be each other's teachers.
        on_target: the soft terms are of target data, so that here the hard term is alone.
    """

    def __init__(
        self,
        specs: Sequence[StudentSpec],
        mixture: TeacherMixture | None = None,
        networks: int = 1,
        *,
        on_target: bool = False,
    ) -> None:
        self.mixture, self._networks = mixture or TeacherMixture(), networks
        self._term_groups = [] if on_target else list(_term_groups(specs))
        self.without_teacher = [at for at, spec in enumerate(specs) if not spec.uses_teacher]
        """The students without a soft term."""
        self._with_teachers = sorted(
            {
                at
                for group in self._term_groups
                if not group.of_peers
                for at in range(group.students.start, group.students.stop)
            }
        )
        """The students whose targets are the teachers' logits."""
        self._several = [
            len(spec.terms) > 1 or ALIGNMENT_WEIGHT in dict(spec.settings) for spec in specs
        ]
        self._has_t2 = [METHODS[spec.method].has_t2 for spec in specs]

    def gradients(
        self, logits: Tensor, targets: BatchTargets, step_controls: StepControls
    ) -> tuple[Tensor, Tensor]:
        """The weighted gradients of the hard and the soft terms at the logits.

        Args:
            logits: ``[S, G, B, C]``.
            targets: of the batch.
            step_controls: of the students.

        Returns:
            Twice ``[S, G, B, C]``; the soft one is 0 for one without a teacher.
        """
        with threads_for(logits.numel()):
            return self._gradients(logits, targets, step_controls)

    def _gradients(
        self, logits: Tensor, targets: BatchTargets, step_controls: StepControls
    ) -> tuple[Tensor, Tensor]:
        if targets.hard_targets is None:
            hard = cross_entropy_gradient(logits, targets.labels[:, None])
        else:
            hard = target_cross_entropy_gradient(logits, targets.hard_targets[:, None])
        hard *= step_controls.hard[:, None, None]
        soft: Tensor | None = None
        everybody = slice(0, logits.shape[1])
        for group, share, named in self._with_teacher_logits(logits, targets, step_controls):
            weight = step_controls.weight(group.term)[group.students, None, None]
            if share != 1.0:
                weight = share * weight
            if soft is None and group.students == everybody:
                soft = group.gradient(named) * weight
                continue
            soft = torch.zeros_like(logits) if soft is None else soft
            of_group = soft[:, group.students]
            torch.addcmul(of_group, group.gradient(named), weight, out=of_group)
        return hard, torch.zeros_like(logits) if soft is None else soft

    def values(
        self, logits: Tensor, targets: BatchTargets, step_controls: StepControls
    ) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """The terms before mixing, ``[S, G]`` each; 0 for students without such.

        Returns:
            The hard term, the method's soft term, and those beside it by the name of their weight.
        """
        if targets.hard_targets is None:
            hard = cross_entropy(logits, targets.labels[:, None])
        else:
            hard = target_cross_entropy(logits, targets.hard_targets[:, None])
        soft: dict[str, Tensor] = {"": torch.zeros_like(hard)}
        for group, share, named in self._with_teacher_logits(logits, targets, step_controls):
            total = soft.setdefault(group.term.weight, torch.zeros_like(hard))
            total[:, group.students] += share * group.loss(named)
        return hard, soft.pop(""), soft

    def measures(
        self, logits: Tensor, targets: BatchTargets, step_controls: StepControls
    ) -> list[dict[str, Tensor]]:
        """Each student's named numbers ``[S]``, such as the parts of its divergence.

        Of several teachers, also what each counts.
        """
        found: list[dict[str, Tensor]] = [{} for _ in self._has_t2]
        for group, share, named in self._with_teacher_logits(logits, targets, step_controls):
            if group.term.weight or not group.measures:
                continue
            for name, values in group.measures(named).items():
                for at, student in enumerate(range(group.students.start, group.students.stop)):
                    found[student][name] = found[student].get(name, 0.0) + share * values[:, at]
        if self.mixture.count > 1 and targets.teacher_logits is not None:
            weights = self.mixture.weights(
                targets.teacher_logits, targets.method_labels, step_controls.temperature
            )
            for student in self._with_teachers:
                for teacher, values in enumerate(weights[:, student].mean(-1).T, start=1):
                    found[student][f"teacher_weight_{teacher}"] = values
        return found

    def without_t2(self, norm: float, student: int, temperature: float) -> float:
        """The soft gradient's norm if the method had no factor T²; not known of several terms."""
        if self._several[student]:
            return float("nan")
        return norm / temperature**2 if self._has_t2[student] else norm

    def _with_teacher_logits(
        self, logits: Tensor, targets: BatchTargets, step_controls: StepControls
    ) -> Iterator[tuple["_TermGroup", float, dict[str, Any]]]:
        """Each method, its share of the loss, and all that its loss may name."""
        weights = None if targets.label_weights is None else targets.label_weights[:, None]
        orders = None if targets.class_orders is None else targets.class_orders[:, None]
        for group in self._term_groups if targets.teacher_logits is not None else ():
            assert targets.teacher_logits is not None
            own = logits[:, group.students]
            temperature = step_controls.temperature[group.students]
            named = {
                name: values[group.students] for name, values in step_controls.settings.items()
            } | {
                **dict(group.term.settings),
                "student_logits": own,
                "labels": targets.method_labels[:, None],
                "temperature": temperature,
                "label_weights": weights,
                "class_orders": orders,
            }
            if group.of_each_teacher:
                each = {
                    "each_teacher_logits": targets.teacher_logits[:, None],
                    "teacher_shares": self.mixture.shares.to(own),
                }
                yield group, 1.0, named | each
                continue
            teacher_targets = (
                _peers(own, self._networks)
                if group.of_peers
                else self.mixture.targets(
                    targets.teacher_logits, targets.method_labels, temperature
                )
            )
            for share, teacher_logits in teacher_targets:
                yield group, share, named | {"teacher_logits": teacher_logits}


def _peers(logits: Tensor, networks: int) -> Iterator[tuple[float, Tensor]]:
    """The logits of all other networks of the same student, which count alike."""
    of_students = logits.detach().unflatten(1, (-1, networks))
    for distance in range(1, networks):
        yield 1 / (networks - 1), of_students.roll(distance, dims=2).flatten(1, 2)


@dataclass(frozen=True, slots=True)
class _TermGroup:
    """A soft term and the students that have it."""

    term: LossTermSpec
    students: slice
    loss: ByName
    gradient: ByName
    measures: ByName | None

    @property
    def of_peers(self) -> bool:
        """Whether the other networks of a student are its teachers."""
        return METHODS[self.term.method].acts_on == "peers"

    @property
    def of_each_teacher(self) -> bool:
        """Whether it asks for the answers of all teachers at once, unmixed."""
        return METHODS[self.term.method].acts_on == "teachers"


def _term_groups(specs: Sequence[StudentSpec]) -> Iterator[_TermGroup]:
    terms = dict.fromkeys(term for spec in specs for term in spec.terms)
    for term in terms:
        entry = METHODS[term.method]
        if entry.needs_graph:
            continue
        having = [term in spec.terms for spec in specs]
        for has, alike in groupby(range(len(specs)), key=having.__getitem__):
            if has:
                places = list(alike)
                yield _TermGroup(
                    term,
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
    return lambda values: function(**{name: values[name] for name in names})


def _gradient(entry: Method) -> ByName:
    """The closed form where the method has one, else autograd on the logits alone."""
    if entry.gradient:
        return by_name(entry.load_gradient())
    loss = by_name(entry.load())

    def by_autograd(values: Mapping[str, Any]) -> Tensor:
        leaf = values["student_logits"].detach().requires_grad_()
        with torch.enable_grad():
            total = loss({**values, "student_logits": leaf}).sum()  # students do not meet in it
        gradient: Tensor = torch.autograd.grad(total, leaf)[0]
        return gradient

    return by_autograd
