"""The process that answers questions to runs that are over: lines in, lines out.

It keeps the learners that were asked last. See ``kdcore/asking.py`` for the lines. It ends with
its input, or after a while without a question; the next one starts another.
"""

import json
import os
import queue
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any

from torch import nn

from kdcore.asking import answered
from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.queries import Answer, query_from_dict
from kdcore.store import JobFolder
from kdcore.training.answering import answer, stored_learners
from kdcore.worker import private_stdout

KEPT = 8
"""Runs whose learners stay in memory."""
IDLE = 900.0
"""Seconds without a question after which the process ends."""


class Answerer:
    """Learners of stored runs, loaded when somebody asks."""

    def __init__(self) -> None:
        self._loaded: OrderedDict[tuple[str, int], tuple[dict[str, nn.Module], Dataset]] = (
            OrderedDict()
        )

    def answer(self, line: dict[str, Any]) -> Answer:
        """The answer to a line.

        Raises:
            UserError: the run keeps no weights, or the question does not suit it.
        """
        folder = JobFolder(Path(line["folder"]), RUN)
        changed = max(
            (path.stat().st_mtime_ns for path in folder.path.glob("*.safetensors")), default=0
        )
        key = str(folder.path), changed
        if key not in self._loaded:
            self._loaded[key] = stored_learners(folder)
            if len(self._loaded) > KEPT:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(key)
        modules, data = self._loaded[key]
        return answer(query_from_dict(line["query"]), modules, data, None)


def serve(lines: IO[str], out: IO[str]) -> None:
    """Answer until the input ends or nobody asks any more."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()

    def listen() -> None:
        for line in lines:
            waiting.put(line)
        os._exit(0)  # whoever asked is gone

    threading.Thread(target=listen, daemon=True).start()
    answerer = Answerer()
    _write(out, {"answerer": "ready"})
    while True:
        try:
            line = json.loads(waiting.get(timeout=IDLE))
        except queue.Empty:
            return
        found: Answer | UserError
        try:
            found = answerer.answer(line)
        except UserError as error:
            found = error
        except Exception as error:  # the next question may be a better one
            found = UserError("question_failed", cause=type(error).__name__)
        _write(out, answered(line["ask"], found))


def _write(out: IO[str], values: dict[str, Any]) -> None:
    out.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
    out.flush()


if __name__ == "__main__":
    serve(sys.stdin, private_stdout())
