"""5 and 6. Many students in one sweep: 1,024 on the digits, 25 on MNIST."""

import time
from collections.abc import Iterator

from benchmarks.gpu_sections.report import MEASURED, Row, verdict
from benchmarks.gpu_sections.setting import Setting
from benchmarks.many import swept
from kdcore import Run, RunConfig
from kdcore.events import Failed
from kdcore.jobs.sweep.config import SweepConfig

LEAST_ACCURACY = 0.5
"""Mean over the students: far below what they reach, far above chance."""


def digits(setting: Setting) -> Iterator[Row]:
    """8 temperatures, 8 weights and 16 seeds, of which 2, 2 and 4 are a small sweep."""
    few, seeds = (2, 4) if setting.small else (8, 16)
    base = RunConfig(
        dataset="digits",
        teacher="mlp:64",
        student="mlp:16",
        students="distilled",
        teacher_epochs=3,
        epochs=5 if setting.small else 20,
        device=setting.device,
    )
    grid = SweepConfig(
        base=base,
        temperatures=tuple(float(1 + at) for at in range(few)),
        weights=tuple((1 + at) / few for at in range(few)),
        seeds=tuple(range(seeds)),
    )
    yield from _told(5, f"{grid.size:,} digits students 64-16, epochs: {base.epochs}", grid)


def mnist(setting: Setting) -> Iterator[Row]:
    """5 temperatures and 5 weights, and one of these students alone."""
    given = setting.data_root is not None and not setting.small
    base = RunConfig(
        dataset="mnist" if given else "mnist5k",
        data_root=str(setting.data_root) if given else "",
        teacher="mlp:16" if setting.small else "mlp:500",
        student="mlp:8" if setting.small else "mlp:250",
        students="distilled",
        teacher_epochs=1,
        epochs=1 if setting.small else 2,
        batch_size=128,
        lr=1e-3,
        device=setting.device,
    )
    grid = SweepConfig(
        base=base,
        temperatures=tuple(float(2 + at) for at in range(5)),
        weights=tuple((1 + at) / 5 for at in range(5)),
        seeds=(0,),
    )
    shape = f"{base.teacher.replace('mlp:', '784-')} → {base.student.replace('mlp:', '784-')}"
    data = "MNIST" if given else "5,000 digits of MNIST (no --data-root, or --small)"
    what = f"25 students {shape}, epochs: {base.epochs}, {data}"
    seconds = 0.0
    for row in _told(6, what, grid):
        seconds = seconds or float(row.figure)
        yield row
    alone = _seconds_of_run(grid.cells[0])
    share = seconds / (25 * alone)
    what = f"{what}, against 25 runs one after the other (1 measured: {alone:.2f} s)"
    yield Row(6, what, f"{share:.2f}", "of the time", MEASURED)


def _told(section: int, what: str, grid: SweepConfig) -> Iterator[Row]:
    """Seconds, students a second and their mean accuracy; everything on one device at once."""
    seconds, accuracy = swept(grid, "joint")
    yield Row(section, what, f"{seconds:.2f}", "s", MEASURED)
    yield Row(section, f"{what}: students", f"{grid.size / seconds:,.1f}", "a second", MEASURED)
    good = verdict(accuracy >= LEAST_ACCURACY)
    yield Row(section, f"{what}: mean test accuracy", f"{accuracy:.2%}", "–", good)


def _seconds_of_run(config: RunConfig) -> float:
    """From the prepared run to its end, as the sweep is timed."""
    began = 0.0
    for event in Run(config):
        if isinstance(event, Failed):
            raise RuntimeError(event.error)
        if event.kind == "prepared":
            began = time.perf_counter()
    return time.perf_counter() - began
