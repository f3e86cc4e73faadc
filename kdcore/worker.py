"""The process that trains: command lines in, event lines out, one warm process for many runs.

A line in is ``{"command": "start", "run": ID, "store": DIR}`` or one of
``kdcore.commands`` with the run's id; a line out is an event with the run's id, or
``{"worker": "ready"}`` once torch is loaded. The end of the input ends the process.
"""

import contextlib
import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from kdcore.commands import Command, Stop, command_from_dict
from kdcore.errors import UserError
from kdcore.escapes import ESCAPES
from kdcore.events import Event, Failed
from kdcore.jobs.run.config import RunConfig
from kdcore.run import Choice, Run, Search, Shrink, Sweep
from kdcore.store import (
    ChoiceFolder,
    JobFolder,
    SearchFolder,
    ShrinkFolder,
    Store,
    SweepFolder,
    recorded,
)

Work = Run | Sweep | Search | Choice | Shrink
MakeWork = Callable[[JobFolder], Work]


def work_of(folder: JobFolder) -> Work:
    """The run, sweep, search, choice of teacher or shrinking that a folder asks for."""
    match folder:
        case SweepFolder():
            return Sweep(folder.config, folder)
        case SearchFolder():
            return Search(folder.config, folder)
        case ChoiceFolder():
            return Choice(folder.config, folder)
        case ShrinkFolder():
            return Shrink(folder.config, folder)
    return Run(folder.config, folder)


class Worker:
    """Takes lines in one thread and trains in another, the main one."""

    def __init__(self, make_work: MakeWork, out: IO[str]) -> None:
        self._make_work = make_work
        self._out = out
        self._jobs: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._current: Work | None = None
        self._loading = True
        self._early: dict[str, list[Command]] = {}
        """Commands for jobs that are to begin, by id; what is sent to any other comes too late."""

    def listen(self, lines: IO[str]) -> None:
        """Read commands until the input ends."""
        for line in lines:
            values = json.loads(line)
            if values["command"] == "start":
                with self._lock:
                    self._early[values["run"]] = []
                self._jobs.put(values)
            else:
                self._pass_on(values.pop("run"), command_from_dict(values))
        if self._loading:
            os._exit(0)  # nobody waits any more, and what loads can take long
        self._jobs.put(None)
        with self._lock:
            if self._current is not None:
                self._current.controls.send(Stop())

    def work(self) -> None:
        """Carry out one run after the other until the input has ended."""
        self._loading = False
        self._say({"worker": "ready"})
        while (job := self._jobs.get()) is not None:
            self._train(job["run"], job)

    def _train(self, run: str, job: dict[str, Any]) -> None:
        try:
            folder = Store(Path(job["store"])).job(run)
            work = self._make_work(folder)
        except UserError as error:  # somebody deleted it while it waited
            self._tell(run, Failed(error=str(error), code=error.code, values=error.values))
            return
        with self._lock:
            self._current = work
            for command in self._early.pop(run):
                work.controls.send(command)
        try:
            for event in recorded(work, folder):
                self._tell(run, event)
        except UserError as error:  # the log itself could not be written
            self._tell(run, Failed(error=str(error), code=error.code, values=error.values))
        with self._lock:
            self._current = None

    def _pass_on(self, run: str, command: Command) -> None:
        with self._lock:
            if self._current is not None and self._current.id == run:
                with contextlib.suppress(UserError):  # the hub has checked it
                    self._current.controls.send(command)
            elif run in self._early:
                self._early[run].append(command)

    def _tell(self, run: str, event: Event) -> None:
        self._say({"run": run} | event.to_dict())

    def _say(self, values: dict[str, Any]) -> None:
        self._out.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._out.flush()


def private_stdout() -> IO[str]:
    """The real stdout for the protocol; what others print goes to stderr."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors=ESCAPES)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return out


def warm_up() -> None:
    """Spend the seconds that torch takes to load all its parts before anybody waits for them."""
    from kdcore.training.device import flush_denormals  # noqa: PLC0415

    flush_denormals()
    for _ in Run(RunConfig(dataset="digits", epochs=1, teacher_epochs=1, device="cpu")):
        pass


def main(make_work: MakeWork = work_of) -> None:
    """Work until stdin ends."""
    out = private_stdout()
    # where memory runs out, this process goes and not the app
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    worker = Worker(make_work, out)
    listener = threading.Thread(target=worker.listen, args=(sys.stdin,), daemon=True)
    listener.start()
    if make_work is work_of:
        warm_up()
    worker.work()


if __name__ == "__main__":
    main()
