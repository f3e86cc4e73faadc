"""``sweep``: a grid of students over T, λ and seeds."""

import argparse
from collections.abc import Iterable
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from kdcore.catalogue import method_of
from kdcore.cli.arguments import Commands
from kdcore.cli.counted import counted
from kdcore.cli.engine import wake_engine
from kdcore.cli.execute import execute, failures, nothing_succeeded
from kdcore.cli.flags import add_resume, add_settings, config_of
from kdcore.cli.output import console, plain, table
from kdcore.cli.ranks import processes
from kdcore.cli.resume import folded, resumed, store_of
from kdcore.errors import UserError
from kdcore.events import Event, TeacherEpoch
from kdcore.job import Job
from kdcore.jobs.kind import SWEEP
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import AXES, SweepConfig, all_methods, parse_axis
from kdcore.jobs.sweep.events import SweepFinished, SweepPrepared
from kdcore.jobs.sweep.record import ON_TARGET, GridPoint, Spread, SweepRecord
from kdcore.store import JobFolder


def add_command(commands: Commands) -> None:
    """``sweep`` and its flags."""
    entry = commands.add("sweep")
    entry.set_defaults(command=_execute_as_asked)
    add_resume(entry, "SWEEP")
    for axis, setting in AXES.items():
        entry.add_argument(
            f"--{axis}",
            metavar="A,B,…",
            default=None,
            help=f"values of {setting}, separated by commas",
        )
    entry.add_argument(
        "--published",
        action="store_true",
        help="compare methods (--methods all for all), each with its paper's T, λ and mixing",
    )
    entry.add_argument(
        "--executor",
        choices=("auto", "joint", "processes", "ray"),
        default="auto",
        help="joint: one process; processes: one thread each; auto: whichever is faster here",
    )
    entry.add_argument(
        "--address",
        default="",
        metavar="HOST:PORT",
        help="of a Ray cluster (default: one is started here)",
    )
    add_settings(entry)


def _execute_as_asked(options: argparse.Namespace) -> int:
    return resume(options) if options.resume else sweep(config_of(options), options)


def sweep(base: RunConfig, options: argparse.Namespace) -> int:
    """Carry out a sweep; the exit status is that of a failure where all of its cells failed."""
    if processes() > 1:
        raise UserError("sweep_by_torchrun")
    axes = {axis: parse_axis(axis, text) for axis in AXES if (text := getattr(options, axis))}
    if axes.get("methods") == ("all",):
        axes["methods"] = all_methods(base)
    config = SweepConfig(base=base, published=options.published, **axes)
    return carry_out(store_of(options).create(config), options)


def resume(options: argparse.Namespace) -> int:
    """Go on with the cells of a stored sweep that have no end; the exit status."""
    if processes() > 1:
        raise UserError("sweep_by_torchrun")
    return carry_out(resumed(SWEEP, options), options)


def carry_out(folder: JobFolder[SweepConfig], options: argparse.Namespace) -> int:
    """Execute a stored sweep; the exit status is that of a failure where all its cells failed."""
    wake_engine()
    job = Job(folder.config, folder, executor=options.executor, address=options.address)
    found: dict[str, str] = {}
    last, status = execute(
        job,
        as_json=options.json,
        for_people=partial(_print_for_people, folder=folder),
        watched=lambda events: failures(events, found),
    )
    if isinstance(last, SweepFinished) and last.failed and not last.finished:
        return nothing_succeeded(
            found,
            f"All {last.failed} students failed: open one of them with python -m kdcore "
            f"show {folder.cell_id(0)} --events.",
        )
    return status


def _print_for_people(events: Iterable[Event], folder: JobFolder[SweepConfig]) -> Event | None:
    out = console()
    found = SweepRecord()
    last = None
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("students", total=1.0)
        for last in folded(found, folder, events):
            progress.update(task, completed=found.done)
            match last:
                case TeacherEpoch():
                    progress.update(task, description=f"teacher {last.epoch}/{last.epochs}")
                case SweepPrepared():
                    out.print(
                        f"teacher {last.teacher_source}: {last.teacher.test_accuracy:.2%}; "
                        f"{counted(len(last.groups), 'group')}, {last.executor}, "
                        f"{last.workers} at a time"
                    )
                    progress.update(task, description="students")
    if found.started and found.started.config["published"]:
        _print_methods(out, found)
        return last
    for lr in found.axis("lr"):
        for method in found.axis("method"):
            for metric in dict.fromkeys(("test_accuracy", found.accuracy)):
                _print_grid(out, found, float(lr), str(method), metric)
            _print_best(out, found, found.cells(float(lr), str(method)))
    if isinstance(last, SweepFinished):
        state, students = (
            "stopped" if last.stopped else "finished",
            counted(last.finished, "student"),
        )
        out.print(f"{state} after {last.seconds:.1f} s: {students} finished, {last.failed} failed")
    return last


_MARKS = {1: " ▲", 0: "", -1: " ▼"}


def _print_methods(out: Console, found: SweepRecord) -> None:
    ranked = found.by_method()
    rows = []
    for method, cell in ranked:
        gain = found.gain(cell, "test_accuracy")
        rows.append(
            (
                method,
                f"{cell.temperature:g}" if method_of(method).uses_temperature else "",
                f"{cell.weight:g}",
                _percent(found.spread(cell, "test_accuracy")),
                f"{_points(gain)}{_MARKS[gain.clear]}" if gain else "–",
                gain.n if gain else 0,
            )
        )
    columns = ("method", "T", "λ", "distilled", "above plain (points)", "n")
    out.print(
        table(
            columns,
            rows,
            whole=columns,
            right=columns[1:],
            title="test accuracy, mean ± sd over seeds; the papers' own settings",
        ),
        crop=False,
    )
    out.print(
        plain(
            f"plain student: {_percent(found.spread(ranked[0][1], 'test_accuracy', 'plain'))}. "
            "▲ ▼: more than two standard errors from it; the rest is noise. Nothing was tuned."
        )
    )


def _print_grid(out: Console, found: SweepRecord, lr: float, method: str, metric: str) -> None:
    cells = found.cells(lr, method)
    weights = sorted({cell.weight for cell in cells})
    columns = ("T \\ λ", *(f"{weight:g}" for weight in weights))
    rows = [
        (
            f"{temperature:g}",
            *(
                _percent(found.spread(cell, metric))
                for cell in cells
                if cell.temperature == temperature
            ),
        )
        for temperature in sorted({cell.temperature for cell in cells})
    ]
    out.print(
        table(
            columns,
            rows,
            whole=columns[:1],
            title=f"{metric.replace('_', ' ')}, mean ± sd over seeds ({method}, lr {lr:g})",
        ),
        crop=False,
    )


def _print_best(out: Console, found: SweepRecord, cells: list[GridPoint]) -> None:
    if best := found.best(cells):
        out.print(
            plain(
                f"best on validation data: T {best.cell.temperature:g}, λ {best.cell.weight:g}: "
                f"validation {_percent(best.validation)}, test {_percent(best.test)}, "
                f"plain student {_percent(best.plain_test)}, "
                f"difference {_percent(best.gain)} (n = {best.gain.n}); "
                f"{best.near} of {best.places - 1} others lie within one sd of it on "
                "validation data" + _on_target(found, best.cell)
            )
        )


def _on_target(found: SweepRecord, cell: GridPoint) -> str:
    """How its students do on target data, by which nothing was chosen."""
    gain = found.gain(cell, ON_TARGET)
    if gain is None:
        return ""
    each = [_percent(found.spread(cell, ON_TARGET, name)) for name in ("distilled", "plain")]
    return f"; on target data {each[0]}, plain student {each[1]}, difference {_points(gain)} points"


def _percent(spread: Spread | None) -> str:
    if spread is None:
        return "–"
    if spread.sd is None:
        return f"{spread.mean:.2%}"
    return f"{spread.mean * 100:.2f} ± {spread.sd:.2%}"


def _points(gain: Spread) -> str:
    """A difference of two shares in percentage points."""
    deviation = "" if gain.sd is None else f" ± {gain.sd * 100:.2f}"
    return f"{gain.mean * 100:+.2f}{deviation}"
