"""What every command that trains does: report the work, heed Ctrl-C, say why it failed."""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from kdcore.commands import Controls
from kdcore.events import Event, Failed


class Work(Protocol):
    """A run, a sweep, a search, a choice or a shrinking."""

    id: str
    controls: Controls


def carry_out(
    work: Work, events: Iterable[Event], *, as_json: bool,
    for_people: Callable[[Iterable[Event]], Event | None],
) -> Event | None:  # fmt: skip
    """Go through the events of ``work``, as JSON lines or by ``for_people``; the last one.

    One that failed is explained on stderr.
    """
    with _stopped_by_interrupt(work.controls):
        last = _as_json(events) if as_json else for_people(events)
    if isinstance(last, Failed):
        print(f"kdcore: {last.error}", file=sys.stderr)
        if last.details:
            print(f"kdcore: the details were saved: python -m kdcore show {work.id} --events",
                  file=sys.stderr)  # fmt: skip
    return last


def _as_json(events: Iterable[Event]) -> Event | None:
    last = None
    for last in events:
        print(last.to_json(), flush=True)
    return last


@contextmanager
def _stopped_by_interrupt(controls: Controls) -> Iterator[None]:
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
