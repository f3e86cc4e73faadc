"""What distillation brings on the 2-D page: ten labels of some five hundred points, five seeds.

``python -m benchmarks.planes`` prints the table of ``docs/dashboard.md``.
"""

import tempfile
from pathlib import Path

import numpy as np

from dashboard.page.jobs.plane_runs import plane_config
from kdcore import Run
from kdcore.jobs.run.events import Finished
from kdcore.plane import SHAPES, PlaneData, as_table

SEEDS = 5
STUDENTS = {"spirals": "mlp:16"}
STUDENT, TEACHER, LABELS = "mlp:8", "mlp:32,32", 10


def main() -> None:
    """Train and print."""
    with tempfile.TemporaryDirectory() as folder:
        for shape in SHAPES:
            scores = np.array([_scores(shape, seed, Path(folder)) for seed in range(SEEDS)]) * 100
            cells = [f"{of.mean():.1f} ± {of.std(ddof=1):.1f}" for of in scores.T]
            better = (scores[:, 2] > scores[:, 1]).sum()
            print(f"| {shape} | {' | '.join(cells)} | {better} |", flush=True)


def _scores(shape: str, seed: int, folder: Path) -> tuple[float, float, float]:
    """Test accuracy of teacher, plain and distilled student."""
    points, classes = PlaneData(shape=shape, seed=seed).make()
    path = folder / f"{shape}-{seed}.csv"
    path.write_text(as_table(points, classes), encoding="utf-8")
    student = STUDENTS.get(shape, STUDENT)
    config = plane_config(str(path), len(points), LABELS, TEACHER, student)
    for event in Run(config.replace(seed=seed, speed=0)):
        last = event
    assert isinstance(last, Finished), last
    assert last.teacher is not None, "a run that was not stopped has scores"
    students = last.students
    return (
        last.teacher.test_accuracy,
        students["plain"].test_accuracy,
        students["distilled"].test_accuracy,
    )


if __name__ == "__main__":
    main()
