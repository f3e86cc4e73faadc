"""``regress``: teachers predict a number with its uncertainty, and a small student learns both."""

import argparse
from collections.abc import Iterable
from dataclasses import fields, replace
from functools import partial
from statistics import fmean, stdev

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from kdcore.cli.arguments import Commands
from kdcore.cli.execute import execute
from kdcore.cli.flags import add_setting, add_settings, settings_of
from kdcore.cli.output import console, plain, table
from kdcore.cli.ranks import processes
from kdcore.cli.resume import folded, store_of
from kdcore.errors import UserError
from kdcore.events import Event
from kdcore.job import Job
from kdcore.jobs.regression.config import USED, USUAL, RegressionConfig
from kdcore.jobs.regression.events import RegressionFinished, RegressionScores
from kdcore.jobs.regression.record import STUDENTS, RegressionRecord
from kdcore.jobs.run.config import RunConfig
from kdcore.store import JobFolder

MEASURES = ("rmse", "r2", "nll", "coverage", "width")
TITLES = ("RMSE", "R²", "NLL", "in the 90% interval", "its width")


def add_command(commands: Commands) -> None:
    """``regress`` and its flags."""
    entry = commands.add(
        "regress",
        "An ensemble learns the mean and the variance of a number, and a small network "
        "learns both from it: λ · KL(teacher ‖ student) + (1−λ) · NLL. Beside it the same network "
        "learns from the numbers alone.",
    )
    entry.set_defaults(command=regress)
    for item in fields(RegressionConfig):
        if item.metadata:
            add_setting(entry, item)
    unused = [item.name for item in fields(RunConfig) if item.name not in (*USED, "device")]
    add_settings(entry, without=unused)
    # the defaults of a run are not those of a regression
    for action in entry._actions:
        if action.dest in USUAL and action.help:
            about = action.help.rpartition(" (default:")[0]
            action.help = f"{about} (default: {USUAL[action.dest]})"


def regress(options: argparse.Namespace) -> int:
    """Train teachers and students; the exit status."""
    if processes() > 1:
        raise UserError("one_process", command="regress")
    base = RunConfig.from_dict({**USUAL, **settings_of(options)})
    changes = {
        item.name: value
        for item in fields(RegressionConfig)
        if item.metadata and (value := getattr(options, item.name)) is not None
    }
    config = replace(RegressionConfig(base=base), **changes)
    config.check_used()  # before it is kept
    return carry_out(store_of(options).create(config), options)


def carry_out(folder: JobFolder[RegressionConfig], options: argparse.Namespace) -> int:
    """Execute a stored regression; the exit status."""
    for_people = partial(_print_for_people, folder=folder)
    return execute(Job(folder.config, folder), as_json=options.json, for_people=for_people)[1]


def _print_for_people(events: Iterable[Event], folder: JobFolder[RegressionConfig]) -> Event | None:
    out = console()
    found = RegressionRecord()
    last = None
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("training", total=1.0)
        for last in folded(found, folder, events):
            progress.update(task, description=last.kind, completed=found.done)
    if found.started and found.taught:
        started = found.started
        out.print(
            plain(
                f"{started.data}: {started.target}, mean {started.target_mean:.6g}, deviation "
                f"{started.target_std:.6g}; {started.labelled:,} of {started.train_size:,} "
                f"training examples with a number, {started.test_size:,} for test"
            )
        )
        out.print(_scores(found), crop=False)
    if isinstance(last, RegressionFinished):
        if len(found.epochs) > 1:
            out.print(plain(_gain(found)))
        out.print(f"{last.state} after {last.seconds:.1f} s: {last.regression}")
    return last


def _scores(found: RegressionRecord) -> Table:
    rows = []
    if found.taught:
        rows.append(("teacher", *(_number([found.taught.scores], one) for one in MEASURES)))
    rows += [
        (student, *(_number(found.last(student), one) for one in MEASURES))
        for student in STUDENTS
        if found.epochs
    ]
    return table(("learner", *TITLES), rows, right=TITLES)


def _number(scores: list[RegressionScores], measure: str) -> str:
    """Mean over the seeds, and their deviation where there are several."""
    values = [getattr(one, measure) for one in scores]
    spread = f" ± {stdev(values):.3g}" if len(values) > 1 else ""
    return f"{fmean(values):.4g}{spread}"


def _gain(found: RegressionRecord) -> str:
    gains = found.gains("rmse")
    return (
        f"RMSE, distilled minus plain of the same seed: {fmean(gains):+.3g} ± {stdev(gains):.2g} "
        f"({len(gains)} seeds; below 0 the teacher helps)."
    )
