"""What modules of both networks put out, by hooks on their paths."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.losses.adapters import Adapter, pooled
from kdcore.metrics import centered_kernel_alignment
from kdcore.models.feature_hooks import checked_paths, feature_hooks, stages
from kdcore.training.objective.terms import StepControls
from kdcore.training.probes.probe import Probe, ProbeContext
from kdcore.training.state import State

PROBE = 2
"""Examples by which the features' shapes are found."""
Shape = tuple[int, ...]


class FeatureProbe(Probe):
    """Gives ``student_features`` and ``teacher_features``, pair by pair of layers.

    Raises:
        UserError: a layer does not exist, or the networks have not what the method compares.
    """

    def __init__(self, context: ProbeContext, nets: Sequence[int]) -> None:
        super().__init__(context, nets)
        self._pairs = paired(
            context.config,
            context.method.feature_layers,
            context.students.modules[0],
            context.teacher,
        )
        self._of_students: dict[int, dict[str, Tensor]] = {}
        self._of_teacher: list[dict[str, Tensor]] = []
        shapes = self._shapes()
        self._adapters = {net: self._fresh_adapters(shapes, context.seed_of(net)) for net in nets}

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See ``Probe``; the plain students are watched too."""
        paths = [student for student, _ in self._pairs]
        with ExitStack() as stack:
            self._of_students = {
                net: stack.enter_context(feature_hooks(module, paths))
                for net, module in enumerate(self.context.students.modules)
            }
            yield

    def observe(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, step_controls: StepControls
    ) -> None:
        """See ``Probe``."""
        del labels, teacher_logits, step_controls
        paths = [teacher for _, teacher in self._pairs]
        self._of_teacher = []
        for batch in inputs:
            with torch.no_grad(), feature_hooks(self.context.teacher, paths) as found:
                self.context.teacher(batch)
            self._of_teacher.append(found)

    def forget(self) -> None:
        """See ``Probe``."""
        self._of_students, self._of_teacher = {}, []

    def loss_inputs(self, net: int, step_controls: StepControls) -> Iterator[dict[str, Any]]:
        """See ``Probe``."""
        del step_controls
        seed, _ = self.context.place(net)
        for number, (student, teacher) in enumerate(self._pairs):
            own = self._of_students[net][student].float()
            its = self._of_teacher[seed][teacher].float()
            if self.context.method.feature_layers == "pooled":
                own, its = pooled(own), pooled(its)
            extra = {}
            if adapters := self._adapters[net]:
                adapter = adapters[number]
                its = its if own.ndim == its.ndim else pooled(its)
                own = adapter(own)
                extra = {"scale": getattr(adapter, "scale", None)}
            yield {"student_features": own, "teacher_features": its} | extra

    def learned(self, net: int) -> list[nn.Parameter]:
        """See ``Probe``."""
        return [weight for adapter in self._adapters[net] for weight in adapter.parameters()]

    def measures(self) -> dict[str, Tensor]:
        """``cka``: how alike every student and the teacher saw it at the last of the layers."""
        student, teacher = self._pairs[-1]
        found = [
            centered_kernel_alignment(
                pooled(features[student].detach().float()),
                pooled(self._of_teacher[self.context.place(net)[0]][teacher].float()),
            )
            for net, features in self._of_students.items()
        ]
        members = len(self.context.members)
        return {"cka": torch.stack(found).view(-1, members).double().cpu()}

    def state_dict(self) -> State:
        """See ``Probe``."""
        return {
            str(net): {str(at): one.state_dict() for at, one in enumerate(adapters)}
            for net, adapters in self._adapters.items()
        }

    def load_state_dict(self, state: State) -> None:
        """See ``Probe``."""
        for net, adapters in self._adapters.items():
            for at, one in enumerate(adapters):
                one.load_state_dict(state[str(net)][str(at)])

    def _fresh_adapters(self, shapes: Sequence[tuple[Shape, Shape]], seed: int) -> list[Adapter]:
        if not self.context.method.adapter:
            return []
        make = self.context.method.load_adapter()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            device = self.context.data.train.inputs.device
            return [make(*pair).to(device) for pair in shapes]

    def _shapes(self) -> list[tuple[Shape, Shape]]:
        """``(student's, teacher's)`` shape of one example's features, pair by pair."""
        context = self.context
        student = context.students.modules[0]
        inputs = context.data.normalised(context.data.train.inputs[:PROBE])
        was_training = student.training
        student.eval()
        with (
            torch.no_grad(),
            feature_hooks(student, [own for own, _ in self._pairs]) as of_student,
            feature_hooks(context.teacher, [its for _, its in self._pairs]) as of_teacher,
        ):
            student(inputs)
            context.teacher(inputs)
        student.train(was_training)
        feature_layers = context.method.feature_layers
        shapes = [
            (_shape(of_student[own], feature_layers), _shape(of_teacher[its], feature_layers))
            for own, its in self._pairs
        ]
        if feature_layers == "maps" and any(len(side) != 3 for pair in shapes for side in pair):
            raise UserError("method_needs_maps", method=context.name)
        return shapes


def paired(
    config: RunConfig, feature_layers: str, student: nn.Module, teacher: nn.Module
) -> list[tuple[str, str]]:
    """Which module of the student goes with which of the teacher.

    Args:
        config: names them, or leaves them to the method.
        feature_layers: see ``Method.feature_layers``.
        student: whose stages are known.
        teacher: likewise.

    Raises:
        UserError: a layer does not exist, or one side names more than the other.
    """
    named = (
        checked_paths(student, config.student_layers, "student_layers"),
        checked_paths(teacher, config.teacher_layers, "teacher_layers"),
    )
    if any(named):
        if len(named[0]) != len(named[1]):
            raise UserError("layers_differ", student=len(named[0]), teacher=len(named[1]))
        return list(zip(*named, strict=True))
    own, its = stages(student), stages(teacher)
    if feature_layers == "maps":
        count = min(len(own), len(its))
        return list(zip(own[-count:], its[-count:], strict=True))
    if feature_layers == "middle":
        return [(own[len(own) // 2], its[len(its) // 2])]
    return [(own[-1], its[-1])]


def _shape(features: Tensor, feature_layers: str) -> Shape:
    """Of one example."""
    return tuple((pooled(features) if feature_layers == "pooled" else features).shape[1:])
