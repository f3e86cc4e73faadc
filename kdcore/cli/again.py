"""``again``: a stored job once more, with other settings."""

import argparse
from pkgutil import resolve_name

from kdcore.cli.arguments import Commands
from kdcore.cli.flags import WHICH, add_store
from kdcore.cli.ranks import processes
from kdcore.cli.resume import store_of
from kdcore.errors import UserError
from kdcore.jobs.changed import changed


def add_command(commands: Commands) -> None:
    """``again`` and its flags."""
    entry = commands.add(
        "again",
        "Repeat a stored job of any kind. Settings have the names that compare prints; "
        "lists are separated by commas, models by spaces, a range is LOW:HIGH.",
    )
    # what only the commands of single kinds ask for
    entry.set_defaults(command=again, executor="auto", address="", track=[], track_folder=".")
    entry.add_argument("job", metavar="JOB", help=WHICH)
    entry.add_argument(
        "--set",
        dest="changes",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a setting that is another one, such as epochs=8, temperatures=1,4 or base.lr=0.01; "
        "may be repeated",
    )
    entry.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    add_store(entry)


def again(options: argparse.Namespace) -> int:
    """Execute a new job with the settings of a stored one and those given; the exit status."""
    if processes() > 1:
        raise UserError("one_process", command="again")
    changes = {}
    for text in options.changes:
        name, given, value = text.partition("=")
        if not given:
            raise UserError("not_an_assignment", text=text)
        changes[name.strip().replace("-", "_")] = value
    store = store_of(options)
    stored = store.find(options.job)
    folder = store.create(changed(stored.config, changes))
    status: int = resolve_name(folder.kind.carry_out)(folder, options)
    return status
