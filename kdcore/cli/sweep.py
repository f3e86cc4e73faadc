"""``sweep``: a grid of students over T, λ and seeds; ``sweeps``: the stored ones."""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from kdcore.catalogue import method_of
from kdcore.cli.carry_out import carry_out
from kdcore.cli.counted import counted
from kdcore.cli.ranks import processes
from kdcore.config import RunConfig
from kdcore.errors import UserError
from kdcore.events import Event, Failed, SweepFinished, SweepPrepared, TeacherEpoch
from kdcore.landscape import Landscape, Spread
from kdcore.run import Sweep
from kdcore.store import Store, recorded
from kdcore.sweep_config import AXES, SweepConfig, all_methods, parse_axis


def sweep(base: RunConfig, given: argparse.Namespace) -> int:
    """Carry out a sweep; 0 if it finished, 1 if it or all of its cells failed."""
    if processes() > 1:
        raise UserError("sweep_by_torchrun")
    axes = {axis: parse_axis(axis, text) for axis in AXES if (text := getattr(given, axis))}
    if axes.get("methods") == ("all",):
        axes["methods"] = all_methods(base)
    config = SweepConfig(base=base, published=given.published, **axes)
    from kdcore.training.device import flush_denormals  # noqa: PLC0415  (torch takes a second)

    flush_denormals()
    folder = Store(Path(given.store) if given.store else None).create_sweep(config)
    work = Sweep(config, folder, executor=given.executor, address=given.address)
    last = carry_out(work, recorded(work, folder), as_json=given.json, for_people=_print_for_people)
    if isinstance(last, Failed):
        return 1
    if isinstance(last, SweepFinished) and last.failed and not last.finished:
        print(f"kdcore: All students failed ({last.failed}): open one with python -m kdcore "
              f"show {folder.cell_id(0)} --events.", file=sys.stderr)  # fmt: skip
        return 1
    return 0


def sweeps(given: argparse.Namespace) -> int:
    """The stored sweeps, newest first."""
    store = Store(Path(given.store) if given.store else None)
    rows = [(name, store.sweep(name)) for name in store.sweeps()]
    if given.json:
        for name, folder in rows:
            print(json.dumps({"sweep": name, "state": folder.state} | folder.settings))
        return 0
    if not rows:
        Console().print("No sweep is stored yet: python -m kdcore sweep makes one.")
        return 0
    table = Table("sweep", "state", "data", "student", *AXES)
    for name, folder in rows:
        config = folder.config
        table.add_row(
            name, folder.state, config.base.dataset, config.base.student,
            *(", ".join(f"{value:g}" if isinstance(value, float) else str(value)
                        for value in getattr(config, axis)) for axis in AXES),
        )  # fmt: skip
    Console().print(table)
    return 0


def _print_for_people(events: Iterable[Event]) -> Event | None:
    console = Console(highlight=False)
    found = Landscape()
    last = None
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("students", total=1.0)
        for last in events:
            found.fold([last])
            progress.update(task, completed=found.done)
            match last:
                case TeacherEpoch():
                    progress.update(task, description=f"teacher {last.epoch}/{last.epochs}")
                case SweepPrepared():
                    console.print(
                        f"teacher {last.teacher_source}: {last.teacher.test_accuracy:.2%}; "
                        f"{counted(len(last.groups), 'group')}, {last.executor}, "
                        f"{last.workers} at a time"
                    )
                    progress.update(task, description="students")
    if found.started and found.started.config["published"]:
        _print_methods(console, found)
        return last
    for lr in found.axis("lr"):
        for method in found.axis("method"):
            _print_landscape(console, found, float(lr), str(method))
    if isinstance(last, SweepFinished):
        state, students = (
            "stopped" if last.stopped else "finished",
            counted(last.finished, "student"),
        )
        console.print(f"{state} after {last.seconds:.1f} s: {students} finished, "
                      f"{last.failed} failed")  # fmt: skip
    return last


_MARKS = {1: " ▲", 0: "", -1: " ▼"}


def _print_methods(console: Console, found: Landscape) -> None:
    title = "test accuracy, mean ± sd over seeds, each method with its paper's settings"
    table = Table("method", "T", "λ", "distilled", "above plain (points)", "n", title=title)
    rows = found.by_method()
    for method, cell in rows:
        gain = found.gain(cell, "test_accuracy")
        table.add_row(
            method, f"{cell.temperature:g}" if method_of(method).uses_temperature else "",
            f"{cell.weight:g}", _told(found.spread(cell, "test_accuracy")),
            f"{_points(gain)}{_MARKS[gain.clear]}" if gain else "–",
            str(gain.n) if gain else "0",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"plain student: {_told(found.spread(rows[0][1], 'test_accuracy', 'plain'))}. "
        "▲ ▼: more than two standard errors from it; the rest is noise. Nothing was tuned."
    )


def _print_landscape(console: Console, found: Landscape, lr: float, method: str) -> None:
    cells = found.cells(lr, method)
    weights = sorted({cell.weight for cell in cells})
    table = Table("T \\ λ", *(f"{weight:g}" for weight in weights),
                  title=f"test accuracy, mean ± sd over seeds ({method}, lr {lr:g})")  # fmt: skip
    for temperature in sorted({cell.temperature for cell in cells}):
        row = [cell for cell in cells if cell.temperature == temperature]
        table.add_row(f"{temperature:g}",
                      *(_told(found.spread(cell, "test_accuracy")) for cell in row))  # fmt: skip
    console.print(table)
    if best := found.best(cells):
        console.print(
            f"best cell on validation data: T = {best.cell.temperature:g}, "
            f"λ = {best.cell.weight:g} (of {best.places}): validation {_told(best.validation)}, "
            f"test {_told(best.test)}, plain student {_told(best.plain_test)}, difference "
            f"{_points(best.gain)} percentage points (n = {best.gain.n}); within one sd of it on "
            f"validation data: {best.near} of {best.places - 1} other cells"
        )


def _told(spread: Spread | None) -> str:
    if spread is None:
        return "–"
    if spread.sd is None:
        return f"{spread.mean:.2%}"
    return f"{spread.mean * 100:.2f} ± {spread.sd:.2%}"


def _points(gain: Spread) -> str:
    """A difference of two shares in percentage points."""
    deviation = "" if gain.sd is None else f" ± {gain.sd * 100:.2f}"
    return f"{gain.mean * 100:+.2f}{deviation}"
