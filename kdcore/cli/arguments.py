"""All commands: those of every kind of job, and what can be done with stored jobs."""

import argparse
import sys
from pkgutil import resolve_name
from typing import Any, NoReturn

from kdcore.cli import again, catalogue, export, jobs, preview, trash
from kdcore.cli.flags import WHICH, add_store
from kdcore.jobs.kind import KINDS

ALIASES = {"compressions": ["shrinks"]}
"""Older names of listings."""


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
        print(
            f"kdcore: {message[0].upper()}{message[1:]}. See {self.prog} --help.", file=sys.stderr
        )
        sys.exit(2)


def parser() -> argparse.ArgumentParser:
    """All commands and flags."""
    root = OneLineParser(prog="python -m kdcore", description=__doc__, allow_abbrev=False)
    root.description = "Watch knowledge distillation on the command line."
    commands = root.add_subparsers(metavar="COMMAND", required=True, parser_class=OneLineParser)
    for kind in KINDS.values():
        resolve_name(kind.command)(commands)
    again.add_command(commands)
    _add_listings(commands)
    _add_stored(commands)
    export.add_command(commands)
    preview.add_command(commands)
    for name, command, help in (
        ("methods", catalogue.methods, "the distillation methods and setups, with their sources"),
        ("datasets", catalogue.datasets, "the data sets that are chosen by name"),
        ("models", catalogue.models, "the model families"),
    ):
        entry = commands.add_parser(name, help=help, allow_abbrev=False)
        entry.add_argument("--json", action="store_true", help="one JSON object a line")
        entry.set_defaults(command=command)
    return root


def _add_listings(commands: Any) -> None:
    """``jobs``, and a filter of it for every kind."""
    for kind in (None, *KINDS.values()):
        plural = kind.plural if kind else "jobs"
        entry = commands.add_parser(
            plural,
            aliases=ALIASES.get(plural, []),
            help=f"the stored {plural.replace('-', ' ')}",
            allow_abbrev=False,
        )
        entry.set_defaults(command=jobs.list_jobs, kind=kind.name if kind else "")
        entry.add_argument(
            "--rebuild", action="store_true", help="rebuild the index and say what it leaves out"
        )
        entry.add_argument("--starred", action="store_true", help="those alone that are starred")
        entry.add_argument(
            "--search",
            default="",
            metavar="WORDS",
            help='those whose line or note has all of these; "several words" in quotes are one',
        )
        entry.add_argument("--json", action="store_true", help="one JSON object a line")
        add_store(entry)


def _add_stored(commands: Any) -> None:
    """What can be done with one stored job or a few."""
    entries = {
        name: commands.add_parser(name, help=help, allow_abbrev=False)
        for name, help in (
            ("show", "one stored job"),
            ("compare", "two or more stored jobs"),
            ("note", "write a note to a stored job or to a moment of a run, or read them"),
            ("rename", "give a stored job a name; its id stays"),
            ("star", "mark a stored job so that it is found again"),
            ("delete", "move jobs to the trash"),
            ("restore", "bring deleted jobs back"),
            ("trash", "what was deleted"),
        )
    }
    for name, command in (
        ("show", jobs.show_job),
        ("compare", jobs.compare),
        ("note", jobs.note),
        ("rename", jobs.rename),
        ("star", jobs.star),
        ("delete", trash.delete),
        ("restore", trash.restore),
        ("trash", trash.trash),
    ):
        entries[name].set_defaults(command=command)
    for name in ("show", "compare", "note", "rename", "star"):
        entries[name].add_argument("job", metavar="JOB", help=WHICH)
    for name in ("delete", "restore"):
        entries[name].add_argument(
            "jobs", metavar="JOB", nargs="+", help="an id, or the beginning of one"
        )
    entries["show"].add_argument(
        "--events", action="store_true", help="its events, one JSON object a line"
    )
    entries["compare"].add_argument(
        "others", metavar="OTHER", nargs="+", help="a job to compare it with"
    )
    entries["star"].add_argument("--off", action="store_true", help="take the mark away")
    entries["note"].add_argument(
        "text", metavar="TEXT", nargs="?", help="the note; empty for none; without it all are shown"
    )
    entries["note"].add_argument(
        "--epoch", type=float, metavar="EPOCH", help="pin it to this moment of a run"
    )
    entries["rename"].add_argument("name", metavar="NAME", help="the name; empty for none")
    entries["trash"].add_argument("--empty", action="store_true", help="delete it for good")
    entries["trash"].add_argument(
        "--older-than",
        metavar="DAYS",
        default="0",
        help="with --empty: only what was deleted longer ago",
    )
    for entry in entries.values():
        entry.add_argument("--json", action="store_true", help="one JSON object a line")
        add_store(entry)
