"""The worker as the app sees it: a process that takes command lines and writes event lines."""

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import Any

CLOSING = 2.0
"""Seconds that a worker has to end once its input is closed."""


class WorkerProcess:
    """A process that starts when it is needed and again after it died.

    Args:
        command: what starts it.
        on_line: is called with every line that it writes, from a thread of this object.
        on_exit: is called with its pid and exit status once it has ended by itself.
        environment: what it has there beside what this process has, unless that says otherwise.
    """

    def __init__(
        self,
        command: list[str],
        on_line: Callable[[dict[str, Any]], None],
        on_exit: Callable[[int, int], None],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command = command
        self._on_line, self._on_exit = on_line, on_exit
        self._environment = {"PYTHONUNBUFFERED": "1"} | dict(environment or {})
        self._process: subprocess.Popen[str] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process that lives, or has just died."""
        return self._process.pid if self._process else None

    def start(self) -> int | None:
        """Start it unless it lives; the pid of which ``on_exit`` will tell, none once closed."""
        process = self._process
        if self._closed:
            return None
        if process is not None and process.poll() is None:
            return process.pid
        environment = self._environment | dict(os.environ)
        process = self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        threading.Thread(target=self._read, args=(process,), daemon=True).start()
        return process.pid

    def send(self, values: dict[str, Any]) -> None:
        """Write one line to it; lost where it has just died, which its reader notices."""
        process = self._process
        if process is None or process.stdin is None:
            return
        with contextlib.suppress(BrokenPipeError, OSError):
            process.stdin.write(json.dumps(values) + "\n")
            process.stdin.flush()

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()

    def replace(self) -> None:
        """End it at once, without a word to ``on_exit``; the next start is another process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End it for good: close its input, then insist."""
        self._closed = True
        process, self._process = self._process, None
        if process is None:
            return
        _close_input(process)
        try:
            process.wait(timeout=CLOSING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=CLOSING)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self._on_line(json.loads(line))
        status = process.wait()
        _close_input(process)
        if process is not self._process:  # somebody has done with it
            return
        self._process = None
        if not self._closed:
            self._on_exit(process.pid, status)


def _close_input(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(OSError):  # a last line may be lost with the worker
        if process.stdin is not None:
            process.stdin.close()
