"""Modules that a Python program gives: known by a name as long as their run lasts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from kdcore.errors import UserError, cause_of


def own_inputs(module: nn.Module, arguments: tuple[Tensor, ...]) -> Tensor:
    """A copy of the inputs, for a module that works in place; a hook before its answer."""
    del module
    return arguments[0].clone()


@dataclass(frozen=True, slots=True)
class Feed:
    """Turns a row of numbers back into what a module takes; a hook before its answer."""

    shape: tuple[int, ...]
    """Of one example."""
    whole: bool = False
    """Whether the module takes whole numbers, such as tokens."""
    low: float = 0.0
    """The least and the greatest of these numbers: others do not exist."""
    high: float = 0.0

    def __call__(self, module: nn.Module, arguments: tuple[Tensor, ...]) -> Tensor:
        """``[batch, numbers]`` → ``[batch, *shape]``, float or int64."""
        del module
        values: Tensor = arguments[0].unflatten(1, self.shape)
        if self.whole:
            values = values.round().clamp(self.low, self.high).long()
        return values


@dataclass(frozen=True, slots=True)
class GivenModule:
    """A module, and what is to be done with it."""

    module: nn.Module
    trained: bool = False
    """Whether it teaches as it is; any other is trained."""
    feed: Feed | None = None

    def copy(self) -> nn.Module:
        """A copy in float32, on the CPU, that takes what the data give."""
        found = deepcopy(self.module).float().cpu()
        found.register_forward_pre_hook(own_inputs)
        if self.feed:
            found.register_forward_pre_hook(self.feed)
        return found


_given: ContextVar[Mapping[str, GivenModule]] = ContextVar("given_modules", default={})  # noqa: B039


@contextmanager
def given_modules(modules: Mapping[str, GivenModule]) -> Iterator[None]:
    """Inside, models of these names are copies of these modules, in this thread alone."""
    before = _given.set(modules)
    try:
        yield
    finally:
        _given.reset(before)


def given_module(spec: str) -> GivenModule:
    """The module of a name.

    Raises:
        UserError: it belongs to another program.
    """
    try:
        return _given.get()[spec]
    except KeyError:
        raise UserError("module_elsewhere", spec=spec) from None


def answer_of(role: str, module: GivenModule, inputs: Tensor, classes: int) -> Tensor:
    """Its logits for a few examples, which every module of a run must be able to give.

    Args:
        role: ``teacher`` or ``student``, for the error.
        module: any.
        inputs: of two or more examples, as the run's data give them.
        classes: how many logits are wanted.

    Raises:
        UserError: it fails, or answers something else than one finite number a class.
    """
    name = type(module.module).__name__
    if any(map(is_lazy, module.module.parameters())):
        raise UserError("module_lazy", role=role, name=name)
    try:
        copied = module.copy().eval()
    except Exception as error:  # of whatever its author wrote
        raise UserError("module_no_copy", role=role, name=name, cause=cause_of(error)) from None
    before = {buffer: value.clone() for buffer, value in copied.named_buffers()}
    with torch.no_grad():
        found = _asked(role, module, copied, inputs)
    if not isinstance(found, Tensor) or found.layout != torch.strided:
        kind = type(found).__name__ if not isinstance(found, Tensor) else f"tensor ({found.layout})"
        raise UserError("module_no_tensor", role=role, name=name, found=kind)
    wanted = [len(inputs), classes]
    if list(found.shape) != wanted:
        raise UserError(
            "module_width", role=role, name=name, found=list(found.shape), wanted=wanted
        )
    if not found.is_floating_point() or not bool(found.isfinite().all()):
        raise UserError("module_not_finite", role=role, name=name)
    changed = [
        buffer for buffer, value in copied.named_buffers() if not torch.equal(value, before[buffer])
    ]
    if changed and role == "teacher":
        raise UserError("module_changes", role=role, name=name, found=", ".join(changed))
    return found


def check_learning(role: str, module: GivenModule, inputs: Tensor) -> None:
    """Raise ``UserError`` where a module cannot be trained on a batch of this size.

    Args:
        role: see ``answer_of``, which comes before.
        module: any.
        inputs: a batch, or the first two of a larger one.
    """
    copied = module.copy().train()
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        found = _asked(role, module, copied, inputs)
    if not found.requires_grad:
        raise UserError("module_learns_nothing", role=role, name=type(module.module).__name__)


def _asked(role: str, module: GivenModule, copied: nn.Module, inputs: Tensor) -> Tensor:
    """What a copy answers.

    Raises:
        UserError: it fails.
    """
    try:
        found: Tensor = copied(inputs)
    except Exception as error:  # of whatever its author wrote
        raise UserError(
            "module_fails",
            role=role,
            name=type(module.module).__name__,
            shape=[len(inputs), *(module.feed.shape if module.feed else inputs.shape[1:])],
            cause=cause_of(error),
        ) from None
    return found
