"""The flags: made from ``RunConfig``'s fields, so that a setting is described once."""

import argparse
import json
import sys
from collections.abc import Collection
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, NoReturn

from kdcore.catalogue import models_spec
from kdcore.cli import (
    catalogue,
    choose_teacher,
    compress,
    jobs,
    preview,
    search,
    sweep,
    train,
    trash,
)
from kdcore.errors import UserError
from kdcore.jobs.compression.config import STAGES, CompressionConfig
from kdcore.jobs.kind import KINDS, RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import AXES as SEARCH_AXES
from kdcore.jobs.search.config import SYNTAX, SearchConfig
from kdcore.jobs.sweep.config import AXES
from kdcore.settings import checked
from kdcore.store.upgrade import LaterFormatError, read_settings

ALIASES = {"compressions": ["shrinks"]}
"""Older names of listings."""
WHICH = "its id, the beginning of it, or last"
MOST_CONFIG = 1 << 20
"""Bytes of a file of settings."""


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
    _add_run(commands)
    _add_sweep(commands)
    _add_search(commands)
    _add_choose_teacher(commands)
    _add_compress(commands)
    _add_listings(commands)
    _add_stored(commands)
    _add_preview(commands)
    for name, command, help in (
        ("methods", catalogue.methods, "the distillation methods and setups, with their sources"),
        ("datasets", catalogue.datasets, "the data sets that are chosen by name"),
        ("models", catalogue.models, "the model families"),
    ):
        entry = commands.add_parser(name, help=help, allow_abbrev=False)
        entry.add_argument("--json", action="store_true", help="one JSON object a line")
        entry.set_defaults(command=command)
    return root


def config_of(options: argparse.Namespace) -> RunConfig:
    """The run that the flags describe, on top of ``--config`` where that is given.

    A data set's own pair of models is taken where none is named.

    Raises:
        UserError: a bad value, or a file that cannot be read.
    """
    values = settings_of(options)
    if not isinstance(values.get("dataset", ""), str):
        checked("dataset", values["dataset"], RunConfig)
    return RunConfig.from_dict(catalogue.suited_models(values) | values)


def settings_of(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that are named, by flags or in ``--config``.

    Raises:
        UserError: the file cannot be read.
    """
    values = _read(Path(options.config)) if options.config else {}
    names = [item.name for item in fields(RunConfig)]
    values |= {name: value for name in names if (value := getattr(options, name, None)) is not None}
    if isinstance(values.get("teacher"), list):
        values["teacher"] = models_spec(values["teacher"])
    return values


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.exists() and not path.is_file():
            raise UserError("config_not_a_file", path=str(path))
        if path.stat().st_size > MOST_CONFIG:
            raise UserError("config_too_large", path=str(path), most=MOST_CONFIG >> 10)
        values = json.loads(path.read_bytes())  # UTF-16 too, as it says of itself
    except OSError as error:
        cause = error.strerror or str(error)
        raise UserError("config_file", path=str(path), cause=cause) from None
    except RecursionError:
        cause = "its brackets are nested too deep"
        raise UserError("config_file", path=str(path), cause=cause) from None
    except ValueError as error:
        if isinstance(error, UserError):
            raise
        raise UserError("config_file", path=str(path), cause=error) from None
    if not isinstance(values, dict):
        raise UserError("config_file", path=str(path), cause="it holds no settings by name")
    try:  # it may be that of a stored run
        return read_settings(values, RUN.name)[0]
    except (ValueError, LaterFormatError) as error:
        raise UserError("config_file", path=str(path), cause=error) from None


def _run(options: argparse.Namespace) -> int:
    if options.resume:
        return train.resume(options)
    if options.branch:
        return train.branch_off(settings_of(options), options)
    return train.run(config_of(options), options)


def _sweep(options: argparse.Namespace) -> int:
    return sweep.resume(options) if options.resume else sweep.sweep(config_of(options), options)


def _add_run(commands: Any) -> None:
    run = commands.add_parser("run", help="train and report", allow_abbrev=False)
    run.set_defaults(command=_run)
    _add_resume(run, "RUN")
    run.add_argument(
        "--branch",
        metavar="RUN",
        default=None,
        help="begin at an epoch of a stored run; settings that are given replace its own",
    )
    run.add_argument(
        "--from-epoch",
        metavar="N",
        default=None,
        help="with --branch: where it begins (default: at the last one)",
    )
    _add_settings(run)


def _add_sweep(commands: Any) -> None:
    entry = commands.add_parser(
        "sweep", help="a grid of students over T, λ and seeds, trained together", allow_abbrev=False
    )
    entry.set_defaults(command=_sweep)
    _add_resume(entry, "SWEEP")
    for axis, setting in AXES.items():
        entry.add_argument(
            f"--{axis}",
            metavar="A,B,…",
            default=None,
            help=f"values of {setting}, separated by commas",
        )
    entry.add_argument(
        "--published",
        action="store_true",
        help="compare methods (--methods all for all), each with its paper's T, λ and mixing",
    )
    entry.add_argument(
        "--executor",
        choices=("auto", "joint", "processes", "ray"),
        default="auto",
        help="joint: one process; processes: one thread each; auto: whichever is faster here",
    )
    entry.add_argument(
        "--address",
        default="",
        metavar="HOST:PORT",
        help="of a Ray cluster (default: one is started here)",
    )
    _add_settings(entry)


def _add_search(commands: Any) -> None:
    entry = commands.add_parser(
        "search",
        help="search for the best student, evaluated on validation data",
        description="T goes from 1 to 20 and λ from 0 to 1 unless they are given; any other "
        "axis that is not given has one value, its default or that of --config.",
        allow_abbrev=False,
    )
    entry.set_defaults(command=lambda options: search.search(_of_one_student(options), options))
    for axis, (metavar, syntax) in SYNTAX.items():
        entry.add_argument(
            f"--{axis}",
            dest=f"axis_{axis}",
            metavar=metavar,
            default=None,
            help=f"{SEARCH_AXES[axis].setting}: {syntax}",
        )
    for item in fields(SearchConfig):
        if item.metadata and item.name != "seed":  # the run's seed is the search's too
            _add_setting(entry, item)
    _add_resume(entry, "SEARCH")
    axes = [axis.setting for axis in SEARCH_AXES.values()]
    _add_settings(entry, without=(*axes, "students"))


def _add_choose_teacher(commands: Any) -> None:
    entry = commands.add_parser(
        "choose-teacher", help="compare several teachers by several criteria", allow_abbrev=False
    )
    entry.set_defaults(
        command=lambda options: choose_teacher.choose_teacher(_of_one_student(options), options)
    )
    entry.add_argument(
        "--teachers",
        metavar="MODEL …",
        required=True,
        help="models in one argument, separated by spaces: 'mlp:64 mlp:256,128'",
    )
    entry.add_argument(
        "--seeds",
        metavar="A,B,…",
        default=None,
        help="of the students, separated by commas (default: the run's seed)",
    )
    _add_settings(entry, without=("teacher", "students"))


def _add_compress(commands: Any) -> None:
    entry = commands.add_parser(
        "compress",
        aliases=["shrink"],
        help="compress a run's distilled student in several ways",
        description="Every stage starts from the distilled student of RUN and is re-distilled. "
        "T, λ and learning rate are those with which the run began unless they are given. The "
        "method is the run's; a method on features is replaced by kd with its default T and λ.",
        allow_abbrev=False,
    )
    entry.set_defaults(command=compress.compress)
    entry.add_argument("run", metavar="RUN", nargs="?", help=WHICH)
    _add_resume(entry, "COMPRESSION")
    entry.add_argument(
        "--stages",
        metavar="A,B,…",
        default=None,
        help=f"of {', '.join(STAGES)} (default: all that suit the student)",
    )
    for item in fields(CompressionConfig):
        if item.metadata:
            _add_setting(entry, item)
    for name in compress.OF_THE_LOSS:
        entry.add_argument(
            f"--{name}",
            metavar="VALUE",
            default=None,
            help="of the re-distillation (default: the run's)",
        )
    entry.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    _add_store(entry)


def _of_one_student(options: argparse.Namespace) -> RunConfig:
    """The run that the flags describe, without the plain student beside the distilled one."""
    return config_of(options).replace(students="distilled")


def _add_resume(entry: argparse.ArgumentParser, metavar: str) -> None:
    entry.add_argument(
        "--resume",
        metavar=metavar,
        default=None,
        help="continue a stored one, by its id or last; other settings are ignored",
    )


def _add_settings(entry: argparse.ArgumentParser, without: Collection[str] = ()) -> None:
    for item in fields(RunConfig):
        if item.name not in without:
            _add_setting(entry, item)
    entry.add_argument("--config", metavar="FILE", help="settings as JSON; flags override them")
    entry.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    _add_store(entry)


def _add_setting(entry: argparse.ArgumentParser, item: Field[Any]) -> None:
    about = item.metadata
    help = about["help"]
    if about["choices"]:
        help += f": {', '.join(about['choices'])}"
    elif about["low"] is not None:
        help += f", from {about['low']} to {about['high']}"
    entry.add_argument(
        f"--{item.name.replace('_', '-')}",
        dest=item.name,
        metavar="VALUE",
        help=f"{help} (default: {item.default})".replace("%", "%%"),
        action="append" if item.name == "teacher" else "store",
    )


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
        entry.add_argument("--json", action="store_true", help="one JSON object a line")
        _add_store(entry)


def _add_stored(commands: Any) -> None:
    """What can be done with one stored job or a few."""
    entries = {
        name: commands.add_parser(name, help=help, allow_abbrev=False)
        for name, help in (
            ("show", "one stored job"),
            ("compare", "two stored jobs"),
            ("export", "a stored job as one zip file"),
            ("note", "write a note to a stored job"),
            ("rename", "give a stored job a name; its id stays"),
            ("delete", "move jobs to the trash"),
            ("restore", "bring deleted jobs back"),
            ("trash", "what was deleted"),
        )
    }
    for name, command in (
        ("show", jobs.show_job),
        ("compare", jobs.compare),
        ("export", jobs.export),
        ("note", jobs.note),
        ("rename", jobs.rename),
        ("delete", trash.delete),
        ("restore", trash.restore),
        ("trash", trash.trash),
    ):
        entries[name].set_defaults(command=command)
    for name in ("show", "compare", "export", "note", "rename"):
        entries[name].add_argument("job", metavar="JOB", help=WHICH)
    for name in ("delete", "restore"):
        entries[name].add_argument(
            "jobs", metavar="JOB", nargs="+", help="an id, or the beginning of one"
        )
    entries["show"].add_argument(
        "--events", action="store_true", help="its events, one JSON object a line"
    )
    entries["compare"].add_argument("other", metavar="OTHER", help="the job to compare it with")
    entries["export"].add_argument("--to", required=True, metavar="FILE", help="zip file to write")
    entries["note"].add_argument("text", metavar="TEXT", help="the note; empty for none")
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
        _add_store(entry)


def _add_preview(commands: Any) -> None:
    entry = commands.add_parser(
        "preview", help="what is in data, before anything is trained", allow_abbrev=False
    )
    entry.set_defaults(
        command=lambda options: preview.preview(config_of(options), options), config=None
    )
    entry.add_argument(
        "dataset", metavar="DATA", help="a folder, archive or CSV of your own, or a name"
    )
    for item in fields(RunConfig):
        if item.name in ("data_root", "image_size", "label_column"):
            _add_setting(entry, item)
    entry.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    _add_store(entry)


def _add_store(entry: argparse.ArgumentParser) -> None:
    entry.add_argument(
        "--store",
        metavar="DIR",
        default=None,
        help="where runs are kept (default: KDCORE_STORE or the user's data folder)",
    )
