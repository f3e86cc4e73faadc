"""What every command that trains does: report the job, obey Ctrl-C, say why it failed."""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from kdcore.commands import Controls
from kdcore.errors import RUN_FAILURES, UserError
from kdcore.events import Event, Failed
from kdcore.job import Job
from kdcore.jobs.recipe.events import TrialMeasured
from kdcore.jobs.search.events import TrialEnded
from kdcore.jobs.sweep.events import CellsEnded
from kdcore.store import recorded

DONE, RUN_FAILED, WRONG_ARGUMENTS = 0, 1, 2
"""Exit statuses."""


ForPeople = Callable[[Iterable[Event]], Event | None]
"""Prints events for people; returns the last one."""


def execute(
    job: Job[Any],
    *,
    as_json: bool,
    for_people: ForPeople,
    watched: Callable[[Iterable[Event]], Iterable[Event]] = iter,
) -> tuple[Event | None, int]:
    """Execute a job, as JSON lines or by ``for_people``; a folder that it has gets its events.

    What was decided about data without asking is said on stderr, and why one failed.

    Args:
        job: any.
        as_json: whether to print events.
        for_people: otherwise.
        watched: passes the events on.

    Returns:
        The last event and the exit status.
    """
    events = recorded(job, job.folder) if job.folder else job
    with _stopped_by_interrupt(job.controls):
        last, status = follow(
            _with_the_end(watched(events)), as_json=as_json, for_people=for_people
        )
    if isinstance(last, Failed) and last.details:
        print(
            f"kdcore: the details were saved: python -m kdcore show {job.id} --events",
            file=sys.stderr,
        )
    return last, status


def follow(
    events: Iterable[Event], *, as_json: bool, for_people: ForPeople
) -> tuple[Event | None, int]:
    """The same for events that nothing stores and nobody commands."""
    last = _as_json(events) if as_json else for_people(_with_notes(events))
    if not isinstance(last, Failed):
        return last, DONE
    print(f"kdcore: {last.error}", file=sys.stderr)
    return last, WRONG_ARGUMENTS if is_mistake(last.code) else RUN_FAILED


def is_mistake(code: str) -> bool:
    """Whether an error with this code is one of the arguments and not of the run."""
    return bool(code) and code not in RUN_FAILURES


def failures(events: Iterable[Event], found: dict[str, str]) -> Iterator[Event]:
    """Pass events on; ``found`` gets the errors of failed cells and trials with their codes."""
    for event in events:
        if isinstance(event, CellsEnded | TrialEnded | TrialMeasured) and event.error:
            found[event.error] = event.code
        yield event


def nothing_succeeded(found: dict[str, str], otherwise: str) -> int:
    """Say why no cell or trial of a job succeeded; the exit status.

    Args:
        found: errors with their codes.
        otherwise: the sentence unless all of them are mistakes in what was asked.
    """
    mistaken = bool(found) and all(map(is_mistake, found.values()))
    print(f"kdcore: {next(iter(found)) if mistaken else otherwise}", file=sys.stderr)
    return WRONG_ARGUMENTS if mistaken else RUN_FAILED


def _with_the_end(events: Iterable[Event]) -> Iterator[Event]:
    """The events; where the log itself cannot be written any more, that is the end of it."""
    try:
        yield from events
    except UserError as error:
        yield Failed.from_error(error)


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
