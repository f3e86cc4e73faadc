"""``python -m dashboard export-lesson DIR``: exit status 0 done, 2 the arguments are wrong."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from dashboard.export.folder import write_folder
from dashboard.lessons.finding import lessons
from dashboard.text.errors import sentence
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.phrases import phrase
from kdcore.errors import UserError
from kdcore.escapes import write_anything

MEGABYTE = 1_000_000


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; lessons that cannot be read are named and left out.

    Returns:
        The exit status.
    """
    write_anything()
    options = _parser().parse_args(arguments)
    spoken = words(options.lang)
    try:
        with Console(stderr=True).status("") as status:  # drawn on a terminal alone
            written = write_folder(
                options.folder, options.run, force=options.force, begin=status.update
            )
    except UserError as error:
        said = sentence(spoken, f"error.{error.code}", error.values)
        print(f"dashboard: {said or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    for problem in lessons().errors:
        print("\n".join(problem.lines(spoken)), file=sys.stderr)
    counts = {"files": written.files, "megabytes": written.bytes / MEGABYTE}
    print(phrase(spoken, "component.static.written", folder=written.folder, **counts))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dashboard")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "export-lesson",
        help="write recorded runs and lessons as a folder of pages that need no Python",
        description="Write recorded runs and lessons as a folder of static pages, which opens "
        "from a web server or a memory stick without a network.",
    )
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
    return parser


if __name__ == "__main__":
    sys.exit(main())
