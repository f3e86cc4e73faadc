"""Questions that wait for their answers, and the process that answers for stored runs.

No torch here: what knows the learners is another process, reached by lines of JSON. A question is
``{"ask": NUMBER, "query": {…}}`` with what else the process needs to know, its answer
``{"asked": NUMBER, "answer": {…}}`` or ``{"asked": NUMBER, "error": {…}}``.
"""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kdcore.errors import UserError
from kdcore.queries import Answer, Query, answer_from_dict
from kdcore.worker_process import WorkerProcess

PATIENCE = 8.0
"""Seconds that a question may take; a process that must start first has ``START`` besides."""
START = 60.0


class Questions:
    """Those that were sent to one process and are not answered yet."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._next = 0
        self._waiting: set[int] = set()
        self._found: dict[int, dict[str, Any]] = {}

    def ask(
        self, send: Callable[[dict[str, Any]], None], query: Query, timeout: float = PATIENCE
    ) -> Answer:
        """Send a question and wait for its answer.

        Args:
            send: writes a line to the process.
            query: the question.
            timeout: in seconds.

        Raises:
            UserError: it cannot be answered, or was not in time.
        """
        with self._changed:
            number = self._next = self._next + 1
            self._waiting.add(number)
        try:
            send({"ask": number, "query": query.to_dict()})
            until = time.monotonic() + timeout
            with self._changed:
                while number not in self._found and (left := until - time.monotonic()) > 0:
                    self._changed.wait(left)
                line = self._found.pop(number, None)
        finally:
            with self._changed:
                self._waiting.discard(number)
        if line is None:
            raise UserError("no_answer", seconds=timeout)
        if error := line.get("error"):
            raise UserError(error["code"], **error["values"])
        return answer_from_dict(query, line["answer"])

    def take(self, line: dict[str, Any]) -> None:
        """A line of the process with an answer; one that nobody waits for any more is dropped."""
        with self._changed:
            if line["asked"] in self._waiting:
                self._found[line["asked"]] = line
                self._changed.notify_all()

    def fail(self, error: UserError) -> None:
        """The process is gone: so ends each question that waits."""
        with self._changed:
            for number in self._waiting - self._found.keys():
                self._found[number] = answered(number, error)
            self._changed.notify_all()


def answered(number: int, found: Answer | UserError) -> dict[str, Any]:
    """The line that answers the question of this number."""
    if isinstance(found, UserError):
        return {"asked": number, "error": {"code": found.code, "values": found.values}}
    return {"asked": number, "answer": found.to_dict()}


class StoredAnswers:
    """Answers of runs that are over, from their weights, in a process of its own.

    So that what is asked never waits for a training, and no training for what is asked.
    """

    def __init__(self) -> None:
        self._questions = Questions()
        self._ready = threading.Event()
        self._process = WorkerProcess(
            [sys.executable, "-m", "kdcore.answerer"],
            self._on_line,
            self._on_exit,
            {"OMP_NUM_THREADS": "1"},  # it works beside a training
        )
        self._lock = threading.Lock()
        """Held while a line is written: several threads ask."""

    def ask(self, folder: Path, query: Query, timeout: float = PATIENCE) -> Answer:
        """What the learners of a stored run say.

        Args:
            folder: of the run.
            query: the question.
            timeout: in seconds, once the process has started.

        Raises:
            UserError: it cannot be answered, or was not in time.
        """
        self.warm()

        def send(line: dict[str, Any]) -> None:
            with self._lock:
                self._process.send(line | {"folder": str(folder)})

        waits = 0.0 if self._ready.is_set() else START
        return self._questions.ask(send, query, timeout + waits)

    def warm(self) -> None:
        """Start the process before somebody waits for it."""
        with self._lock:
            self._process.start()

    def close(self) -> None:
        """End the process."""
        self._process.close()
        self._questions.fail(UserError("answerer_died", cause="closed"))

    def _on_line(self, line: dict[str, Any]) -> None:
        if "asked" in line:
            self._questions.take(line)
        else:
            self._ready.set()

    def _on_exit(self, _pid: int, status: int) -> None:
        self._ready.clear()
        cause = f"signal {-status}" if status < 0 else f"exit status {status}"
        self._questions.fail(UserError("answerer_died", cause=cause))
