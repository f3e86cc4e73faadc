"""The process that trains: command lines in, event lines out, one warm process for many runs.

A line in is ``{"command": "start", "run": ID, "store": DIR}`` or one of
``kdcore.commands`` with the run's id, or a question (``kdcore/asking.py``) with it; a line out is
``{"run": ID, "event": {…}}``, an answer, or ``{"worker": "ready"}`` once torch is loaded. The end
of the input ends the process.
"""

import contextlib
import gc
import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from kdcore.asking import answered
from kdcore.commands import Command, Controls, Stop, command_from_dict
from kdcore.errors import UserError
from kdcore.escapes import ESCAPES
from kdcore.events import Event, Failed
from kdcore.job import Job, Run
from kdcore.jobs.run.config import RunConfig
from kdcore.loading import loading
from kdcore.queries import Answer, query_from_dict
from kdcore.store import JobFolder, Store, recorded
from kdcore.threads import choose_threads


class Executable(Protocol):
    """A job that can be commanded and iterated once."""

    id: str
    controls: Controls

    def __iter__(self) -> Iterator[Event]: ...


MakeJob = Callable[[JobFolder[Any]], Executable]


def job_in(folder: JobFolder[Any]) -> Job[Any]:
    """The job that a folder asks for."""
    return Job(folder.config, folder)


class Worker:
    """Takes lines in one thread and trains in another, the main one."""

    def __init__(self, make_job: MakeJob, out: IO[str]) -> None:
        self._make_job = make_job
        self._out = out
        self._jobs: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        """Held while a line is written: who refuses a question is not who trains."""
        self._current: Executable | None = None
        self._loading = True
        self._early: dict[str, list[Command]] = {}
        """Commands for jobs that are to begin, by id; what is sent to any other comes too late."""

    def listen(self, lines: IO[str]) -> None:
        """Read commands until the input ends."""
        for line in lines:
            values = json.loads(line)
            if "ask" in values:
                self._ask(values)
            elif values["command"] == "start":
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

    @property
    def asked(self) -> bool:
        """Whether a job waits."""
        return not self._jobs.empty()

    def work(self) -> None:
        """Execute one job after the other until the input has ended."""
        self._loading = False
        self._write_line({"worker": "ready"})
        while (values := self._jobs.get()) is not None:
            self._execute(values["run"], values)

    def _execute(self, run: str, values: dict[str, Any]) -> None:
        try:
            folder = Store(Path(values["store"])).find(run)
            job = self._make_job(folder)
        except UserError as error:  # somebody deleted it while it waited
            self._write_event(run, Failed.from_error(error))
            return
        with self._lock:
            self._current = job
            for command in self._early.pop(run):
                job.controls.send(command)
        try:
            for event in recorded(job, folder):
                self._write_event(run, event)
        except UserError as error:  # the log itself could not be written
            self._write_event(run, Failed.from_error(error))
        with self._lock:
            self._current = None

    def _pass_on(self, run: str, command: Command) -> None:
        with self._lock:
            if self._current is not None and self._current.id == run:
                with contextlib.suppress(UserError):  # the hub has checked it
                    self._current.controls.send(command)
            elif run in self._early:
                self._early[run].append(command)

    def _ask(self, values: dict[str, Any]) -> None:
        def reply(found: Answer | UserError) -> None:
            self._write_line(answered(values["ask"], found))

        with self._lock:
            current = self._current
        if current is None or current.id != values["run"]:
            reply(UserError("not_answering"))
            return
        try:
            current.controls.ask(query_from_dict(values["query"]), reply)
        except UserError as error:
            reply(error)

    def _write_event(self, run: str, event: Event) -> None:
        self._write_line({"run": run, "event": event.to_dict()})

    def _write_line(self, values: dict[str, Any]) -> None:
        with self._writing:
            self._out.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
            self._out.flush()


def private_stdout() -> IO[str]:
    """The real stdout for the protocol; what others print goes to stderr."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", errors=ESCAPES)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return out


def warm_up(asked: Callable[[], bool]) -> None:
    """Spend the seconds that torch takes to load all its parts before anybody waits for them.

    Args:
        asked: whether somebody waits; then what is left is not done.
    """
    from kdcore.training.devices.own_process import prepare_process  # noqa: PLC0415

    prepare_process()
    for _ in Run(RunConfig(dataset="digits", epochs=1, teacher_epochs=1, device="cpu")):
        if asked():
            return


def main(make_job: MakeJob = job_in) -> None:
    """Work until stdin ends."""
    choose_threads()
    out = private_stdout()
    # where memory runs out, this process goes and not the app
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    worker = Worker(make_job, out)
    listener = threading.Thread(target=worker.listen, args=(sys.stdin,), daemon=True)
    listener.start()
    if make_job is job_in:
        with loading():
            warm_up(lambda: worker.asked)
            gc.collect()  # of the training
    worker.work()


if __name__ == "__main__":
    main()
