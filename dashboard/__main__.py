"""``python -m dashboard COMMAND``: exit status 0 done, 2 the arguments are wrong."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from dashboard.export.folder import write_folder
from dashboard.export.report import write_report
from dashboard.lessons.finding import lessons
from dashboard.text.errors import sentence
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.phrases import phrase
from kdcore.errors import UserError
from kdcore.escapes import write_anything

MEGABYTE = 1_000_000


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command.

    Returns:
        The exit status.
    """
    write_anything()
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except UserError as error:
        said = sentence(words(options.lang), f"error.{error.code}", error.values)
        print(f"dashboard: {said or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _export_lesson(options: argparse.Namespace) -> None:
    """Write the folder; lessons that cannot be read are named and left out."""
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
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
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
