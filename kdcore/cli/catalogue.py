"""``methods``, ``datasets``, ``models``: what there is to choose from."""

import argparse
import json
import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kdcore.catalogue import DATASETS, LEFT_OUT, METHODS, MODELS, PRESETS, SCHEMES
from kdcore.cli.arguments import Commands
from kdcore.cli.output import show, table
from kdcore.jobs.run.config import RunConfig


def add_commands(commands: Commands) -> None:
    """The three, each with its flag."""
    for name, command in (("methods", methods), ("datasets", datasets), ("models", models)):
        entry = commands.add(name)
        entry.add_argument("--json", action="store_true", help="one JSON object a line")
        entry.set_defaults(command=command)


def suited_models(values: Mapping[str, Any]) -> dict[str, str]:
    """The pair of models that goes with the data set of ``values``."""
    source = DATASETS.get(values.get("dataset", RunConfig().dataset))
    return {"teacher": source.teacher, "student": source.student} if source else {}


def methods(options: argparse.Namespace) -> int:
    """The ways to use a teacher, and to arrange the teaching."""
    if options.json:
        _show(options, METHODS, ())
        return _show(options, SCHEMES, ())
    rows = [
        (
            name,
            method.title,
            method.acts_on.replace("_", " ") if method.loss else "—",
            ", ".join(f"{own}={about.default:g}" for own, about in method.settings.items()),
            method.source,
        )
        for name, method in METHODS.items()
    ]
    show(table(("name", "title", "acts on", "its own settings", "source"), rows, whole=["name"]))
    show("A setting goes behind the name: --method dkd:beta=2")
    examples = [
        (name, scheme.title, flags(scheme.settings), scheme.source)
        for name, scheme in SCHEMES.items()
    ]
    show(table(("scheme", "title", "for example", "source"), examples, whole=["scheme"]))
    return 0


def flags(settings: Mapping[str, Any]) -> str:
    """Settings as one types them."""
    return " ".join(
        f"--{name.replace('_', '-')} {shlex.quote(str(value))}" for name, value in settings.items()
    )


def datasets(options: argparse.Namespace) -> int:
    """The data sets that are chosen by name."""
    return _show(options, DATASETS, ("title", "classes", "input_shape", "offline", "licence"))


def models(options: argparse.Namespace) -> int:
    """The kinds of models, and pairs of the literature."""
    for problem in LEFT_OUT:
        print(f"kdcore: {problem}", file=sys.stderr)
    status = _show(options, MODELS, ("title", "example", "accepts"))
    if not options.json:
        for name, pair in PRESETS.items():
            show(f"pair {name}: --teacher {pair['teacher']} --student {pair['student']}")
    return status


def _show(options: argparse.Namespace, entries: Mapping[str, Any], columns: tuple[str, ...]) -> int:
    if options.json:
        for name, entry in entries.items():
            print(json.dumps({"name": name} | asdict(entry), ensure_ascii=False))
        return 0
    rows = [
        (name, *(getattr(entry, column) for column in columns)) for name, entry in entries.items()
    ]
    show(table(("name", *columns), rows, whole=["name"]))
    return 0
