"""``preview``: what is in data of one's own, before anything is trained."""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kdcore.cli.arguments import Commands
from kdcore.cli.execute import follow
from kdcore.cli.flags import add_setting, add_store, config_of
from kdcore.events import Event, Preview, Progress
from kdcore.inputs import Text
from kdcore.job import with_failures
from kdcore.jobs.run.config import RunConfig
from kdcore.store import Store

MOST_CLASSES = 20
"""Classes that are listed."""


def add_command(commands: Commands) -> None:
    """``preview`` and its flags."""
    entry = commands.add("preview")
    entry.set_defaults(command=lambda options: preview(config_of(options), options), config=None)
    entry.add_argument(
        "dataset", metavar="DATA", help="a folder, archive or CSV of your own, or a name"
    )
    for item in fields(RunConfig):
        if item.name in ("data_root", "image_size", "label_column"):
            add_setting(entry, item)
    entry.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    add_store(entry)


def preview(config: RunConfig, options: argparse.Namespace) -> int:
    """Read the data of ``config`` and show them; 0 if they can be used, 2 if not."""
    root = Store(Path(options.store) if options.store else None).root
    events = with_failures(_events(config, root), config)
    return follow(events, as_json=options.json, for_people=_print_for_people)[1]


def _events(config: RunConfig, root: Path) -> Iterator[Event]:
    from kdcore.data import load_dataset, preview_of  # noqa: PLC0415  (torch takes a second)

    yield preview_of((yield from load_dataset(config, root)))


def _print_for_people(events: Iterable[Event]) -> Event | None:
    console = Console(highlight=False)
    last = None
    with console.status("") as status:
        for last in events:
            if isinstance(last, Progress):
                share = f" {last.done / last.total:.0%}" if last.total else f" {last.done:,}"
                status.update(escape(f"{last.task} {last.detail}{share}"))
    if isinstance(last, Preview):
        _print(console, last)
    return last


def _print(console: Console, found: Preview) -> None:
    total = found.train_size + found.validation_size + found.test_size
    console.print(
        f"{found.name}: {total:,} examples ({found.train_size:,} training, "
        f"{found.validation_size:,} validation, {found.test_size:,} test), {found.description}",
        markup=False,
    )
    table = Table("class", "training", "validation", "test")
    for one in found.classes[:MOST_CLASSES]:
        table.add_row(escape(one.name), *map(str, (one.train, one.validation, one.test)))
    console.print(table)
    if (more := len(found.classes) - MOST_CLASSES) > 0:
        console.print(f"and {more:,} more classes")
    if found.input_kind == Text.name:
        for example in found.examples:
            console.print(f"{example.class_name}: {example.values[0]}", markup=False)
    if found.columns:
        rows = Table("class", *map(escape, found.columns))
        for example in found.examples:
            rows.add_row(escape(example.class_name), *(f"{value:.12g}" for value in example.values))
        console.print(rows)
    console.print(
        f"Models that suit: {', '.join(found.families)}; for example "
        f"--teacher {found.teacher} --student {found.student}",
        markup=False,
        soft_wrap=True,
    )
