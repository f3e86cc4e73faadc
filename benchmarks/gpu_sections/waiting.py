"""4. How often a step makes the processor wait for the device: never, but at reports."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch
from weakref import WeakSet

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.gpu_sections.against_cpu import DIGITS, losses_of
from benchmarks.gpu_sections.report import Row, verdict
from benchmarks.gpu_sections.setting import Setting
from kdcore import RunConfig
from kdcore.training.trainer import DistillationTrainer

SECTION = 4
IMAGES = DIGITS.replace(teacher="convnet:4,8", student="convnet:4,8")
CONFIGS = {
    "soft targets, MLP": DIGITS,
    "hints": IMAGES.replace(method="hint"),
    "ResNet-8": IMAGES.replace(student="resnet8"),
    "images changed at random and mixed": IMAGES.replace(augment="shift_flip", mixup=0.4),
}
SAID = "synchronizing CUDA operation"
WAIT = frozenset(
    {
        "aten::_local_scalar_dense",
        "aten::is_nonzero",
        "aten::equal",
        "aten::nonzero",
        "aten::masked_select",
        "aten::_unique2",
    }
)
"""Operations whose result the processor needs to go on: on a device each is a wait."""


@contextmanager
def each_step(watched: Callable[[], AbstractContextManager[None]]) -> Iterator[list[int]]:
    """Inside, every step of a trainer but its first is taken within ``watched()``.

    The first builds what later ones use.

    Yields:
        A list that gets the number of each step that was watched.
    """
    step = DistillationTrainer.step
    begun: WeakSet[DistillationTrainer] = WeakSet()
    steps: list[int] = []

    def taken(self: DistillationTrainer, indices: Any, number: int) -> None:
        if self not in begun:
            begun.add(self)
            step(self, indices, number)
            return
        with watched():
            step(self, indices, number)
        steps.append(number)

    DistillationTrainer.step = taken  # type: ignore[method-assign]
    try:
        yield steps
    finally:
        DistillationTrainer.step = step  # type: ignore[method-assign]


@contextmanager
def synchronisations(mode: str) -> Iterator[None]:
    """Inside, CUDA makes an error or a warning of each wait."""
    torch.cuda.set_sync_debug_mode(mode)
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


class Waits(TorchDispatchMode):
    """Counts the operations of ``WAIT``, on any device."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """See ``TorchDispatchMode``."""
        del types
        name = func._schema.name
        masks = args[1] if name == "aten::index" else ()
        if name in WAIT or any(one is not None and one.dtype == torch.bool for one in masks):
            self.names.append(name)
        return func(*args, **(kwargs or {}))


def measure(setting: Setting) -> Iterator[Row]:
    """Waits and steps of a run of each kind."""
    count = _warned if setting.on_gpu else _dispatched
    how = "synchronisations" if setting.on_gpu else "operations that would synchronise"
    for name, config in CONFIGS.items():
        if setting.small:
            config = config.replace(epochs=1, teacher_epochs=1, transfer_size=480)
        waits, steps = count(config.replace(device=setting.device))
        what = f"{how} in {steps} steps between reports: {name}"
        yield Row(SECTION, what, str(waits), "–", verdict(waits == 0 and steps > 0))


def _warned(config: RunConfig) -> tuple[int, int]:
    """Of a CUDA device, by its own account."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with each_step(lambda: synchronisations("warn")) as steps:
            losses_of(config)
    return sum(SAID in str(one.message) for one in said), len(steps)


def _one_hot(labels: Tensor, classes: int) -> Tensor:
    """As CUDA carries it out: PyTorch looks at the labels' range on a processor alone."""
    return labels.new_zeros(*labels.shape, classes).scatter_(-1, labels[..., None], 1)


def _dispatched(config: RunConfig) -> tuple[int, int]:
    """Of a processor, by the names of its operations."""
    found: list[str] = []

    @contextmanager
    def watched() -> Iterator[None]:
        with Waits() as waits, patch.object(F, "one_hot", _one_hot):
            yield
        found.extend(waits.names)

    with each_step(watched) as steps:
        losses_of(config)
    return len(found), len(steps)
