"""``python -m dashboard``: the app, for this computer or shared with a class.

``python -m dashboard COMMAND`` writes pages without Python. Exit status 0 done, 2 the arguments are
wrong.
"""

import argparse
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dashboard.server.sharing import (
    EVERYBODY,
    HERE,
    SHARE,
    is_shared_by_environment,
    network_addresses,
)
from dashboard.text.errors import sentence
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.phrases import phrase
from kdcore.errors import UserError
from kdcore.escapes import write_anything

MEGABYTE = 1_000_000
CONFIG = Path(".streamlit") / "config.toml"


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command, or start the app.

    Returns:
        The exit status.
    """
    write_anything()
    options = _parser().parse_args(arguments)
    if options.command is None:
        start(share=options.share or is_shared_by_environment(), port=options.port)
        return 0
    try:
        options.command(options)
    except UserError as error:
        said = sentence(words(options.lang), f"error.{error.code}", error.values)
        print(f"dashboard: {said or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def start(*, share: bool, port: int | None = None) -> None:
    """Start the app and stay until it is ended.

    Args:
        share: with the network, and with the links for a class; else this computer alone.
        port: to listen on; default: Streamlit's.
    """
    if share:
        os.environ[SHARE] = "1"
    from dashboard.app import app  # noqa: PLC0415  (Streamlit reads its settings when it is made)

    app.run(config=server_settings(share=share, port=port))


def server_settings(*, share: bool, port: int | None = None) -> dict[str, Any]:
    """Streamlit's settings: the project's, wherever it is started, and the address."""
    file = Path(__file__).parents[1] / CONFIG
    elsewhere = file.is_file() and not (CONFIG.is_file() and CONFIG.samefile(file))
    found = dict(_flat(tomllib.loads(file.read_text("utf-8")))) if elsewhere else {}
    if port:
        found["server.port"] = port
    if not share:
        return found | {"server.address": HERE[0]}
    return found | {
        "server.address": EVERYBODY,
        "browser.serverAddress": network_addresses()[0],  # or the internet would be asked for one
        "client.showErrorDetails": "none",  # what a class need not see stands in the terminal
    }


def _flat(values: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _export_lesson(options: argparse.Namespace) -> None:
    """Write the folder; lessons that cannot be read are named and left out."""
    # what exports is not loaded for the app
    from rich.console import Console  # noqa: PLC0415

    from dashboard.export.folder import write_folder  # noqa: PLC0415
    from dashboard.lessons.finding import lessons  # noqa: PLC0415

    spoken = words(options.lang)
    with Console(stderr=True).status("") as status:  # drawn on a terminal alone
        written = write_folder(
            options.folder, options.run, force=options.force, begin=status.update
        )
    for problem in lessons().errors:
        print("\n".join(problem.lines(spoken)), file=sys.stderr)
    counts = {"files": written.files, "megabytes": written.bytes / MEGABYTE}
    print(phrase(spoken, "component.static.written", folder=written.folder, **counts))


def _export_report(options: argparse.Namespace) -> None:
    from dashboard.export.report import write_report  # noqa: PLC0415  (not for the app)

    size = write_report(options.run, options.file, options.lang)
    megabytes = size / MEGABYTE
    print(
        phrase(
            words(options.lang),
            "component.static.report_written",
            file=options.file,
            megabytes=megabytes,
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dashboard")
    parser.description = "Start the app: for this computer alone, or shared with a class."
    parser.add_argument(
        "--share",
        action="store_true",
        help="let others in the network open it: they look, you steer (also KDCORE_SHARE=1)",
    )
    parser.add_argument("--port", type=int, help="to listen on; default: 8501")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(metavar="COMMAND")
    command = commands.add_parser(
        "export-lesson",
        help="write recorded runs and lessons as a folder of pages that need no Python",
        description="Write recorded runs and lessons as a folder of static pages, which opens "
        "from a web server or a memory stick without a network.",
    )
    command.set_defaults(command=_export_lesson)
    command.add_argument("folder", type=Path, metavar="DIR", help="is made; must be empty")
    command.add_argument(
        "--run",
        action="append",
        default=[],
        metavar="ID",
        help="write a finished or stopped run of yours too, or the last one; may be repeated",
    )
    command.add_argument(
        "--force", action="store_true", help="write over the files of an earlier export"
    )
    command.add_argument("--lang", choices=list(LANGUAGES), default="en", help="of the messages")
    command = commands.add_parser(
        "export-report",
        help="write a run as one HTML file: verdict, charts, settings and notes",
        description="Write a run as one HTML file that opens in a browser without a network: its "
        "verdict, its charts, which can be zoomed and scrubbed, its settings and its notes.",
    )
    command.set_defaults(command=_export_report)
    command.add_argument("run", metavar="RUN", help="its id, the beginning of it, or last")
    command.add_argument("file", type=Path, metavar="FILE", help="ends in .html")
    command.add_argument(
        "--lang", choices=list(LANGUAGES), default="en", help="that the report opens with"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
