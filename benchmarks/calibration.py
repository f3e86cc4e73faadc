"""Does a higher T in training move the student's calibration error, and does a calibrated teacher?

``python -m benchmarks.calibration`` trains five students for each T, of the teacher as it answers
and of the teacher over its T_cal, and prints the table of ``docs/uncertainty.md``.
"""

import argparse
import sys
from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev

from scipy.stats import t as students_t

from kdcore import RunConfig
from kdcore.job import Job
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.sweep.record import GridPoint, SweepRecord

TEMPERATURES = (1.0, 2.0, 4.0, 8.0, 16.0)
SEEDS = (0, 1, 2, 3, 4)
WEIGHT = 0.9


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--dataset", default="mnist5k")
    parser.add_argument("--epochs", default=20, type=int)
    given = parser.parse_args()
    base = RunConfig(dataset=given.dataset, epochs=given.epochs)
    found = {how: swept(base.replace(teacher_calibration=how)) for how in ("none", "temperature")}
    for how, record in found.items():
        prepared = record.prepared
        assert prepared is not None, "a sweep that ended was prepared"
        print(f"teacher ({how}): ECE {prepared.teacher.ece:.2%}")
    plain = values(found["none"], point(found["none"], TEMPERATURES[0]), "ece", "plain")
    print(f"plain student: ECE {shown(plain)}\n")
    print("| T | accuracy | ECE | accuracy, teacher over T_cal | ECE, teacher over T_cal |")
    print("|---|---|---|---|---|")
    for temperature in TEMPERATURES:
        cells = [
            shown(values(record, point(record, temperature), metric))
            for record in found.values()
            for metric in ("test_accuracy", "ece")
        ]
        print(f"| {temperature:g} | {' | '.join(cells)} |")
    print()
    of_untempered = found["none"]
    first, last = (
        values(of_untempered, point(of_untempered, one), "ece")
        for one in (TEMPERATURES[0], TEMPERATURES[-1])
    )
    print(f"ECE, T 16 − T 1: {interval(first, last)}")
    for temperature in TEMPERATURES:
        pair = [values(record, point(record, temperature), "ece") for record in found.values()]
        print(f"ECE, teacher over T_cal − as it answers, T {temperature:g}: {interval(*pair)}")
    return 0


def swept(base: RunConfig) -> SweepRecord:
    """All temperatures and seeds of one base."""
    config = SweepConfig(base=base, temperatures=TEMPERATURES, weights=(WEIGHT,), seeds=SEEDS)
    record = SweepRecord()
    for event in Job(config):
        record.fold([event])
        print(".", end="", flush=True, file=sys.stderr)
    return record


def point(record: SweepRecord, temperature: float) -> GridPoint:
    """The grid point of a T."""
    cells = record.cells(float(record.axis("lr")[0]), str(record.axis("method")[0]))
    return next(cell for cell in cells if cell.temperature == temperature)


def values(
    record: SweepRecord, cell: GridPoint, metric: str, student: str = "distilled"
) -> Sequence[float]:
    """Of each seed."""
    spread = record.spread(cell, metric, student)
    assert spread is not None, "every cell of a sweep that ended has scores"
    return spread.values


def shown(found: Sequence[float]) -> str:
    """Mean ± sd."""
    return f"{fmean(found) * 100:.2f} ± {stdev(found):.2%}"


def interval(before: Sequence[float], after: Sequence[float]) -> str:
    """The mean difference, paired by seed, with Student's 95 % interval, in percentage points."""
    differences = [100 * (new - old) for old, new in zip(before, after, strict=True)]
    mean, count = fmean(differences), len(differences)
    reach = students_t.ppf(0.975, count - 1) * stdev(differences) / sqrt(count)
    return f"{mean:+.2f} points, 95 % interval {mean - reach:+.2f} to {mean + reach:+.2f}"


if __name__ == "__main__":
    sys.exit(main())
