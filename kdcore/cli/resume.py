"""A stored job that is to go on: found, and refused where it cannot."""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from kdcore.errors import UserError
from kdcore.events import Event
from kdcore.jobs.kind import JobKind, Record
from kdcore.store import JobFolder, Store


def store_of(options: argparse.Namespace) -> Store:
    """The store that the flags name."""
    return Store(Path(options.store) if options.store else None)


def resumed(kind: JobKind[Any], options: argparse.Namespace) -> JobFolder[Any]:
    """The folder of the job that ``--resume`` names.

    Raises:
        UserError: there is none, it is being executed, or it is finished.
    """
    folder = store_of(options).find(options.resume, kind)
    if folder.held:
        raise UserError("run_in_use", run=folder.id)
    if folder.finished:
        raise UserError("run_finished", run=folder.id)
    return folder


def folded(record: Record, folder: JobFolder[Any], events: Iterable[Event]) -> Iterator[Event]:
    """Pass a job's events on once its record has them; those of before it went on come first.

    Args:
        record: empty.
        folder: has each event before it comes here; where its log is cut, that has been done then.
        events: the new ones.
    """
    for number, event in enumerate(events):
        record.fold([event] if number else folder.events())
        yield event
