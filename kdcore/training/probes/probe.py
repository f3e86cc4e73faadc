"""The base of all probes."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from kdcore.catalogue import Method
from kdcore.data import Dataset
from kdcore.jobs.run.config import RunConfig
from kdcore.training.networks.students import Students
from kdcore.training.objective.terms import StepControls, StudentSpec
from kdcore.training.state import State


@dataclass(frozen=True, slots=True)
class ProbeContext:
    """What a probe may look at."""

    config: RunConfig
    name: str
    """Of the method."""
    method: Method
    seeds: Sequence[int]
    """S: what chance brings to a net is that of its own seed, as in a run of its own."""
    members: Sequence[StudentSpec]
    """G, those of other methods among them."""
    students: Students
    teacher: nn.Module
    data: Dataset
    steps: int
    """Batches of the whole run."""

    def seed_of(self, net: int) -> int:
        """The seed of a net."""
        return self.seeds[self.place(net)[0]]

    def place(self, net: int) -> tuple[int, int]:
        """Which seed and which member a net is of."""
        return divmod(net, len(self.members))


@dataclass(frozen=True, slots=True)
class GeneratedInputs:
    """Inputs that a method generated, N of them, and how they are classified."""

    inputs: Tensor
    """Raw, ``[N, …]``."""
    teacher_logits: Tensor
    """``[N, C]``."""
    student_logits: Tensor
    """``[N, C]``."""


class Probe(ABC):
    """Looks at something of students and teacher that a method's loss asks for by name.

    Args:
        context: what it may look at.
        nets: the students that learn by the method.
    """

    needs_input_gradients = False
    """Whether the batch must be differentiable."""

    def __init__(self, context: ProbeContext, nets: Sequence[int]) -> None:
        self.context, self.nets = context, nets

    def watching(self) -> AbstractContextManager[None]:
        """Around the students' way forward."""
        return nullcontext()

    @abstractmethod
    def observe(
        self, inputs: Tensor, labels: Tensor, teacher_logits: Tensor, step_controls: StepControls
    ) -> None:
        """Look at a batch that the students have answered.

        Args:
            inputs: ``[S, B, …]``.
            labels: ``[S, B]``.
            teacher_logits: ``[S, B, C]``.
            step_controls: of the students.
        """

    @abstractmethod
    def loss_inputs(self, net: int, step_controls: StepControls) -> Iterator[dict[str, Any]]:
        """What the loss of a net may name; several times where several losses are added."""

    def forget(self) -> None:  # noqa: B027  (most keep nothing of it)
        """Give back what a step that was broken off left of the students' graph."""

    def learned(self, net: int) -> list[nn.Parameter]:
        """Weights beside the student's that the net's loss moves too."""
        del net
        return []

    def generated(self, net: int) -> GeneratedInputs | None:
        """Inputs that were generated for a net; leaves the net as it was."""
        del net
        return None

    def measures(self) -> dict[str, Tensor]:
        """Numbers to watch, ``[S, G]`` each, float64, on the CPU; after one batch at least."""
        return {}

    def state_dict(self) -> State:
        """See ``Stateful``; what is learned or counted beside the students."""
        return {}

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        del state
