"""What every command that trains does: tell of the work, heed Ctrl-C, say why it failed."""

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

    What was decided without asking is said on stderr, and why one failed.
    """
    with _stopped_by_interrupt(work.controls):
        last = tell(events, as_json=as_json, for_people=for_people)
    if isinstance(last, Failed) and last.details:
        print(f"kdcore: the details are kept: python -m kdcore show {work.id} --events",
              file=sys.stderr)  # fmt: skip
    return last


def tell(
    events: Iterable[Event], *, as_json: bool,
    for_people: Callable[[Iterable[Event]], Event | None],
) -> Event | None:  # fmt: skip
    """The same for events of which nothing is kept and which nobody steers."""
    last = _as_json(events) if as_json else for_people(_with_notes(events))
    if isinstance(last, Failed):
        print(f"kdcore: {last.error}", file=sys.stderr)
    return last


def _with_notes(events: Iterable[Event]) -> Iterator[Event]:
    for event in events:
        for note in getattr(event, "notes", ()):
            print(f"kdcore: {note.text}", file=sys.stderr)
        yield event


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
