"""What a model costs: parameters, bytes, operations, time."""

import statistics
import time

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from kdcore.events import Cost

TIMES, LONGEST = 20, 0.05
"""Forward passes measured, and the seconds after which no more are begun."""


def measure_cost(module: nn.Module, input_shape: tuple[int, ...], device: torch.device) -> Cost:
    """The cost of one example's forward pass.

    Args:
        module: on ``device``; its mode is put back.
        input_shape: of one example.
        device: where to measure the time.
    """
    example = torch.zeros(1, *input_shape, device=device)
    was_training = module.training
    module.eval()
    with torch.no_grad():
        with FlopCounterMode(display=False) as counter:
            module(example)
        latency = _median_seconds(module, example)
    module.train(was_training)
    numbers = learned_numbers(module)
    return Cost(
        parameters=sum(learned.numel() for learned in numbers),
        bytes=sum(learned.numel() * learned.element_size() for learned in numbers),
        flops=counter.get_total_flops(),
        latency=latency,
    )


def learned_numbers(module: nn.Module) -> list[torch.Tensor]:
    """A network's weights; of a forest, which has none, all that its trees consist of."""
    return list(module.parameters()) or list(module.buffers())


def _median_seconds(module: nn.Module, example: torch.Tensor) -> float:
    times: list[float] = []
    while len(times) < TIMES and sum(times) < LONGEST:
        began = time.perf_counter()
        module(example)
        if example.device.type == "cuda":
            torch.cuda.synchronize(example.device)
        times.append(time.perf_counter() - began)
    return statistics.median(times)
