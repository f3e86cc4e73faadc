"""How many threads, and how long they spin while they wait: idle, and beside two busy programs.

``python -m benchmarks.threads --data-root DIR``

Each setting in a process of its own, since OpenMP reads its environment once; all settings of a
job by turns. ``chosen`` is what the engine chooses where the environment says nothing. The table
gives seconds an epoch, the median of the rounds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

CHOICES = ("OMP_NUM_THREADS", "GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
"""What decides; a setting below names what it sets of them."""
SETTINGS: dict[str, dict[str, str]] = {
    "chosen": {},
    "1 thread": {"OMP_NUM_THREADS": "1"},
    "2, spin 0": {"OMP_NUM_THREADS": "2", "GOMP_SPINCOUNT": "0"},
    "2, spin 1,000": {"OMP_NUM_THREADS": "2", "GOMP_SPINCOUNT": "1000"},
    "2, spin 10,000": {"OMP_NUM_THREADS": "2", "GOMP_SPINCOUNT": "10000"},
    "2, spin 100,000": {"OMP_NUM_THREADS": "2", "GOMP_SPINCOUNT": "100000"},
    "2, OpenMP's own": {"OMP_NUM_THREADS": "2", "GOMP_SPINCOUNT": "300000"},
}
JOBS: dict[str, dict[str, object]] = {
    "digits": {"dataset": "digits", "teacher": "mlp:64", "student": "mlp:16", "epochs": 10},
    "small": {"dataset": "mnist", "teacher": "mlp:500", "student": "mlp:250", "epochs": 2},
    "wide": {"dataset": "mnist", "teacher": "mlp:1200,1200", "student": "mlp:800,800", "epochs": 1},
    "convnet": {
        "dataset": "digits",
        "teacher": "convnet:16,32,64",
        "student": "convnet:4,8,8",
        "epochs": 3,
    },
    "resnet": {"teacher": "resnet20", "student": "resnet8", "epochs": 1, "transfer_size": 2000},
}
"""Both students of each, in the precision that the engine chooses."""
BUSY = "import os; own = os.getppid()\nwhile os.getppid() == own: sum(range(100_000))"
"""Ends with the benchmark."""
LONGEST = 240
"""Seconds after which a setting is given up."""


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--jobs", nargs="+", choices=JOBS, default=list(JOBS))
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--beside", type=int, nargs="+", default=[0, 2], help="busy programs")
    parser.add_argument("--one", choices=JOBS, help="measure this job here, as the command does")
    parser.add_argument("--teacher", type=Path, help="of --one: its weights")
    given = parser.parse_args()
    if given.one:
        one(given.one, given.data_root, given.teacher)
        return
    print("| job | beside |", " | ".join(given.settings), "|")
    print("|---|---|" + "---|" * len(given.settings), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for job in given.jobs:
            file = Path(folder) / f"{job}.safetensors"
            _measured(job, given.data_root, file, {"OMP_NUM_THREADS": "1"})  # the teacher
            for programs in given.beside:
                with busy(programs):
                    found = by_turns(job, given, file)
                shown = [f"{median(found[name]):.3f}" for name in given.settings]
                print(f"| {job} | {programs} |", " | ".join(shown), "|", flush=True)


def by_turns(job: str, given: argparse.Namespace, teacher: Path) -> dict[str, list[float]]:
    """Seconds an epoch of each setting, one figure a round."""
    found: dict[str, list[float]] = {name: [] for name in given.settings}
    for _ in range(given.rounds):
        for name, seconds in found.items():
            seconds.append(_measured(job, given.data_root, teacher, SETTINGS[name]))
    return found


def _measured(job: str, root: Path, teacher: Path, setting: Mapping[str, str]) -> float:
    environment = {name: value for name, value in os.environ.items() if name not in CHOICES}
    command = [sys.executable, "-m", "benchmarks.threads", "--data-root", str(root)]
    command += ["--one", job, "--teacher", str(teacher)]
    try:
        done = subprocess.run(
            command,
            env=environment | dict(setting),
            check=True,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        return float("inf")
    seconds: Sequence[float] = json.loads(done.stdout.splitlines()[-1])
    return median(seconds)


@contextmanager
def busy(programs: int) -> Iterator[None]:
    """Beside so many programs that compute all the time."""
    running = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(programs)]
    try:
        yield
    finally:
        for program in running:
            program.kill()
            program.wait()


def one(job: str, root: Path, teacher: Path) -> None:
    """Print the seconds of the job's epochs; where ``teacher`` is no file yet, write it."""
    from kdcore.threads import choose_threads  # noqa: PLC0415

    choose_threads()  # as the command does, before torch loads
    from benchmarks.engine import teacher_file  # noqa: PLC0415
    from kdcore import Run, RunConfig  # noqa: PLC0415
    from kdcore.jobs.run.events import Epoch  # noqa: PLC0415
    from kdcore.training.devices.own_process import prepare_process  # noqa: PLC0415

    prepare_process()
    config = RunConfig(**{"dataset": str(root / "cifar10-jpeg.tar.xz")} | JOBS[job])  # type: ignore[arg-type]
    config = replace(config, data_root=str(root), teacher_epochs=1, batch_size=128)
    if not teacher.exists():
        with tempfile.TemporaryDirectory() as folder:
            quick = replace(config, epochs=1, student="mlp:8")
            teacher.write_bytes(teacher_file(quick, Path(folder)).read_bytes())
    config = replace(config, teacher_weights=str(teacher))
    seconds = [event.seconds for event in Run(config) if isinstance(event, Epoch)]
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
