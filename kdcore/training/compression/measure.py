"""What a network costs and what it is worth, measured on the CPU with one thread."""

import gzip
import io
from collections.abc import Iterator
from statistics import quantiles

import torch
from torch import Tensor, nn
from torch.utils.benchmark import Timer

from kdcore.data import Dataset
from kdcore.jobs.compression.events import Latency, Measured
from kdcore.training.compression.int8 import quiet
from kdcore.training.measuring.evaluation import Predictions, predict, score

BATCH = 128
TURNS, SECONDS = 11, 0.01
"""How often a network and the student take turns, and how long one's turn is, about."""
WARMING = 5
"""Forward passes by which it is known how many make a turn."""


def measured(
    module: nn.Module, student: nn.Module, data: Dataset, teacher: Predictions | None
) -> Measured:
    """Size, time and scores of a network.

    Args:
        module: on the CPU, in evaluation mode.
        student: what its time is compared with, likewise.
        data: on the CPU.
        teacher: the teacher's answers; ``None`` for the teacher itself.
    """
    weights = list(weights_of(module))
    contents = serialised(module)
    with quiet():
        scores = score(predict(module, data, "float32"), data, teacher)
        one, many = (_timed(module, student, _batch(data, size)) for size in (1, BATCH))
    return Measured(
        scores=scores,
        parameters=sum(weight.numel() for weight in weights),
        nonzero=sum(int(torch.count_nonzero(weight.dequantize())) for weight in weights),
        bytes=len(contents),
        packed_bytes=len(gzip.compress(contents, mtime=0)),
        latency_1=one,
        latency_128=many,
    )


def serialised(module: nn.Module) -> bytes:
    """The state dict as ``torch.save`` writes it."""
    contents = io.BytesIO()
    with quiet():
        torch.save(module.state_dict(), contents)
    return contents.getvalue()


def weights_of(module: nn.Module) -> Iterator[Tensor]:
    """All weights and biases; those of a quantised layer too, which are no parameters."""
    for part in module.modules():
        if callable(getattr(part, "weight", None)):
            yield part.weight()  # type: ignore[operator]
            if (bias := part.bias()) is not None:  # type: ignore[operator]
                yield bias.detach()
        else:
            yield from (weight.detach() for weight in part.parameters(recurse=False))


def _batch(data: Dataset, size: int) -> Tensor:
    """As many test examples, from the beginning again where there are fewer."""
    index = torch.arange(size) % len(data.test.labels)
    return data.normalised(data.test.inputs[index])


def _timed(module: nn.Module, student: nn.Module, inputs: Tensor) -> Latency:
    """A forward pass, in turns with the student's: a processor does not keep its pace."""
    timers = [
        Timer("net(inputs)", globals={"net": net, "inputs": inputs}, num_threads=1)
        for net in (module, student)
    ]
    with torch.no_grad():
        runs = [max(1, round(SECONDS / timer.timeit(WARMING).median)) for timer in timers]
        turns = [
            [timer.timeit(number).median for timer, number in zip(timers, runs, strict=True)]
            for _ in range(TURNS)
        ]
    seconds = quantiles([own for own, _ in turns], n=4, method="inclusive")
    ratios = quantiles([own / other for own, other in turns], n=4, method="inclusive")
    return Latency(
        median=seconds[1],
        iqr=seconds[2] - seconds[0],
        of_student=ratios[1],
        of_student_iqr=ratios[2] - ratios[0],
    )
