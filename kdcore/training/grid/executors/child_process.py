"""A process that ends with the one that started it, even where that one is killed.

What it works on is loaded after that is arranged: loading takes seconds.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pkgutil import resolve_name
from typing import Any

PR_SET_PDEATHSIG = 1
"""Of ``prctl``, from ``linux/prctl.h``: the signal that a process gets when its parent dies."""


def child_process(work: str, pipe: "Connection[Any, Any]") -> BaseProcess:
    """A process, not yet started, that calls ``work``, ``module:function``, with its end of a pipe.

    Start it from the thread that made it.
    """
    # Linux calls the thread that starts a process its parent: one that may end earlier is none
    lasting = threading.current_thread() is threading.main_thread()
    context = multiprocessing.get_context("spawn")
    return context.Process(target=_begin, args=(work, pipe, lasting), daemon=True)


def _begin(work: str, pipe: "Connection[Any, Any]", by_lasting_thread: bool) -> None:
    if by_lasting_thread and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    resolve_name(work)(pipe)


def _end_with_parent() -> None:
    """Wait until the parent is gone, as everywhere else than on Linux a closed pipe says."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "a process was spawned by another"
    wait([parent.sentinel])
    os._exit(1)
