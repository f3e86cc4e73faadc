"""The commands of stored jobs: listings of every kind, and what can be done with one or a few."""

from kdcore.cli import jobs, trash
from kdcore.cli.arguments import Commands
from kdcore.cli.flags import WHICH, add_store
from kdcore.jobs.kind import KINDS


def add_listings(commands: Commands) -> None:
    """``jobs``, and a filter of it for every kind."""
    for kind in (None, *KINDS.values()):
        entry = commands.add(kind.plural if kind else "jobs")
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


def add_commands(commands: Commands) -> None:
    """What can be done with one stored job or a few."""
    entries = {}
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
        entries[name] = commands.add(name)
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
