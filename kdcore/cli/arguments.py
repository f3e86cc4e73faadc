"""The parser of all commands, or of the one that is asked for: its flags alone are loaded then."""

import argparse
import sys
from pkgutil import resolve_name
from typing import NoReturn

from kdcore.cli.overview import COMMANDS


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with status 2."""
        print(
            f"kdcore: {message[0].upper()}{message[1:]}. See {self.prog} --help.", file=sys.stderr
        )
        sys.exit(2)


class Commands:
    """What commands are added to; their names, aliases and lines are those of the overview."""

    def __init__(self, root: argparse.ArgumentParser) -> None:
        self._parsers = root.add_subparsers(
            metavar="COMMAND", required=True, parser_class=OneLineParser
        )

    def add(self, name: str, description: str | None = None) -> argparse.ArgumentParser:
        """The parser of a command, without flags."""
        command = COMMANDS[name]
        parser: argparse.ArgumentParser = self._parsers.add_parser(
            name,
            help=command.help,
            aliases=command.aliases,
            description=description,
            allow_abbrev=False,
        )
        return parser


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """All commands.

    Args:
        only: a command whose flags alone are wanted, with those of its group; another name, none
            are; default: those of all.
    """
    root = OneLineParser(prog="python -m kdcore", allow_abbrev=False)
    root.description = "Watch knowledge distillation on the command line."
    commands = Commands(root)
    groups: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, command in COMMANDS.items():
        groups.setdefault(command.add, {})[name] = command.aliases
    for add, names in groups.items():
        if only is None or only in names or any(only in aliases for aliases in names.values()):
            resolve_name(add)(commands)
        else:
            for name in names:
                commands.add(name)
    return root


def parse(arguments: list[str]) -> argparse.Namespace:
    """What is asked for, with as little loaded as it takes."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    return parser(only=command).parse_args(arguments)
