"""Seconds to a distilled student: 784-800-800 on MNIST with at most 100 test errors of 10,000.

``python -m benchmarks.time_to_student --data-root DIR``

The clock starts when the data are loaded and stops at the first epoch after which the student has
that few errors. The teacher is trained once, timed, and then read from its file, as whoever distils
a second student has it; both sums are printed. A plain student, which has no teacher, goes by the
same recipe, on the same images, but has more epochs, and its schedule as many: its own are shorter.

The test data say when the clock stops, as wherever the time to an accuracy is measured: the counts
are no estimate of what the student would do on new data. The recipe itself (teacher, schedules, T,
λ, batch) was chosen on validation data alone, which the engine sets aside from the training data.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import torch

from benchmarks.distill import processor
from kdcore import Run, RunConfig
from kdcore.events import Failed, TeacherEpoch
from kdcore.jobs.run.events import Epoch, Prepared, Started
from kdcore.store import Store, recorded

MOST_ERRORS = 100
"""Of 10,000 test images: 99%."""
RECIPE = RunConfig(
    dataset="mnist",
    teacher="convnet:8,32,64",
    teacher_epochs=5,
    teacher_augment="shift",
    teacher_lr_schedule="warmup:0.5,at:0=0.01:2=0.005:3=0.002:4=0.0004",
    student="mlp:800,800",
    augment="shift",  # the teacher answers at each step
    temperature=4.0,
    weight=0.5,
    epochs=8,
    batch_size=256,
    lr=0.003,
    lr_schedule="warmup:0.5,cosine:0.00001",
)
PLAIN_EPOCHS = 12
"""About as long as the distilled student's 8, as no teacher answers at each step."""


@dataclass(frozen=True, slots=True)
class Course:
    """What came of one student."""

    errors: list[int]
    """On the test data, after each epoch; the last is the first that is few enough, if any is."""
    seconds: float
    """To the last of them, from the loaded data on."""

    @property
    def reached(self) -> bool:
        """Whether it got there."""
        return self.errors[-1] <= MOST_ERRORS


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3, help="of the students; the teacher has one")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    recipe = RECIPE.replace(data_root=str(given.data_root))
    print(
        f"{recipe.teacher} → {recipe.student}, at most {MOST_ERRORS} test errors, {recipe.epochs} "
        f"epochs at most, {PLAIN_EPOCHS} of the plain student",
        f"{given.threads} threads, torch {torch.__version__}, {processor()}",
        "The test data stop the clock; validation data chose the recipe.",
        sep="\n",
        flush=True,
    )
    found: dict[str, list[Course]] = {"distilled": [], "plain": []}
    with tempfile.TemporaryDirectory() as folder:
        file, teaching = teacher_of(recipe, Path(folder))
        for seed in range(given.seeds):
            for student, courses in found.items():
                config = recipe.replace(seed=seed, students=student)
                course = timed(
                    config.replace(teacher_weights=str(file))
                    if student == "distilled"
                    else config.replace(teacher="mlp:1", teacher_epochs=0, epochs=PLAIN_EPOCHS)
                )
                courses.append(course)
                print(f"seed {seed}, {student}: {told(course)}", flush=True)
    print(f"distilled: {together(found['distilled'], teaching)}")
    print(f"plain: {together(found['plain'], None)}")


def teacher_of(recipe: RunConfig, folder: Path) -> tuple[Path, float]:
    """The trained teacher's file, and how many seconds it was trained."""
    store = Store(folder)
    shortest = {"students": "plain", "epochs": 1, "transfer_size": 100, "augment": "none"}
    run = store.create(recipe.replace(**shortest))
    loaded = trained = 0.0
    for event in recorded(Run(run.config, run), run):
        match event:
            case Started():
                loaded = time.perf_counter()
            case TeacherEpoch():
                trained = time.perf_counter()
            case Prepared():
                print(
                    f"teacher: {event.teacher.test_errors} test errors, {trained - loaded:.1f} s",
                    flush=True,
                )
            case Failed():
                raise RuntimeError(event.error)
    return run.path / "teacher.safetensors", trained - loaded


def timed(config: RunConfig) -> Course:
    """Train the only student of ``config`` until it is there, or to its last epoch."""
    errors: list[int] = []
    loaded = now = 0.0
    for event in Run(config):
        now = time.perf_counter()
        match event:
            case Started():
                loaded = now
            case Epoch():
                errors.append(event.students[config.students].test_errors)
                if errors[-1] <= MOST_ERRORS:
                    break
            case Failed():
                raise RuntimeError(event.error)
    return Course(errors, now - loaded)


def told(course: Course) -> str:
    """One student's course in a line."""
    counts = ", ".join(map(str, course.errors))
    return f"{course.seconds:.1f} s; errors by epoch {counts}"


def together(courses: list[Course], teaching: float | None) -> str:
    """All seeds in a line; ``teaching`` are the seconds of the teacher, where there is one."""
    there = [course for course in courses if course.reached]
    if not there:
        seconds = median(course.seconds for course in courses)
        fewest = min(min(course.errors) for course in courses)
        return (
            f"none of {len(courses)} seeds reached {MOST_ERRORS} errors in {seconds:.1f} s; "
            f"the fewest were {fewest}"
        )
    seconds = median(course.seconds for course in there)
    epochs = median(len(course.errors) for course in there)
    line = (
        f"{len(there)} of {len(courses)} seeds reached {MOST_ERRORS} errors; of these the medians: "
        f"{epochs:g} epochs, {seconds:.1f} s"
    )
    if teaching is None:
        return line
    return f"{line}, {seconds + teaching:.1f} s with the teacher's training"


if __name__ == "__main__":
    main()
