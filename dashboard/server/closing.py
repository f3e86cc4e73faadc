"""Streams end when the server is asked to stop: it waits for open connections, and these last.

Without it Ctrl-C leaves the app, and what it trains, running for as long as a page is open.
"""

import asyncio
import signal
from collections.abc import Callable
from typing import Any

PERIOD = 0.2
"""Seconds between two looks."""

_ends: list[Callable[[], None]] = []


def ends_streams(end: Callable[[], None]) -> Callable[[], None]:
    """Marks a function that lets go of viewers: it is called when the server is to stop."""
    _ends.append(end)
    return end


async def end_streams_at_exit() -> None:
    """Wait until uvicorn is asked to stop, then let go of every viewer."""
    if server := _uvicorn():
        while not server.should_exit:
            await asyncio.sleep(PERIOD)
        for end in _ends:
            end()


def _uvicorn() -> Any:
    """The server whose handler has the signals; ``None`` where it runs in another thread."""
    found = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return found if hasattr(found, "should_exit") else None
