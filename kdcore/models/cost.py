"""What a model costs: parameters, bytes, operations, time."""

import math
import statistics
import time
from collections.abc import Iterable

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from kdcore.events import Cost
from kdcore.threads import exactly

LOOKED_UP = (nn.Embedding, nn.EmbeddingBag)
SEQUENTIAL = (nn.Conv1d, nn.RNNBase, nn.MultiheadAttention)
"""Layers that go over the steps of a sequence."""
TIMES, LONGEST = 20, 0.05
"""Forward passes measured, and the seconds after which no more are begun."""


def measure_cost(module: nn.Module, example: torch.Tensor) -> Cost:
    """The cost of one example's forward pass; on a processor its time is that of one thread.

    How many threads train depends on the work of all students and on the machine, and a single
    example is too little for two: with one thread the times of different runs can be compared.

    Args:
        module: on the device of ``example``; its mode is put back.
        example: a network input ``[1, …]``.
    """
    was_training = module.training
    module.eval()
    with torch.no_grad():
        with FlopCounterMode(display=False) as counter:
            module(example)
        with exactly(1):
            latency = _median_seconds(module, example)
    module.train(was_training)
    numbers = learned_numbers(module)
    return Cost(
        parameters=parameter_count(module),
        bytes=sum(learned.numel() * learned.element_size() for learned in numbers),
        flops=counter.get_total_flops(),
        latency=latency,
    )


def activations(module: nn.Module, input_shape: tuple[int, ...]) -> float:
    """Numbers that one example leaves behind for the backward pass, roughly.

    A fully connected layer's outputs are about the square root of its weights; a convolution keeps
    its whole plane, of up to 64 channels at each of about 20 layers, and a network of sequences
    some widths at each step.

    Args:
        module: may be on the meta device.
        input_shape: of one example as models get it.
    """
    parts = list(module.modules())
    if any(isinstance(part, nn.Conv2d) for part in parts):
        return float(20 * 64 * input_shape[-2] * input_shape[-1])
    weights = parameter_count(module)
    steps = input_shape[0] if any(isinstance(part, SEQUENTIAL) for part in parts) else 1
    return 8.0 * math.sqrt(weights) * steps


def rough_operations(module: nn.Module, input_shape: tuple[int, ...]) -> float:
    """Multiplications of one example's forward pass, roughly: weights as often as they are used.

    A convolution's are used at each place of its plane, of which pooling and strides leave about
    a quarter on average; those of a sequence at each of its steps; a row of an embedding is looked
    up.

    Args:
        module: may be on the meta device.
        input_shape: of one example as models get it.
    """
    parts = list(module.modules())
    weights = parameter_count(module)
    weights -= sum(part.weight.numel() for part in parts if isinstance(part, LOOKED_UP))
    if any(isinstance(part, nn.Conv2d) for part in parts):
        return float(weights) * input_shape[-2] * input_shape[-1] / 4
    if any(isinstance(part, SEQUENTIAL) for part in parts):
        return float(weights) * input_shape[0]
    return float(weights)


def training_operations(
    modules: Iterable[nn.Module], input_shape: tuple[int, ...], examples: int
) -> float:
    """Of a batch, forward and backward: about six a multiplication.

    Args:
        modules: that learn from it; may be on the meta device.
        input_shape: of one example as models get it.
        examples: of the batch.
    """
    return 6.0 * examples * sum(rough_operations(module, input_shape) for module in modules)


def learned_numbers(module: nn.Module) -> list[torch.Tensor]:
    """A network's weights; of a forest, which has none, all that its trees consist of."""
    return list(module.parameters()) or list(module.buffers())


def parameter_count(module: nn.Module) -> int:
    """How many numbers those are.

    Example:
        >>> parameter_count(nn.Linear(3, 2))
        8
    """
    return sum(learned.numel() for learned in learned_numbers(module))


def _median_seconds(module: nn.Module, example: torch.Tensor) -> float:
    times: list[float] = []
    while len(times) < TIMES and sum(times) < LONGEST:
        began = time.perf_counter()
        module(example)
        if example.device.type == "cuda":
            torch.cuda.synchronize(example.device)
        times.append(time.perf_counter() - began)
    return statistics.median(times)
