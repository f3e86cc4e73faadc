"""The jobs that a page offers to be shown."""

from dataclasses import replace
from typing import Any

from dashboard.server.engine import LIVE_STATES, hub, store
from kdcore.jobs.kind import JobKind
from kdcore.store import JobRow


def stored(*kinds: JobKind[Any]) -> dict[str, JobRow]:
    """All jobs of these kinds that can be opened, by id, newest first.

    What waits or goes on here has the state that the hub knows: the log says nothing of the queue.
    """
    rows = [row for kind in kinds for row in store().list(kind) if row.readable]
    if len(kinds) > 1:
        rows.sort(key=lambda row: row.created, reverse=True)
    return {row.id: _current(row) for row in rows}


def _current(row: JobRow) -> JobRow:
    known = hub().commandable(row.id) or row.state in LIVE_STATES  # the log may be told late
    return replace(row, state=hub().state(row.id)) if known else row
