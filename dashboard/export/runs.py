"""Runs of the store that are to be written beside those that come with the program."""

from collections.abc import Sequence

from dashboard.server.engine import RECORDED_RUNS, store
from dashboard.server.shared_records import run_history
from dashboard.server.soft_labels import BEFORE_ALL, soft_labels
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.store import RunFolder, kind_of, owner_of

OVER = ("finished", "stopped")
"""States of runs that stay as they are; in the others something is missing, or comes yet."""


def runs_to_write(asked: Sequence[str]) -> list[str]:
    """The ids of the runs that are asked for, each once, then those that come with the program.

    Args:
        asked: ids, beginnings of ids or ``last``, as the command line takes them elsewhere.

    Raises:
        UserError: one is not in the store, is no run, is not over, kept no snapshots or is damaged.
    """
    own = [_own_run(text) for text in asked]
    return list(dict.fromkeys([*own, *RECORDED_RUNS]))


def run_to_report(text: str) -> str:
    """The id of the one run that is asked for, which may come with the program.

    Raises:
        UserError: as ``runs_to_write``.
    """
    return text if text in RECORDED_RUNS else _own_run(text)


def _own_run(text: str) -> str:
    folder = _found(text)
    folder.config  # noqa: B018  (what is damaged is said before anything is written)
    if (state := folder.state) not in OVER:
        raise UserError("export_not_over", run=folder.id, state=state)
    if not run_history(folder.id).snapshots:
        raise UserError("export_no_snapshots", run=folder.id)
    soft_labels(folder.id, BEFORE_ALL)  # reads every file of the run that the pages need
    return folder.id


def _found(text: str) -> RunFolder:
    if kind_of(text) is not RUN and not owner_of(text):
        raise UserError("export_no_run", job=text)
    try:
        return store().find(text, RUN)
    except UserError as error:
        if error.code != "no_such_job":
            raise
        raise UserError("export_unknown_run", job=text, found=error.values["found"]) from None
