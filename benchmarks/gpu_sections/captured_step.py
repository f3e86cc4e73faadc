"""3. The student's step: bf16 against float32, and a captured graph of it against eager calls.

The engine takes its steps by eager calls; the graph is an experiment, built here from the engine's
own parts: forward, gradient at the logits, backward, Adam. On a processor there is nothing to
capture: there the replay is the eager step again, so that each line is carried out.
"""

from collections.abc import Callable, Iterator
from statistics import median
from typing import Self

import torch
from torch import Tensor

from benchmarks.gpu_sections.report import MEASURED, Row, verdict
from benchmarks.gpu_sections.setting import Setting
from kdcore.models.build import build_model
from kdcore.training.batches.targets import BatchTargets
from kdcore.training.devices.device import set_float32_arithmetic
from kdcore.training.networks.students import Students
from kdcore.training.objective.terms import StudentSpec, Terms, step_controls_of

SECTION = 3
JOBS = {
    "MLP 784-800-800, batch 128": ("mlp:800,800", (1, 28, 28), 128),
    "ResNet-20, 32×32, batch 128": ("resnet20", (3, 32, 32), 128),
}
SMALL_JOBS = {
    "MLP 64-32, batch 16": ("mlp:32", (1, 8, 8), 16),
    "ResNet-8, 16×16, batch 8": ("resnet8", (3, 16, 16), 8),
}
CLASSES, LR = 10, 1e-3
WARM_UP, COMPARED = 3, 10
TOLERANCE = {"float32": 0.03, "bf16": 0.12}
"""Of ``step_difference``, between what may be and what must not be. Other kernels add in another
order, as it also happens where the examples of a batch are shuffled; on a processor that made 0.003
in float32 and 0.075 in bf16, both with ResNet-20: Adam moves weights whose gradient is nearly 0 as
far as the others. An optimiser that does not count its steps is 0.16 away, a batch that is not
replaced 0.59. Weights after several steps say less: those of ResNet-20 in float32 were 0.11 apart
after ten, and only 0.08 where the last step was left out."""


class StudentStep:
    """One student of the engine and a batch that lies at one place in memory.

    Args:
        spec: of the student.
        shape: of an input.
        size: of the batch.
        precision: ``float32`` or ``bf16``.
        device: of all of it.
    """

    def __init__(
        self, spec: str, shape: tuple[int, ...], size: int, precision: str, device: torch.device
    ) -> None:
        self.module = build_model(spec, shape, CLASSES, 0).to(device).train()
        self.students = Students(
            [[self.module]],
            optimizer="adam",
            lr=[LR],
            seeds=[0],
            precision=precision,
            device=device,
        )
        learning = StudentSpec("kd", temperature=4.0, weight=0.5, lr=LR)
        self._terms = Terms([learning])
        self._controls = step_controls_of([learning], "convex", device)
        self._batch = [one.to(device) for one in batch(shape, size, 0)]
        inputs, labels, teacher_logits = self._batch
        self._inputs = inputs
        self._targets = BatchTargets(labels, labels, teacher_logits)

    def __call__(self) -> None:
        """Take the batch once."""
        logits = self.students.forward(self._inputs)
        hard, soft = self._terms.gradients(logits, self._targets, self._controls)
        self.students.learn(hard + soft, self._controls.lr)

    def put(self, values: tuple[Tensor, ...]) -> None:
        """Another batch at the same place."""
        for place, value in zip(self._batch, values, strict=True):
            place.copy_(value)

    def capturable(self) -> None:
        """Let Adam count its steps on the device, as a graph needs it."""
        for optimizer in self._optimizers():
            for group in optimizer.param_groups:
                group["capturable"] = True

    def begin_again(self, start: dict[str, Tensor]) -> None:
        """The weights of ``start`` and an optimiser that knows nothing, at the same places."""
        self.module.load_state_dict(start)
        self.students.body.refresh()
        for moment in self._moments():
            moment.zero_()

    def become(self, other: Self) -> None:
        """Weights and moments of another, at the same places; both have taken a step once."""
        self.module.load_state_dict(other.module.state_dict())
        self.students.body.refresh()
        for own, its in zip(self._moments(), other._moments(), strict=True):
            own.copy_(its)

    @property
    def weights(self) -> Tensor:
        """All of them in one row, a copy."""
        return torch.cat([one.detach().flatten() for one in self.module.parameters()])

    def _moments(self) -> list[Tensor]:
        return [
            value
            for optimizer in self._optimizers()
            for weight in optimizer.param_groups[0]["params"]
            for value in optimizer.state[weight].values()
        ]

    def _optimizers(self) -> list[torch.optim.Optimizer]:
        return [optimizer for *_, optimizer in self.students._steps]


def batch(shape: tuple[int, ...], size: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Inputs ``[1, B, …]``, labels ``[1, B]`` and a teacher's logits ``[1, 1, B, C]``."""
    chance = torch.Generator().manual_seed(seed)
    return (
        torch.randn(1, size, *shape, generator=chance),
        torch.randint(CLASSES, (1, size), generator=chance),
        3 * torch.randn(1, 1, size, CLASSES, generator=chance),
    )


def captured(step: StudentStep, device: torch.device) -> Callable[[], None]:
    """What repeats the step: a replayed graph on CUDA, the step itself elsewhere."""
    if device.type != "cuda":
        for _ in range(WARM_UP):
            step()
        return step
    step.capturable()
    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(WARM_UP):
            step()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def measure(setting: Setting) -> Iterator[Row]:
    """Steps a second of each, and whether both ways take the same steps."""
    set_float32_arithmetic()
    jobs = SMALL_JOBS if setting.small else JOBS
    seconds = 0.05 if setting.small else 1.0
    how = "graph" if setting.on_gpu else "graph imitated by eager calls"
    for name, (spec, shape, size) in jobs.items():
        eager: dict[str, float] = {}
        for precision in ("float32", "bf16"):
            made = (spec, shape, size, precision, setting.torch_device)
            step = StudentStep(*made)
            eager[precision] = setting.rate(step, seconds)
            yield _speed(f"{name}, {precision}, eager", eager[precision])
            if precision == "bf16":
                ratio = eager["bf16"] / eager["float32"]
                yield Row(SECTION, f"{name}: bf16 over float32", f"{ratio:.2f}", "×", MEASURED)
            replayed, reference = StudentStep(*made), StudentStep(*made)
            start = {key: value.clone() for key, value in replayed.module.state_dict().items()}
            replay = captured(replayed, setting.torch_device)
            reference()
            reference.begin_again(start)
            found = step_difference(replayed, replay, reference, shape, size)
            what = f"{name}, {precision}: a step by {how}, away from the eager one"
            yield Row(SECTION, what, f"{found:.1e}", "–", verdict(found <= TOLERANCE[precision]))
            rate = setting.rate(replay, seconds)
            yield _speed(f"{name}, {precision}, {how}", rate)
            what = f"{name}, {precision}: {how} over eager"
            yield Row(SECTION, what, f"{rate / eager[precision]:.2f}", "×", MEASURED)


def _speed(what: str, rate: float) -> Row:
    return Row(SECTION, what, f"{rate:,.0f}", "steps/s", MEASURED)


def step_difference(
    replayed: StudentStep,
    replay: Callable[[], None],
    reference: StudentStep,
    shape: tuple[int, ...],
    size: int,
) -> float:
    """How far the one way's step is from the other's, relative to its length: a median of steps.

    Each begins where the reference is. The median, since a single ReLU that is nearly 0 can make a
    step another one, and the first step of Adam goes by the signs of gradients alone.

    Args:
        replayed: whose places in memory ``replay`` works on.
        replay: takes its step.
        reference: another one, which has taken a step once.
        shape: of an input.
        size: of a batch.
    """
    found = []
    for seed in range(COMPARED):
        replayed.become(reference)
        before = reference.weights
        for one, take in ((replayed, replay), (reference, reference)):
            one.put(batch(shape, size, seed))
            take()
        moved = (reference.weights - before).norm()
        found.append(((replayed.weights - reference.weights).norm() / moved).item())
    return median(found)
