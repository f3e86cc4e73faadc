"""``robustness``: a run's networks on corrupted and attacked test images."""

import argparse
from collections.abc import Iterable
from dataclasses import fields
from functools import partial

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from kdcore.catalogue import CORRUPTIONS
from kdcore.catalogue.corruptions import SEVERITIES
from kdcore.cli.arguments import Commands
from kdcore.cli.execute import execute
from kdcore.cli.flags import WHICH, add_setting, add_store
from kdcore.cli.output import console, plain, table
from kdcore.cli.ranks import processes
from kdcore.cli.resume import folded, store_of
from kdcore.errors import UserError
from kdcore.events import Event
from kdcore.job import Job
from kdcore.jobs.kind import RUN
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.robustness.events import (
    Comparison,
    CorruptionMeasured,
    Estimate,
    RobustnessFinished,
)
from kdcore.jobs.robustness.record import RobustnessRecord
from kdcore.jobs.sweep.config import parse_axis
from kdcore.store import JobFolder


def add_command(commands: Commands) -> None:
    """``robustness`` and its flags."""
    entry = commands.add(
        "robustness",
        "Teacher, plain and distilled student of RUN answer its test images, which are "
        "corrupted or attacked in five severities. Nothing is trained.",
    )
    entry.set_defaults(command=robustness)
    entry.add_argument("run", metavar="RUN", nargs="?", help=WHICH)
    entry.add_argument(
        "--corruptions",
        metavar="A,B,…",
        default=None,
        help=f"of {', '.join(CORRUPTIONS)} (default: all)",
    )
    for item in fields(RobustnessConfig):
        if item.metadata:
            add_setting(entry, item)
    entry.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    add_store(entry)


def robustness(options: argparse.Namespace) -> int:
    """Test a run's networks; the exit status."""
    if processes() > 1:
        raise UserError("one_process", command="robustness")
    if options.run is None:
        raise UserError("robustness_what")
    store = store_of(options)
    run = store.find(options.run, RUN)
    changes = {
        item.name: value
        for item in fields(RobustnessConfig)
        if item.metadata and (value := getattr(options, item.name)) is not None
    }
    asked = options.corruptions
    corruptions = parse_axis("corruptions", asked) if asked is not None else ()
    config = RobustnessConfig.of(run.id, run.config, corruptions=corruptions, **changes)
    return carry_out(store.create(config), options)


def carry_out(folder: JobFolder[RobustnessConfig], options: argparse.Namespace) -> int:
    """Execute a stored robustness test; the exit status."""
    for_people = partial(_print_for_people, folder=folder)
    return execute(Job(folder.config, folder), as_json=options.json, for_people=for_people)[1]


def _print_for_people(events: Iterable[Event], folder: JobFolder[RobustnessConfig]) -> Event | None:
    out = console()
    found = RobustnessRecord()
    last = None
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("reading", total=1.0)
        for last in folded(found, folder, events):
            progress.update(task, completed=found.done)
            if isinstance(last, CorruptionMeasured):
                step = f"{last.corruption} {last.severity}/{SEVERITIES}" if last.severity else ""
                progress.update(task, description=step or last.corruption)
    if found.started and found.clean:
        out.print(_accuracies(found), crop=False)
        out.print(
            plain(
                f"Accuracy in % on {found.started.examples:,} test examples: clean, then by "
                "severity. An attack is against each network by its own gradient."
            )
        )
        if found.started.not_attacked:
            out.print(
                plain(f"Without a gradient, not attacked: {', '.join(found.started.not_attacked)}.")
            )
    if isinstance(last, RobustnessFinished):
        for name, comparison in (("corruptions", last.corruptions), ("attacks", last.attacks)):
            if comparison:
                out.print(plain(_means(name, comparison)))
        out.print(f"{last.state} after {last.seconds:.1f} s: {last.robustness}")
    return last


def _accuracies(found: RobustnessRecord) -> Table:
    assert found.started is not None
    severities = ["clean", *(str(severity) for severity in range(1, SEVERITIES + 1))]
    rows = [
        (
            corruption,
            learner,
            *(f"{100 * quality.accuracy:.1f}" for _, quality in found.course(corruption, learner)),
        )
        for corruption, measured in found.measured.items()
        for learner in measured[-1].learners
    ]
    columns = ("corruption", "learner", *severities)
    padded = [(*row, *[""] * (len(columns) - len(row))) for row in rows]
    return table(columns, padded, whole=columns[:2], right=severities)


def _means(name: str, comparison: Comparison) -> str:
    """Mean accuracies, and the difference between the students with what chance leaves of it."""
    means = ", ".join(f"{learner} {_percent(one)}" for learner, one in comparison.accuracy.items())
    text = f"Mean over all {name}: {means} (95% interval over test examples)."
    gain = comparison.accuracy_gain
    if gain is None:
        return text
    beyond = gain.low > 0 or gain.high < 0
    return (
        f"{text} Distilled minus plain: {100 * gain.value:+.1f} percentage points "
        f"({100 * gain.low:+.1f} to {100 * gain.high:+.1f}): "
        + (
            "more than the choice of test examples explains; one seed of the training."
            if beyond
            else "this may be chance."
        )
    )


def _percent(one: Estimate) -> str:
    return f"{100 * one.value:.1f}% ({100 * one.low:.1f} to {100 * one.high:.1f})"
