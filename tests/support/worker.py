"""A worker whose jobs are over at once, for tests of what is around the training."""

import sys

from kdcore.jobs.run.events import Finished
from kdcore.worker import main

COMMAND = [
    sys.executable,
    "-c",
    "import sys; sys.path[:0] = sys.argv[1:]; from support.worker import work; work()",
    *sys.path,
]


class Nothing:
    def send(self, command):
        pass


class Job:
    """Something that trains nothing."""

    def __init__(self, folder):
        self.id = folder.id
        self.controls = Nothing()

    def __iter__(self):
        yield Finished(
            run=self.id, stopped=False, epochs=0, step=0, teacher=None, students={}, seconds=0.0
        )


def work():
    main(Job)
