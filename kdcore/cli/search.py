"""``search``: the best student of a space."""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from kdcore.cli.arguments import Commands
from kdcore.cli.counted import counted
from kdcore.cli.engine import wake_engine
from kdcore.cli.execute import execute, failures, nothing_succeeded
from kdcore.cli.flags import add_resume, add_setting, add_settings, of_one_student
from kdcore.cli.output import console, plain, table
from kdcore.cli.ranks import processes
from kdcore.cli.resume import store_of
from kdcore.errors import UserError
from kdcore.events import Event, TeacherEpoch
from kdcore.job import Job
from kdcore.jobs.kind import SEARCH
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import AXES, SYNTAX, SearchConfig, parse_space
from kdcore.jobs.search.events import (
    SearchFinished,
    SearchPrepared,
    SearchStarted,
    TrialEnded,
    TrialScored,
)
from kdcore.store import JobFolder


def add_command(commands: Commands) -> None:
    """``search`` and its flags."""
    entry = commands.add(
        "search",
        "T goes from 1 to 20 and λ from 0 to 1 unless they are given; any other "
        "axis that is not given has one value, its default or that of --config.",
    )
    entry.set_defaults(command=lambda options: search(of_one_student(options), options))
    for axis, (metavar, syntax) in SYNTAX.items():
        entry.add_argument(
            f"--{axis}",
            dest=f"axis_{axis}",
            metavar=metavar,
            default=None,
            help=f"{AXES[axis].setting}: {syntax}",
        )
    for item in fields(SearchConfig):
        if item.metadata and item.name != "seed":  # the run's seed is the search's too
            add_setting(entry, item)
    add_resume(entry, "SEARCH")
    axes = [axis.setting for axis in AXES.values()]
    add_settings(entry, without=(*axes, "students"))


def search(base: RunConfig, options: argparse.Namespace) -> int:
    """Execute a search or continue one; the exit status, a failure without a whole trial."""
    if processes() > 1:
        raise UserError("one_process", command="search")
    return carry_out(_folder(base, options), options)


def carry_out(folder: JobFolder[SearchConfig], options: argparse.Namespace) -> int:
    """Execute a stored search; the exit status, a failure without a whole trial."""
    wake_engine()
    found: dict[str, str] = {}
    last, status = execute(
        Job(folder.config, folder),
        as_json=options.json,
        for_people=_print_for_people,
        watched=lambda events: failures(events, found),
    )
    if isinstance(last, SearchFinished) and last.best_trial is None and not last.stopped:
        return nothing_succeeded(
            found,
            f"No trial of {folder.id} is complete, {last.failed} failed: open one with "
            f"python -m kdcore show {folder.cell_id(0)} --events.",
        )
    return status


def _folder(base: RunConfig, options: argparse.Namespace) -> JobFolder[SearchConfig]:
    if options.resume:  # a finished one may be given more trials
        folder = store_of(options).find(options.resume, SEARCH)
        if folder.held:
            raise UserError("run_in_use", run=folder.id)
        return folder
    asked: dict[str, Any] = {
        axis: parse_space(axis, text)
        for axis in AXES
        if (text := getattr(options, f"axis_{axis}")) is not None
    }
    for name in SearchConfig.plain_settings():
        if name != "seed" and getattr(options, name) is not None:
            asked[name] = getattr(options, name)
    return store_of(options).create(SearchConfig(base=base, seed=base.seed, **asked))


def _print_for_people(events: Iterable[Event]) -> Event | None:
    out = console()
    ended: list[TrialEnded] = []
    last = None
    objective = ""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("trials", total=None)
        for last in events:
            match last:
                case SearchStarted():
                    objective = last.config["objective"]
                    out.print(
                        f"search {last.search} on {last.device}: trials are kept in its "
                        "optuna.sqlite"
                    )
                    progress.update(task, total=last.config["trials"], completed=last.ended)
                case TeacherEpoch():
                    progress.update(task, description=f"teacher {last.epoch}/{last.epochs}")
                case SearchPrepared():
                    progress.update(task, description="trials")
                case TrialScored():
                    progress.update(
                        task, description=f"trial {last.trial}: epoch {last.epoch}/{last.epochs}"
                    )
                case TrialEnded():
                    ended.append(last)
                    progress.advance(task)
    out.print(_table(ended, objective), crop=False)
    if isinstance(last, SearchFinished):
        out.print(
            f"{'stopped' if last.stopped else 'finished'} after {last.seconds:.1f} s: "
            f"{counted(last.complete, 'trial')} complete, {last.pruned} pruned, "
            f"{last.failed} failed"
        )
        if last.best_trial is not None:
            out.print(
                plain(
                    f"best on validation data: trial {last.best_trial} "
                    f"({_settings(last.best_params)}): {objective} "
                    f"{_value(last.best_value, last.best_spread)}, "
                    f"test accuracy {last.best_test_accuracy:.2%}; its run: {last.best_runs[0]}"
                )
            )
    return last


def _table(ended: Sequence[TrialEnded], objective: str) -> Table:
    """One row a trial; a setting that is the same in all of them has no column."""
    settings = [
        axis.setting
        for axis in AXES.values()
        if len({trial.params.get(axis.setting) for trial in ended}) > 1
    ]
    signs = {"temperature": "T", "weight": "λ"}
    columns = (
        "trial",
        "state",
        "epochs",
        *(signs.get(name, name) for name in settings),
        "value",
        "test",
    )
    rows = [
        (
            trial.trial,
            trial.state,
            trial.epochs,
            *(_short(trial.params.get(name, "–")) for name in settings),
            _value(trial.value, trial.spread),
            "–" if trial.test_accuracy is None else f"{trial.test_accuracy:.2%}",
        )
        for trial in ended
    ]
    return table(
        columns, rows, whole=("trial", "state", *settings), title=f"{objective} of the trials"
    )


def _settings(params: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_short(value)}" for name, value in params.items())


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _value(value: float | None, spread: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" + ("" if spread is None else f" ± {spread:.4f}")
