"""Everything that an accelerator must show in a few minutes, as one table.

``python -m benchmarks.gpu --data-root DIR --archive DIR/cifar10-jpeg.tar.xz --out FILE.md``

``--device cpu --small`` carries out every line without an accelerator. What fails becomes a row
with its error, what there is no time for a row that says so; exit status 1 if anything failed or
was missed.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

import torch

from benchmarks.gpu_sections import (
    against_cpu,
    captured_step,
    many_students,
    marked_tests,
    out_of_memory,
    report,
    resnets,
    two_processes,
    waiting,
)
from benchmarks.gpu_sections.report import Row, not_run
from benchmarks.gpu_sections.setting import Setting
from kdcore.training.devices.own_process import prepare_process


@dataclass(frozen=True, slots=True)
class Section:
    """Something that is shown."""

    number: int
    title: str
    measure: Callable[[Setting], Iterator[Row]]
    share: float
    """Of the whole time, at most."""


SECTIONS = (
    Section(2, "losses and curves against the CPU", against_cpu.measure, 0.12),
    Section(3, "bf16 and CUDA graphs against eager", captured_step.measure, 0.12),
    Section(4, "synchronisations a step", waiting.measure, 0.08),
    Section(5, "1,024 digits students in one sweep", many_students.digits, 0.12),
    Section(6, "25 MNIST students", many_students.mnist, 0.12),
    Section(7, "ResNet-56 → ResNet-20", resnets.measure, 0.25),
    Section(8, "two processes on one device", two_processes.measure, 0.15),
    Section(9, "out of memory", out_of_memory.measure, 0.08),
    Section(1, "tests marked gpu", marked_tests.measure, 0.5),
)
"""In the order in which they are carried out: the tests take what time is left."""
LEAST = 3.0
"""Seconds below which no section is begun."""


class OutOfTime(BaseException):
    """A section's seconds are over."""


def main() -> None:
    """Measure and print."""
    given = _options()
    began = time.monotonic()
    end = began + 60 * given.minutes
    if given.device == "cuda" and not torch.cuda.is_available():
        sys.exit("benchmarks.gpu: there is no CUDA device here; --device cpu takes the processor")
    prepare_process()
    about = report.machine(given.device)
    if given.small:
        about["--small"] = "carries every line out: its figures say nothing of the device"
    rows: list[Row] = []
    took = 0.0
    for section in SECTIONS:
        until = min(end, time.monotonic() + 60 * given.minutes * section.share)
        setting = Setting(given.device, given.small, given.data_root, given.archive, until)
        carry_out(section, setting, partial(tell, rows))
        rows.sort(key=lambda row: row.section)  # stable
        took = time.monotonic() - began
        if given.out:  # whatever comes later, this much is kept
            report.write(given.out, about, rows, took)
        setting.clean()
    print(report.markdown(about, rows, took))
    sys.exit(any(row.is_bad for row in rows))


def tell(rows: list[Row], row: Row) -> None:
    """Keep a row, and show it while the rest is being measured."""
    rows.append(row)
    said = f"{row.section}. {row.what}: {row.figure} {row.unit}, {row.verdict}"
    print(said, file=sys.stderr, flush=True)


def carry_out(section: Section, setting: Setting, tell: Callable[[Row], None]) -> None:
    """What a section shows; its end by an error, or by the clock, is a row of its own."""
    if setting.left < LEAST:
        tell(not_run(section.number, section.title, "no time left"))
        return
    try:
        with at_most(setting.left):
            for row in section.measure(setting):
                tell(row)
    except OutOfTime:
        tell(not_run(section.number, f"{section.title}: the rest", "no time left"))
    except Exception as error:
        cause = (str(error).splitlines() or [""])[0][:200]
        said = f"error: {type(error).__name__}: {cause}"
        tell(Row(section.number, section.title, "–", "–", said))


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Inside, ``OutOfTime`` is raised once the seconds are over."""

    def ring(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--data-root", type=Path, metavar="DIR", help="with MNIST")
    parser.add_argument("--archive", type=Path, metavar="FILE", help="CIFAR-10 as class folders")
    parser.add_argument("--small", action="store_true", help="only carry every line out")
    parser.add_argument("--minutes", type=float, default=8.0, help="in all (default: 8)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the table, and JSON beside it")
    return parser.parse_args()


if __name__ == "__main__":
    main()
