"""What a network costs and what it is worth, measured on the CPU with one thread."""

import gzip
import io
from collections.abc import Iterator
from statistics import quantiles

import torch
from torch import Tensor, nn
from torch.utils.benchmark import Timer

from kdcore.data import Dataset
from kdcore.events import Latency, Measured
from kdcore.training.evaluation import Answers, answers, score
from kdcore.training.shrink.int8 import quiet

BATCH = 128
TURNS, SECONDS = 11, 0.015
"""How often a network and the student take turns, and the least time of one's turn."""


def measured(
    module: nn.Module, student: nn.Module, data: Dataset, teacher: Answers | None
) -> Measured:  # fmt: skip
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
        scores = score(answers(module, data, "float32"), data, teacher)
        one, many = (_timed(module, student, _batch(data, size)) for size in (1, BATCH))
    return Measured(
        scores=scores,
        parameters=sum(weight.numel() for weight in weights),
        nonzero=sum(int(torch.count_nonzero(weight.dequantize())) for weight in weights),
        bytes=len(contents), packed_bytes=len(gzip.compress(contents, mtime=0)),
        latency_1=one, latency_128=many,
    )  # fmt: skip


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
    own, others = (Timer("net(inputs)", globals={"net": net, "inputs": inputs}, num_threads=1)
                   for net in (module, student))  # fmt: skip
    seconds: list[float] = []
    ratios: list[float] = []
    with torch.no_grad():
        for _ in range(TURNS):
            found = own.blocked_autorange(min_run_time=SECONDS)
            seconds += found.times
            ratios.append(found.median / others.blocked_autorange(min_run_time=SECONDS).median)
    (low, middle, high), of_student = (quantiles(values, n=4, method="inclusive")
                                       for values in (seconds, ratios))  # fmt: skip
    return Latency(median=middle, iqr=high - low, of_student=of_student[1],
                   of_student_iqr=of_student[2] - of_student[0])  # fmt: skip
