"""A stored job that is to go on: found, and refused where it cannot."""

import argparse
from pathlib import Path
from typing import Any

from kdcore.errors import UserError
from kdcore.jobs.kind import JobKind
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
