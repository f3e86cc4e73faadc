"""What checkpoints cost: the share of a run's training that goes into writing them.

Both are measured in one run: the seconds inside ``TrainingLog.save``, and those from the first
batch to the last epoch's end.
"""

import argparse
import tempfile
import time
from pathlib import Path

import torch

from benchmarks.distill import MNIST_JOBS
from kdcore import Run, RunConfig
from kdcore.jobs.run.events import Epoch, Prepared
from kdcore.store import Store, recorded
from kdcore.training.checkpoint import TrainingLog
from kdcore.training.devices.own_process import prepare_process


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--job", choices=[*MNIST_JOBS], default="small")
    parser.add_argument("--epochs", type=int, default=5)
    given = parser.parse_args()
    prepare_process()
    teacher, student = MNIST_JOBS[given.job]
    config = RunConfig(
        dataset="mnist",
        data_root=str(given.data_root),
        teacher=teacher,
        student=student,
        teacher_epochs=1,
        epochs=given.epochs,
        device="cpu",
    )
    seconds, sizes = [], []
    save = TrainingLog.save

    def timed(log: TrainingLog, *parts: object, **options: bool) -> None:
        began = time.perf_counter()
        save(log, *parts, **options)  # type: ignore[arg-type]
        seconds.append(time.perf_counter() - began)

    TrainingLog.save = timed  # type: ignore[method-assign, assignment]
    with tempfile.TemporaryDirectory() as root:
        folder = Store(Path(root)).create(config)
        began = ended = 0.0
        for event in recorded(Run(config, folder), folder):
            if isinstance(event, Prepared):
                began = time.perf_counter()
                seconds.clear()
            if isinstance(event, Epoch):
                ended = time.perf_counter()
        sizes = [path.stat().st_size for path in (folder.path / "checkpoints").glob("students*")]
    whole = ended - began
    print(
        f"{given.job}, {given.epochs} epochs, {torch.get_num_threads()} threads: "
        f"{len(seconds)} checkpoints of {max(sizes) / 1e6:.2f} MB took {sum(seconds):.3f} s "
        f"of {whole:.2f} s: {sum(seconds) / whole:.2%}"
    )


if __name__ == "__main__":
    main()
