"""How much cheaper many students are together than one after the other.

``python -m benchmarks.many --job mnist --data-root DIR``, ``--job digits`` or ``--job convnet``

MNIST: 25 students 784-250 that differ in T and λ, in one sweep, against 25 runs of a careful
autograd loop and 25 of the ordinary one; and 64 students against 25. Digits: a grid of 5×5×3
students against as many runs of this engine; convnet: the same of 5×5 convolutional students. All
sides by turns in one process; of equal runs one after the other some are measured and scaled, as
the output says.
"""

import argparse
import time
from pathlib import Path
from statistics import median
from typing import Any

import torch

from benchmarks import autograd_loop, ordinary_loop
from benchmarks.defaults import pytorch_defaults
from benchmarks.distill import processor
from kdcore import Run, RunConfig
from kdcore.events import Failed
from kdcore.job import Job
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.sweep.events import CellsScored, SweepFinished, SweepPrepared
from kdcore.models.build import build_model
from kdcore.training.devices.own_process import prepare_process
from kdcore.training.grid.group import loaded
from kdcore.training.measuring.evaluation import predict_split

TEACHER, STUDENT = "mlp:500", "mlp:250"
PAIRS: dict[str, dict[str, Any]] = {
    "digits": {"base": {"student": "mlp:16"}, "seeds": (0, 1, 2)},
    "convnet": {
        "base": {"teacher": "convnet:16,32,64", "student": "convnet:8,16,16"},
        "seeds": (0,),
    },
}
"""Of the jobs on the digits: models, and the seeds of the grid."""
TEMPERATURES = (1, 2, 4, 8, 16)
WEIGHTS = (0.2, 0.4, 0.6, 0.8, 1.0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", choices=["mnist", "digits", "convnet"], default="digits")
    parser.add_argument("--data-root", type=Path, default=None)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--executor", default="joint", choices=["auto", "joint", "processes"])
    parser.add_argument("--precision", default="auto", choices=["auto", "float32", "bf16"])
    parser.add_argument("--epochs", type=int, default=2, help="of the MNIST job")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--solos", type=int, default=3, help="runs measured of those to scale")
    given = parser.parse_args()
    prepare_process()
    print(
        f"{given.job}, {given.executor}, {given.precision}, {torch.get_num_threads()} threads, "
        f"torch {torch.__version__}, {processor()}",
        flush=True,
    )
    if given.job == "mnist":
        mnist(given)
    else:
        digits(given, PAIRS[given.job])


def mnist(given: argparse.Namespace) -> None:
    """25 and 64 students on MNIST."""
    base = RunConfig(
        dataset="mnist",
        data_root=str(given.data_root),
        teacher=TEACHER,
        student=STUDENT,
        students="distilled",
        epochs=given.epochs,
        batch_size=128,
        lr=1e-3,
        teacher_epochs=1,
        precision=given.precision,
        device=given.device,
    )
    data = loaded(base, None)
    teacher = build_model(TEACHER, data.input_shape, len(data.classes), seed=0)
    inputs = data.normalised(data.train.inputs)
    test = data.normalised(data.test.inputs), data.test.labels
    logits = predict_split(teacher, data, data.train)
    train_images, test_images = ordinary_loop.mnist(given.data_root, len(data.train.labels))
    job = ordinary_loop.Job(TEACHER, STUDENT, ordinary_loop.MNIST_SHAPE)
    together: dict[int, list[float]] = {25: [], 64: []}
    solo: list[float] = []
    ordinary: list[float] = []
    for number in range(1, given.rounds + 1):
        seconds, accuracy = swept(_grid(base, 5), given.executor)
        together[25].append(seconds)
        with pytorch_defaults():
            runs = [
                autograd_loop.distil(
                    STUDENT,
                    inputs,
                    data.train.labels,
                    logits,
                    test,
                    temperature=4.0,
                    weight=0.5,
                    epochs=given.epochs,
                    batch_size=128,
                    lr=1e-3,
                    seed=seed,
                )
                for seed in range(given.solos)
            ]
            usual, _ = ordinary_loop.distil(job, teacher, train_images, test_images, given.epochs)
        solo.append(25 * median(time for time, _ in runs))
        ordinary.append(25 * usual)
        together[64].append(swept(_grid(base, 8), given.executor)[0])
        print(
            f"round {number}: 25 together {seconds:.1f} s (mean accuracy {accuracy:.2%}), 25 "
            f"autograd runs {solo[-1]:.1f} s ({given.solos} measured), 25 ordinary runs "
            f"{ordinary[-1]:.1f} s (1 measured), 64 together {together[64][-1]:.1f} s",
            flush=True,
        )
    one = median(together[25])
    print(
        f"25 together take {one / median(solo):.2f} of 25 autograd runs and "
        f"1/{median(ordinary) / one:.1f} of 25 ordinary ones; 64 together take "
        f"{median(together[64]) / one:.2f} of 25 together"
    )


def digits(given: argparse.Namespace, pair: dict[str, Any]) -> None:
    """A grid as in class: 20 epochs, every student evaluated after each."""
    base = RunConfig(
        dataset="digits",
        students="distilled",
        teacher_epochs=1,
        epochs=20,
        device=given.device,
        precision=given.precision,
        **pair["base"],
    )
    grid = SweepConfig(base=base, temperatures=TEMPERATURES, weights=WEIGHTS, seeds=pair["seeds"])
    count = len(grid.cells)
    swept(grid, given.executor)  # the first of all is slower
    together, solo = [], []
    for number in range(1, given.rounds + 1):
        seconds, accuracy = swept(grid, given.executor)
        together.append(seconds)
        cells = grid.cells[:: max(1, count // (5 * given.solos))]
        times = [_seconds_of_run(config) for config in cells]
        solo.append(count * median(times))
        print(
            f"round {number}: {count} together {seconds:.2f} s (mean accuracy {accuracy:.2%}), "
            f"{count} runs {solo[-1]:.1f} s ({len(times)} measured)",
            flush=True,
        )
    print(f"{count} together are {median(solo) / median(together):.1f}× faster than {count} runs")


def swept(config: SweepConfig, executor: str) -> tuple[float, float]:
    """Seconds from the prepared sweep to its end, and the students' mean test accuracy."""
    began = 0.0
    scores: dict[str, float] = {}
    for event in Job(config, executor=executor):
        match event:
            case SweepPrepared():
                began = time.perf_counter()
            case CellsScored():
                scores |= {cell: own.test_accuracy for cell, own in event.distilled.items()}
            case SweepFinished():
                return time.perf_counter() - began, sum(scores.values()) / len(scores)
            case Failed():
                raise RuntimeError(event.error)
    raise RuntimeError("the sweep did not end")


def _grid(base: RunConfig, side: int) -> SweepConfig:
    return SweepConfig(
        base=base,
        temperatures=tuple(float(2 + at) for at in range(side)),
        weights=tuple((1 + at) / side for at in range(side)),
        seeds=(0,),
    )


def _seconds_of_run(config: RunConfig) -> float:
    """From the prepared run to its end."""
    began = 0.0
    for event in Run(config):
        if event.kind == "prepared":
            began = time.perf_counter()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
