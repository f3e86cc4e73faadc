"""``shrink``: a run's distilled student compressed; ``shrinks``: the stored compressions."""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from kdcore.cli.carry_out import carry_out
from kdcore.cli.ranks import processes
from kdcore.errors import UserError
from kdcore.events import Event, Failed, Latency, ShrinkFinished, StageBegan, StageEpoch
from kdcore.run import Shrink
from kdcore.shrink_config import ShrinkConfig, amounts
from kdcore.shrink_record import ShrinkRecord
from kdcore.store import Store, recorded
from kdcore.sweep_config import parse_axis

OF_THE_LOSS = ("temperature", "weight", "lr")
"""Settings of the run that may have other values in the re-distillation."""


def shrink(given: argparse.Namespace) -> int:
    """Compress a student in several ways; 0 if it ended, 1 if it failed."""
    if processes() > 1:
        raise UserError("one_process", command="shrink")
    store = Store(Path(given.store) if given.store else None)
    run = store.folder(given.run)
    changes: dict[str, Any] = {
        name: told for name in (*amounts(), *OF_THE_LOSS)
        if (told := getattr(given, name)) is not None
    }  # fmt: skip
    stages = parse_axis("stages", given.stages) if given.stages is not None else ()
    config = ShrinkConfig.of(run.id, run.config, stages=stages, **changes)
    from kdcore.training.device import flush_denormals  # noqa: PLC0415  (torch takes a second)

    flush_denormals()
    folder = store.create_shrink(config)
    work = Shrink(config, folder)
    last = carry_out(work, recorded(work, folder), as_json=given.json, for_people=_print_for_people)
    return 1 if isinstance(last, Failed) else 0


def shrinks(given: argparse.Namespace) -> int:
    """The stored compressions, newest first."""
    store = Store(Path(given.store) if given.store else None)
    rows = [store.shrink(name) for name in store.shrinks()]
    if given.json:
        for folder in rows:
            print(json.dumps({"shrink": folder.id, "state": folder.state} | folder.settings))
        return 0
    if not rows:
        Console().print("No compression is stored yet: python -m kdcore shrink RUN makes one.")
        return 0
    table = Table("compression", "state", "run", "data", "student", "stages")
    for folder in rows:
        config = folder.config
        table.add_row(folder.id, folder.state, config.run, config.base.dataset,
                      config.base.student, ", ".join(config.stages))  # fmt: skip
    Console().print(table)
    return 0


def _print_for_people(events: Iterable[Event]) -> Event | None:
    console = Console(highlight=False)
    found = ShrinkRecord()
    last = None
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("reading", total=1.0)
        for last in events:
            found.fold([last])
            progress.update(task, completed=found.done)
            match last:
                case StageBegan():
                    progress.update(task, description=last.stage)
                case StageEpoch():
                    progress.update(task, description=f"{last.stage} {last.epoch}/{last.epochs}")
    if found.started:
        console.print(_costs(found))
        console.print(
            "Weights: the non-zero ones where some are zero; a zero takes as much space in a file "
            "as any number, until the file is gzipped. ms: median ± half the interquartile range "
            "for batches of 1 and of 128 on one thread of the CPU; × the uncompressed student's, "
            "timed in turns."
        )
        console.print(_worth(found))
        console.print("Before → after re-distillation. The student itself is not compressed: what "
                      "it gains is more training, not recovery.")  # fmt: skip
    if isinstance(last, ShrinkFinished):
        console.print(f"{'stopped' if last.stopped else 'finished'} after {last.seconds:.1f} s: "
                      f"{last.shrink}")  # fmt: skip
    return last


def _costs(found: ShrinkRecord) -> Table:
    table = _table("stage", "weights", "kB", "gzip kB", "ms (1)", "ms (128)")
    for stage in found.stages.values():
        now = stage.newest
        zeros = f"{now.nonzero:,} of " if now.nonzero != now.parameters else ""
        table.add_row(
            stage.name, f"{zeros}{now.parameters:,}", f"{now.bytes / 1000:,.1f}",
            f"{now.packed_bytes / 1000:,.1f}", _milliseconds(now.latency_1),
            _milliseconds(now.latency_128),
        )  # fmt: skip
    return table


def _worth(found: ShrinkRecord) -> Table:
    table = _table("stage", "test errors", "test %", "validation %", "agreement %")
    for stage in found.stages.values():
        scores = [stage.before.scores, *([stage.after.scores] if stage.after else [])]
        table.add_row(
            stage.name,
            " → ".join(str(score.test_errors) for score in scores),
            " → ".join(f"{100 * score.test_accuracy:.2f}" for score in scores),
            " → ".join(f"{100 * score.validation_accuracy:.2f}" for score in scores),
            " → ".join(f"{100 * score.agreement:.2f}" for score in scores
                       if score.agreement is not None),
        )  # fmt: skip
    return table


def _table(*columns: str) -> Table:
    table = Table(*columns, box=SIMPLE, pad_edge=False, collapse_padding=True)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _milliseconds(latency: Latency) -> str:
    return f"{latency.median * 1e3:.3f}±{latency.iqr * 500:.3f} ×{latency.of_student:.2f}"
