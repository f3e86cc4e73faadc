"""Seconds to a distilled student: 784-800-800 on MNIST with at most 100 test errors of 10,000.

``python -m benchmarks.time_to_student --data-root DIR``

The clock starts when the data are loaded and stops at the first epoch after which the student has
that few errors: once with the teacher's training, once without it, as if its weights were kept. A
plain student, that is without a teacher, goes by the same recipe, on the same images and by the
same schedule.

The test data say when the clock stops, as wherever the time to an accuracy is measured: the counts
are no estimate of what the student would do on new data. The recipe itself (teacher, schedules, T,
λ, batch) was chosen on validation data alone, which the engine sets aside from the training data.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import torch

from benchmarks.distill import processor
from kdcore import Run, RunConfig
from kdcore.events import Failed, TeacherEpoch
from kdcore.jobs.run.events import Epoch, Prepared, Started

MOST_ERRORS = 100
"""Of 10,000 test images: 99%."""
RECIPE = RunConfig(
    dataset="mnist",
    student="mlp:800,800",
    teacher="convnet:16,32,64",
    teacher_epochs=4,
    teacher_augment="shift",
    teacher_lr_schedule="warmup:0.5,cosine:0.00001",
    augment="shift",
    temperature=4.0,
    weight=1.0,
    epochs=8,
    batch_size=256,
    lr=0.002,
    lr_schedule="warmup:0.5,cosine:0.00001",
)


@dataclass(frozen=True, slots=True)
class Course:
    """What came of one student."""

    errors: list[int]
    """On the test data, after each epoch; the last is the first that is few enough, if any is."""
    whole: float
    """Seconds to the last of them, from the loaded data on."""
    teacher: float
    """Seconds of them in which the teacher was trained."""
    teacher_errors: int

    @property
    def reached(self) -> bool:
        """Whether it got there."""
        return self.errors[-1] <= MOST_ERRORS

    @property
    def cached(self) -> float:
        """Seconds without the teacher's training."""
        return self.whole - self.teacher


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3, help="of the student; the teacher has one")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    recipe = RECIPE.replace(data_root=str(given.data_root))
    print(
        f"{recipe.teacher} → {recipe.student}, at most {MOST_ERRORS} test errors, {recipe.epochs} "
        f"epochs at most, {given.threads} threads, torch {torch.__version__}, {processor()}",
        "The test data stop the clock; validation data chose the recipe.",
        sep="\n",
        flush=True,
    )
    found: dict[str, list[Course]] = {"distilled": [], "plain": []}
    for seed in range(given.seeds):
        for student, courses in found.items():
            course = timed(recipe.replace(seed=seed, students=student))
            courses.append(course)
            print(f"seed {seed}, {student}: {told(course)}", flush=True)
    for student, courses in found.items():
        print(f"{student}: {together(student, courses)}")


def timed(config: RunConfig) -> Course:
    """Train the only student of ``config`` until it is there, or to its last epoch."""
    if config.students == "plain":  # it asks no teacher: the smallest one stands there untrained
        config = config.replace(teacher="mlp:1", teacher_epochs=0)
    errors: list[int] = []
    loaded = trained = now = 0.0
    teacher_errors = 0
    for event in Run(config):
        now = time.perf_counter()
        match event:
            case Started():
                loaded = trained = now
            case TeacherEpoch():
                trained = now
            case Prepared():
                teacher_errors = event.teacher.test_errors
            case Epoch():
                errors.append(event.students[config.students].test_errors)
                if errors[-1] <= MOST_ERRORS:
                    break
            case Failed():
                raise RuntimeError(event.error)
    return Course(errors, now - loaded, trained - loaded, teacher_errors)


def told(course: Course) -> str:
    """One student's course in a line."""
    counts = ", ".join(map(str, course.errors))
    if not course.teacher:
        return f"{course.whole:.1f} s; errors by epoch {counts}"
    return (
        f"{course.whole:.1f} s, teacher ({course.teacher_errors} errors) {course.teacher:.1f} s of "
        f"them; errors by epoch {counts}"
    )


def together(student: str, courses: list[Course]) -> str:
    """All seeds in a line."""
    there = [course for course in courses if course.reached]
    if not there:
        best = min(min(course.errors) for course in courses)
        seconds = median(course.whole for course in courses)
        return (
            f"none of {len(courses)} seeds reached {MOST_ERRORS} errors in {seconds:.1f} s; "
            f"the fewest were {best}"
        )
    line = f"{len(there)} of {len(courses)} seeds reached {MOST_ERRORS} errors; medians of these: "
    epochs = median(len(course.errors) for course in there)
    if student == "plain":
        return line + f"{median(course.whole for course in there):.1f} s, {epochs:g} epochs"
    return line + (
        f"{median(course.whole for course in there):.1f} s with the teacher's training, "
        f"{median(course.cached for course in there):.1f} s without, {epochs:g} epochs"
    )


if __name__ == "__main__":
    main()
