"""The command line as several processes, such as torchrun starts: rank 0 speaks for all."""

import contextlib
import io
import os
import sys
import time
from collections.abc import Callable

GRACE = 5.0
"""Seconds in which rank 0 can say what is wrong before the others' end makes torchrun end it."""


def processes() -> int:
    """How many there are; 1 without torchrun."""
    return int(os.environ.get("WORLD_SIZE", "1")) if "RANK" in os.environ else 1


def rank() -> int:
    """Which of them this is, from 0."""
    return int(os.environ["RANK"]) if processes() > 1 else 0


def rank_0_speaks(command: Callable[[], int]) -> int:
    """Carry out ``command``; on other ranks it is silent unless they fail alone.

    What all ranks find wrong, rank 0 says and ends, upon which torchrun ends the others. Only
    one that is still there after a while says it too.

    Returns:
        The exit status.
    """
    if rank() == 0:
        return command()
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
        status = _status(command)
    if status:
        time.sleep(GRACE)
        print(f"rank {rank()}: {said.getvalue()}", end="", file=sys.stderr)
    return status


def _status(command: Callable[[], int]) -> int:
    try:
        return command()
    except SystemExit as end:  # argparse's way to say that an argument is wrong
        return end.code if isinstance(end.code, int) else 1
