"""A worker whose jobs are over at once, for tests of what is around the training."""

import sys

from kdcore.job import with_failures
from kdcore.jobs.run.events import Finished
from kdcore.worker import main

COMMAND = [
    sys.executable,
    "-c",
    "import sys; sys.path[:0] = sys.argv[1:]; from support.worker import work; work()",
    *sys.path,
]
FULL, LOST = 1_000_001, 1_000_002
"""Seeds of runs that run out of memory, and whose accelerator fails."""


class OutOfMemoryError(RuntimeError):
    """As torch calls it, which takes seconds to load."""


class AcceleratorError(RuntimeError):
    """Likewise."""


class Nothing:
    def send(self, command):
        pass


class Job:
    """Something that trains nothing."""

    def __init__(self, folder):
        self.id = folder.id
        self.config = folder.config
        self.controls = Nothing()

    def __iter__(self):
        yield from with_failures(self.events(), self.config.base)

    def events(self):
        if self.config.base.seed == FULL:
            raise OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB.")
        if self.config.base.seed == LOST:
            raise AcceleratorError("CUDA error: unspecified launch failure\nand more")
        yield Finished(
            run=self.id, stopped=False, epochs=0, step=0, teacher=None, students={}, seconds=0.0
        )


def work():
    main(Job)
