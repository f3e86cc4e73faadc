"""``runs``, ``show``, ``compare``, ``export``: what the store holds."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from kdcore.cli.output import console, plain, show, table
from kdcore.errors import UserError
from kdcore.store import Store
from kdcore.titles import job_title, run_title, title_parts


def store_of(given: argparse.Namespace) -> Store:
    """The store that ``--store`` names, or the person's own."""
    return Store(Path(given.store) if given.store else None)


def listing(given: argparse.Namespace) -> int:
    """The stored runs, newest first."""
    store = store_of(given)
    if given.rebuild:
        store.rebuild()
    rows = store.runs()
    if given.json:
        for row in rows:
            print(json.dumps(asdict(row), ensure_ascii=False, default=str))
        return 0
    if not rows:
        show("No run is stored yet: python -m kdcore run makes one.")
        return 0
    lines = []
    for row in rows:
        title = run_title(row)
        lines.append((row.id, " · ".join(title_parts(title)), title.dataset, row.state))
    show(table(("run", "what sets it apart", "data", "state"), lines, whole=("run", "data")))
    return 0


def list_jobs(given: argparse.Namespace, kind: str, nothing: str) -> int:
    """The stored jobs of another kind than runs, newest first.

    Args:
        given: ``json`` and ``store`` are read.
        kind: a name in ``KINDS``; the ids stand under it, in JSON too.
        nothing: what to say where there is none.
    """
    rows = store_of(given).rows(kind)
    if given.json:
        for row in rows:
            values = {kind: row.id, "state": row.state, "created": row.created} | row.config
            print(json.dumps(values, ensure_ascii=False))
        return 0
    if not rows:
        show(nothing)
        return 0
    lines = []
    for row in rows:
        title = job_title(row)
        of_run = [f"of {row.config['run']}"] if "run" in row.config else []
        apart = " · ".join([*of_run, *title_parts(title)])
        lines.append((row.id, apart, title.dataset, row.state))
    show(table((kind, "what sets it apart", "data", "state"), lines, whole=(kind, "data")))
    return 0


def show_job(given: argparse.Namespace) -> int:
    """A job of any kind: its settings and how it ended, or all its events."""
    folder = store_of(given).job(given.run)
    events = folder.events()
    if given.events or given.json:
        for event in events:
            print(event.to_json())
        return 0
    try:
        settings, state = folder.config.to_dict(), folder.state
    except UserError as error:
        settings, state = {}, "damaged"
        show(str(error))
    if settings:
        show(
            table(
                ("setting", "value"),
                settings.items(),
                whole=["setting"],
                title=f"{folder.id}: {state}",
            )
        )
    if events:
        console().print(plain(events[-1].to_json()))
    return 0


def compare(given: argparse.Namespace) -> int:
    """The settings in which two runs differ."""
    differences = store_of(given).compare(given.run, given.other)
    if given.json:
        print(json.dumps([list(row) for row in differences], ensure_ascii=False))
        return 0
    if differences:
        show(table(("setting", given.run, given.other), differences, whole=["setting"]))
    else:
        show("The two runs have equal settings.")
    return 0


def export(given: argparse.Namespace) -> int:
    """One run as a zip file."""
    path = Path(given.to)
    store_of(given).export(given.run, path)
    print(json.dumps({"written": str(path)}) if given.json else f"Written to {path}.")
    return 0
