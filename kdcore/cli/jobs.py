"""``jobs`` and its filters, ``show``, ``compare``, ``note``, ``rename``."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from kdcore.cli.output import console, plain, show, table
from kdcore.errors import UserError
from kdcore.jobs.kind import KINDS, RUN
from kdcore.store import JobRow, PinnedNote, Store
from kdcore.titles import has_words, job_title, title_parts


def store_of(options: argparse.Namespace) -> Store:
    """The store that ``--store`` names, or the person's own."""
    return Store(Path(options.store) if options.store else None)


def list_jobs(options: argparse.Namespace) -> int:
    """The stored jobs, newest first.

    Args:
        options: ``kind`` is a name in ``KINDS``, or empty for all.
    """
    store = store_of(options)
    kind = KINDS.get(options.kind)
    if options.rebuild:
        for problem in store.rebuild():
            print(f"kdcore: {problem}", file=sys.stderr)
    rows = [row for row in store.list(kind) if _is_asked_for(row, options)]
    if options.json:
        for row in rows:
            print(json.dumps(as_values(row), ensure_ascii=False))
        return 0
    if not rows:
        what = kind.name.replace("_", " ") if kind else "job"
        asked = options.search or options.starred
        show(f"No such {what} is stored." if asked else f"No {what} is stored yet.")
        return 0
    columns = ["job", "kind", "what sets it apart", "data", "state"]
    lines = [_line(row) for row in rows]
    if kind:  # it is the same in all of them
        for line in (columns, *lines):
            del line[1]
    show(table(columns, lines, whole=("job", "kind", "data")))
    return 0


def _is_asked_for(row: JobRow, options: argparse.Namespace) -> bool:
    if options.starred and not row.starred:
        return False
    return has_words(" ".join([*_line(row), row.note]), options.search)


def as_values(row: JobRow) -> dict[str, object]:
    """A row as JSON values; what the job has found stands beside what it is."""
    return asdict(row) | row.summary


def _line(row: JobRow) -> list[str]:
    title = job_title(row)
    parent = [f"of {row.parent}"] if row.parent else []
    star = ["★"] if row.starred else []
    apart = " · ".join([*star, *title_parts(title), *parent])
    return [row.id, row.kind.replace("_", " "), apart, title.dataset, row.state]


def show_job(options: argparse.Namespace) -> int:
    """A job of any kind: its settings and how it ended, or all its events."""
    store = store_of(options)
    folder = store.find(options.job)
    events = folder.events()
    if options.events or options.json:
        for event in events:
            print(event.to_json())
        return 0
    row = store.row(folder.id)
    try:
        settings = folder.config.to_dict()
    except UserError as error:
        show(str(error))
    else:
        show(
            table(
                ("setting", "value"),
                settings.items(),
                whole=["setting"],
                title=f"{row.name or folder.id}: {row.state}",
            )
        )
    _show_notes(row.note, store.pinned(folder.id) if folder.kind is RUN else [])
    if events:
        console().print(plain(events[-1].to_json()))
    return 0


def compare(options: argparse.Namespace) -> int:
    """The settings in which jobs differ."""
    jobs = [options.job, *options.others]
    differences = store_of(options).compare(*jobs)
    if options.json:
        print(json.dumps([list(row) for row in differences], ensure_ascii=False))
        return 0
    if differences:
        show(table(("setting", *jobs), differences, whole=["setting"]))
    else:
        show("They have equal settings.")
    return 0


def note(options: argparse.Namespace) -> int:
    """Keep a note with a job, or pin one to a moment of a run; without a text show them."""
    store = store_of(options)
    folder = store.find(options.job, RUN if options.epoch is not None else None)
    if options.text is None:
        row = store.row(folder.id)
        pinned = store.pinned(folder.id) if folder.kind is RUN else []
        if options.epoch is not None:
            pinned = [one for one in pinned if one.position == options.epoch]
        if options.json:
            values = {"note": row.note, "pinned": [asdict(one) for one in pinned]}
            print(json.dumps(values, ensure_ascii=False))
        elif row.note or pinned:
            _show_notes(row.note, pinned)
        else:
            show("There is no note.")
        return 0
    if options.epoch is None:
        store.note(folder.id, options.text)
    elif options.text:
        store.pin(folder.id, options.epoch, options.text)
    else:
        for one in store.pinned(folder.id):
            if one.position == options.epoch:
                store.unpin(folder.id, one.id)
    print(json.dumps({"noted": folder.id}) if options.json else f"Noted: {folder.id}")
    return 0


def _show_notes(note: str, pinned: Sequence[PinnedNote]) -> None:
    if note:
        show(f"note: {note}")
    for one in pinned:
        show(f"note at epoch {one.position:g}: {one.text}")


def star(options: argparse.Namespace) -> int:
    """Mark a job so that it is found again, or take the mark away."""
    store = store_of(options)
    job = store.find(options.job).id
    store.star(job, not options.off)
    done = "unstarred" if options.off else "starred"
    print(json.dumps({done: job}) if options.json else f"{done.capitalize()}: {job}")
    return 0


def rename(options: argparse.Namespace) -> int:
    """Give a job a name."""
    store = store_of(options)
    job = store.find(options.job).id
    store.rename(job, options.name)
    print(json.dumps({"renamed": job}) if options.json else f"Renamed: {job}")
    return 0
