"""The flags: made from ``RunConfig``'s fields, so that a setting is described once."""

import argparse
import json
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

from kdcore.cli import catalogue, runs, sweep, train
from kdcore.config import RunConfig
from kdcore.errors import UserError
from kdcore.sweep_config import AXES


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
        print(f"kdcore: {message[0].upper()}{message[1:]}. See {self.prog} --help.",
              file=sys.stderr)  # fmt: skip
        sys.exit(2)


def parser() -> argparse.ArgumentParser:
    """All commands and flags."""
    root = OneLineParser(prog="python -m kdcore", description=__doc__, allow_abbrev=False)
    root.description = "See knowledge distillation happen, on the command line."
    commands = root.add_subparsers(metavar="COMMAND", required=True, parser_class=OneLineParser)
    _add_run(commands)
    _add_sweep(commands)
    _add_runs(commands)
    for name, command, help in (
        ("methods", catalogue.methods, "the ways to use a teacher, with their sources"),
        ("datasets", catalogue.datasets, "the data sets that are chosen by name"),
        ("models", catalogue.models, "the kinds of models"),
    ):
        entry = commands.add_parser(name, help=help, allow_abbrev=False)
        entry.add_argument("--json", action="store_true", help="one JSON object a line")
        entry.set_defaults(command=command)
    return root


def config_of(given: argparse.Namespace) -> RunConfig:
    """The run that the flags describe, on top of ``--config`` where that is given.

    A data set's own pair of models is taken where none is named.

    Raises:
        UserError: a bad value, or a file that cannot be read.
    """
    values: dict[str, Any] = {}
    if given.config:
        values |= _read(Path(given.config))
    names = [item.name for item in fields(RunConfig)]
    values |= {name: getattr(given, name) for name in names if getattr(given, name) is not None}
    return RunConfig.from_dict(catalogue.suited_models(values) | values)


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError("config_file", path=str(path), cause=error) from None
    if not isinstance(values, dict):
        raise UserError("config_file", path=str(path), cause="it holds no settings by name")
    return values


def _add_run(commands: Any) -> None:
    run = commands.add_parser("run", help="train and tell of it", allow_abbrev=False)
    run.set_defaults(command=lambda given: train.run(config_of(given), given))
    _add_settings(run)


def _add_sweep(commands: Any) -> None:
    entry = commands.add_parser(
        "sweep", help="a grid of students over T, λ and seeds, trained together",
        allow_abbrev=False,
    )  # fmt: skip
    entry.set_defaults(command=lambda given: sweep.sweep(config_of(given), given))
    for axis, setting in AXES.items():
        entry.add_argument(f"--{axis}", metavar="A,B,…", default=None,
                           help=f"values of {setting}, separated by commas")  # fmt: skip
    entry.add_argument(
        "--executor", choices=("auto", "joint", "processes", "ray"), default="auto",
        help="joint: one process; processes: one thread each; auto: what is quicker here",
    )  # fmt: skip
    entry.add_argument("--address", default="", metavar="HOST:PORT",
                       help="of a Ray cluster (default: one is started here)")  # fmt: skip
    _add_settings(entry)
    listing = commands.add_parser("sweeps", help="the stored sweeps", allow_abbrev=False)
    listing.set_defaults(command=sweep.sweeps)
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    _add_store(listing)


def _add_settings(entry: argparse.ArgumentParser) -> None:
    for item in fields(RunConfig):
        about = item.metadata
        help = about["help"]
        if about["choices"]:
            help += f": {', '.join(about['choices'])}"
        elif about["low"] is not None:
            help += f", from {about['low']} to {about['high']}"
        entry.add_argument(
            f"--{item.name.replace('_', '-')}", dest=item.name, metavar="VALUE",
            help=f"{help} (default: {item.default})".replace("%", "%%"),
        )  # fmt: skip
    entry.add_argument("--config", metavar="FILE", help="settings as JSON; flags override them")
    entry.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    _add_store(entry)


def _add_runs(commands: Any) -> None:
    listing = commands.add_parser("runs", help="the stored runs", allow_abbrev=False)
    listing.add_argument("--rebuild", action="store_true", help="make the index anew")
    listing.set_defaults(command=runs.listing)
    show = commands.add_parser("show", help="one stored run", allow_abbrev=False)
    show.set_defaults(command=runs.show)
    show.add_argument("--events", action="store_true", help="its events, one JSON object a line")
    compare = commands.add_parser("compare", help="two stored runs", allow_abbrev=False)
    compare.set_defaults(command=runs.compare)
    export = commands.add_parser("export", help="a stored run as one zip file", allow_abbrev=False)
    export.set_defaults(command=runs.export)
    export.add_argument("--to", required=True, metavar="FILE", help="the zip file to write")
    for entry in (show, compare, export):
        entry.add_argument("run", metavar="RUN", help="its id, the beginning of it, or last")
    compare.add_argument("other", metavar="OTHER", help="the run to lay beside it")
    for entry in (listing, show, compare, export):
        entry.add_argument("--json", action="store_true", help="one JSON object a line")
        _add_store(entry)


def _add_store(entry: argparse.ArgumentParser) -> None:
    entry.add_argument(
        "--store", metavar="DIR", default=None,
        help="where runs are kept (default: KDCORE_STORE or the user's data folder)",
    )  # fmt: skip
