"""Ctrl-C on the command line."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kdcore.commands import Controls


@contextmanager
def stopped_by_interrupt(controls: Controls) -> Iterator[None]:
    """The first Ctrl-C ends the work in good order, the second at once."""

    def stop(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        signal.signal(signal.SIGINT, signal.default_int_handler)
        controls.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
