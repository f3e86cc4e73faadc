"""What boosted trees can teach on tables: a small network and a decision tree, over seeds.

The split of the data is fixed; the seed draws the network's first weights and, where labels are
few, which ones are kept. Without few labels a tree has nothing that a seed could change but ties.
"""

import argparse
import statistics
import time

from kdcore import Run, RunConfig
from kdcore.jobs.run.events import Epoch, Prepared

STUDENTS = {
    "mlp:8": {"epochs": 60, "temperature": 2.0, "weight": 0.7, "lr": 0.01},
    "tree:3": {"epochs": 3, "temperature": 2.0, "weight": 0.7},
}
FEW = 0.8
"""Share of training labels that the students do not see; the teacher sees all."""
USUAL = {"iris": "", "wine": "", "breast_cancer": ""}


def main() -> None:
    """Print a Markdown table."""
    options = _options()
    began = time.perf_counter()
    names = dict(USUAL) | dict(one.split("=", 1) for one in options.csv)
    print("| data | student | labels | teacher | plain | distilled | difference |")
    print("|---|---|---|---|---|---|---|")
    for data, label in names.items():
        for student, settings in STUDENTS.items():
            for unlabelled in (0.0, FEW):
                config = RunConfig(
                    dataset=data,
                    label_column=label,
                    teacher="boosted:100,3",
                    student=student,
                    unlabelled=unlabelled,
                    device="cpu",
                    **settings,
                )
                print(_row(config, options.seeds), flush=True)
    print(f"\n{options.seeds} seeds, {time.perf_counter() - began:.0f} s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, metavar="N")
    parser.add_argument(
        "--csv", action="append", default=[], metavar="FILE=LABEL", help="a table of one's own"
    )
    return parser.parse_args()


def _row(config: RunConfig, seeds: int) -> str:
    """Test accuracies in per cent, mean and deviation, and that of the pairs of one seed."""
    found = [_accuracies(config.replace(seed=seed)) for seed in range(seeds)]
    teacher, plain, distilled = zip(*found, strict=True)
    gains = [b - a for _, a, b in found]
    shown = [teacher[0], *(_spread(values) for values in (plain, distilled))]
    labels = f"{1 - config.unlabelled:.0%}"
    name = config.dataset.rpartition("/")[2]
    return (
        f"| {name} | {config.student} | {labels} | {shown[0]:.1f} | {shown[1]} | {shown[2]} "
        f"| {_spread(gains, sign='+')} |"
    )


def _spread(values: list[float] | tuple[float, ...], sign: str = "") -> str:
    return f"{statistics.mean(values):{sign}.1f} ± {statistics.stdev(values):.1f}"


def _accuracies(config: RunConfig) -> tuple[float, float, float]:
    teacher = last = None
    for event in Run(config):
        teacher = event.teacher if isinstance(event, Prepared) else teacher
        last = event.students if isinstance(event, Epoch) else last
    assert teacher, "every run has a teacher"
    assert last, "every run has an epoch"
    return (
        100 * teacher.test_accuracy,
        100 * last["plain"].test_accuracy,
        100 * last["distilled"].test_accuracy,
    )


if __name__ == "__main__":
    main()
