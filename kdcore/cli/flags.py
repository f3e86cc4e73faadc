"""Flags that several commands have: the settings of a run, where jobs are kept, what goes on."""

import argparse
import json
from collections.abc import Collection
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from kdcore.catalogue import models_spec
from kdcore.cli import catalogue
from kdcore.errors import UserError
from kdcore.exports.repeated import exported_settings
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.settings import checked
from kdcore.store.upgrade import LaterFormatError, read_settings

WHICH = "its id, the beginning of it, or last"
MOST_CONFIG = 1 << 20
"""Bytes of a file of settings."""


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
    """The settings that are named, by flags, in ``--config`` or by ``--from``.

    Raises:
        UserError: the file cannot be read.
    """
    repeated = getattr(options, "repeated", None)
    values = exported_settings(Path(repeated)) if repeated else {}
    values |= _read(Path(options.config)) if options.config else {}
    names = [item.name for item in fields(RunConfig)]
    values |= {name: value for name in names if (value := getattr(options, name, None)) is not None}
    teachers = values.get("teacher")
    if isinstance(teachers, list) and all(isinstance(one, str) for one in teachers):
        values["teacher"] = models_spec(teachers)
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


def of_one_student(options: argparse.Namespace) -> RunConfig:
    """The run that the flags describe, without the plain student beside the distilled one."""
    return config_of(options).replace(students="distilled")


def add_resume(entry: argparse.ArgumentParser, metavar: str) -> None:
    """``--resume`` with the id of a stored one."""
    entry.add_argument(
        "--resume",
        metavar=metavar,
        default=None,
        help="continue a stored one, by its id or last; other settings are ignored",
    )


def add_settings(entry: argparse.ArgumentParser, without: Collection[str] = ()) -> None:
    """A flag for every setting of a run, ``--config``, ``--json`` and ``--store``."""
    for item in fields(RunConfig):
        if item.name not in without:
            add_setting(entry, item, several=item.name == "teacher")
    entry.add_argument("--config", metavar="FILE", help="settings as JSON; flags override them")
    entry.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    add_store(entry)


def add_setting(entry: argparse.ArgumentParser, item: Field[Any], *, several: bool = False) -> None:
    """A flag with the name, help and range of a field that ``kdcore.settings.setting`` made.

    Args:
        entry: of the command.
        item: the field.
        several: whether it may be given more than once.
    """
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
        action="append" if several else "store",
    )


def add_store(entry: argparse.ArgumentParser) -> None:
    """``--store``."""
    entry.add_argument(
        "--store",
        metavar="DIR",
        default=None,
        help="where runs are kept (default: KDCORE_STORE or the user's data folder)",
    )
