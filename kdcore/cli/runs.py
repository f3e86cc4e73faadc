"""``runs``, ``show``, ``compare``, ``export``: what the store holds."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from kdcore.store import Store


def listing(given: argparse.Namespace) -> int:
    """The stored runs, newest first."""
    store = _store(given)
    if given.rebuild:
        store.rebuild()
    rows = store.runs()
    if given.json:
        for row in rows:
            print(json.dumps(asdict(row), ensure_ascii=False, default=str))
        return 0
    if not rows:
        Console().print("No run is stored yet: python -m kdcore run makes one.")
        return 0
    table = Table("run", "state", "data", "method", "T", "λ", "teacher", "plain", "distilled")
    for row in rows:
        config = row.config
        table.add_row(row.id, row.state, *(str(config[name]) for name in
                      ("dataset", "method", "temperature", "weight")),
                      *map(_percent, (row.teacher, row.plain, row.distilled)))  # fmt: skip
    Console().print(table)
    return 0


def show(given: argparse.Namespace) -> int:
    """One run, sweep or search: its settings and how it ended, or all its events."""
    folder = _store(given).job(given.run)
    events = folder.events()
    if given.events or given.json:
        for event in events:
            print(event.to_json())
        return 0
    table = Table("setting", "value", title=f"{folder.id}: {folder.state}")
    for name, value in folder.config.to_dict().items():
        table.add_row(name, str(value))
    Console().print(table)
    if events:
        Console().print(events[-1].to_json(), markup=False)
    return 0


def compare(given: argparse.Namespace) -> int:
    """The settings in which two runs differ."""
    differences = _store(given).compare(given.run, given.other)
    if given.json:
        print(json.dumps([list(row) for row in differences], ensure_ascii=False))
        return 0
    table = Table("setting", given.run, given.other)
    for name, one, other in differences:
        table.add_row(name, str(one), str(other))
    Console().print(table if differences else "The two runs have equal settings.")
    return 0


def export(given: argparse.Namespace) -> int:
    """One run as a zip file."""
    path = Path(given.to)
    _store(given).export(given.run, path)
    print(json.dumps({"written": str(path)}) if given.json else f"Written to {path}.")
    return 0


def _store(given: argparse.Namespace) -> Store:
    return Store(Path(given.store) if given.store else None)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.2%}"
