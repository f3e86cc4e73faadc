"""The same job by the engine, timed at its events."""

import time
from pathlib import Path

from kdcore import Run, RunConfig
from kdcore.events import Failed
from kdcore.jobs.run.events import Finished, Prepared, Started


def distil(config: RunConfig) -> tuple[float, float, float, int]:
    """Carry out a run.

    Returns:
        Seconds from the first batch to the end; seconds from the loaded data on, the one-off
        pass of the teacher included; the student's test accuracy; training examples.
    """
    loaded = prepared = 0.0
    size = 0
    for event in Run(config):
        match event:
            case Started():
                loaded, size = time.perf_counter(), event.train_size
            case Prepared():
                prepared = time.perf_counter()
            case Finished():
                end = time.perf_counter()
                accuracy = event.students["distilled"].test_accuracy
                return end - prepared, end - loaded, accuracy, size
            case Failed():
                raise RuntimeError(event.error)
    raise RuntimeError("the run did not end")


def teacher_file(config: RunConfig, folder: Path) -> Path:
    """A trained teacher as a file, so that both sides have the same one."""
    from kdcore.store import Store, recorded  # noqa: PLC0415

    store = Store(folder)
    run = store.create(config)
    for event in recorded(Run(config, run), run):
        if isinstance(event, Failed):
            raise RuntimeError(event.error)
    return run.path / "teacher.safetensors"
