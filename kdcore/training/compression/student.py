"""What a stage begins with, and what it makes."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from torch import Tensor, nn

from kdcore.jobs.compression.config import CompressionConfig


@dataclass(frozen=True, slots=True)
class Student:
    """A network that was distilled; a stage leaves it as it is and works on a copy."""

    module: nn.Module
    """On the CPU."""
    model: str
    """``mlp:16``, as a setting writes it."""
    input_shape: tuple[int, ...]
    """Of one example."""
    classes: int
    examples: Tensor
    """Some normalised examples of the transfer set, on the CPU."""


def as_used(module: nn.Module) -> nn.Module:
    """A copy as it is used and measured: on the CPU, in evaluation mode."""
    return deepcopy(module).cpu().eval()


@dataclass(frozen=True, slots=True)
class CompressedStudent:
    """A smaller student that can be distilled again."""

    module: nn.Module
    """What learns."""
    model: str
    """As a setting writes it; empty where the catalogue has no such model."""
    finish: Callable[[nn.Module], nn.Module] = as_used
    """From what learns to a copy of it as it is used: on the CPU, in evaluation mode."""
    quantized: bool = False
    """Whether its numbers are int8, which safetensors does not hold."""


Stage = Callable[[Student, CompressionConfig], CompressedStudent]


def as_it_is(student: Student, config: CompressionConfig) -> CompressedStudent:
    """The student uncompressed: what it gains by learning longer is no stage's doing."""
    del config
    return CompressedStudent(deepcopy(student.module), student.model)
