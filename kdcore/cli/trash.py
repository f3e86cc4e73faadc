"""``delete``, ``trash``, ``restore``: jobs of every kind that a person no longer wants."""

import argparse
import json
import time

from kdcore.cli.jobs import as_values, store_of
from kdcore.cli.output import show, table
from kdcore.ranges import within
from kdcore.titles import job_title, title_parts

DAY = 86_400.0
LONGEST = 36_500.0
"""Days; nothing in a trash is older."""


def delete(options: argparse.Namespace) -> int:
    """Move jobs to the trash, each by its id or the beginning of it."""
    store = store_of(options)
    for job in [store.find(name).id for name in options.jobs]:  # all are found, or none is deleted
        _print_done(options, "deleted", store.delete(job))
    return 0


def restore(options: argparse.Namespace) -> int:
    """Bring deleted jobs back."""
    store = store_of(options)
    for job in options.jobs:
        _print_done(options, "restored", store.restore(job))
    return 0


def trash(options: argparse.Namespace) -> int:
    """What was deleted, last first; or delete it for good."""
    store = store_of(options)
    if options.empty:
        days = within("older-than", options.older_than, float, 0.0, LONGEST)
        for job in store.empty_trash(days * DAY):
            _print_done(options, "purged", job)
        return 0
    rows = store.trash()
    if options.json:
        for row in rows:
            print(json.dumps(as_values(row.row) | {"deleted": row.deleted}, ensure_ascii=False))
        return 0
    if not rows:
        show("The trash is empty.")
        return 0
    lines = []
    for deleted in rows:
        title = job_title(deleted.row)
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(deleted.deleted))
        lines.append((deleted.id, " · ".join(title_parts(title)), title.dataset, when))
    show(
        table(
            ("deleted", "what sets it apart", "data", "when"),
            lines,
            whole=("deleted", "data", "when"),
        )
    )
    return 0


def _print_done(options: argparse.Namespace, what: str, job: str) -> None:
    print(json.dumps({what: job}) if options.json else f"{what.capitalize()}: {job}", flush=True)
