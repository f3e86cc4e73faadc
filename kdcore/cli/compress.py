"""``compress``: a run's distilled student made smaller in several ways."""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from kdcore.cli.arguments import Commands
from kdcore.cli.engine import wake_engine
from kdcore.cli.execute import execute
from kdcore.cli.flags import WHICH, add_resume, add_setting, add_store
from kdcore.cli.output import console, plain, table
from kdcore.cli.ranks import processes
from kdcore.cli.resume import folded, resumed, store_of
from kdcore.errors import UserError
from kdcore.events import Event
from kdcore.job import Job
from kdcore.jobs.compression.config import OF_THE_LOSS, STAGES, CompressionConfig, amounts
from kdcore.jobs.compression.events import CompressionFinished, Latency, StageBegan, StageEpoch
from kdcore.jobs.compression.record import CompressionRecord
from kdcore.jobs.kind import COMPRESSION, RUN
from kdcore.jobs.sweep.config import parse_axis
from kdcore.store import JobFolder


def add_command(commands: Commands) -> None:
    """``compress`` and its flags."""
    entry = commands.add(
        "compress",
        "Every stage starts from the distilled student of RUN and is re-distilled. "
        "T, λ and learning rate are those with which the run began unless they are given. The "
        "method is the run's; a method on features is replaced by kd with its default T and λ.",
    )
    entry.set_defaults(command=compress)
    entry.add_argument("run", metavar="RUN", nargs="?", help=WHICH)
    add_resume(entry, "COMPRESSION")
    entry.add_argument(
        "--stages",
        metavar="A,B,…",
        default=None,
        help=f"of {', '.join(STAGES)} (default: all that suit the student)",
    )
    for item in fields(CompressionConfig):
        if item.metadata:
            add_setting(entry, item)
    for name in OF_THE_LOSS:
        entry.add_argument(
            f"--{name}",
            metavar="VALUE",
            default=None,
            help="of the re-distillation (default: the run's)",
        )
    entry.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    add_store(entry)


def compress(options: argparse.Namespace) -> int:
    """Compress a student in several ways; the exit status."""
    if processes() > 1:
        raise UserError("one_process", command="compress")
    if options.resume:
        return carry_out(resumed(COMPRESSION, options), options)
    if options.run is None:
        raise UserError("compress_what")
    store = store_of(options)
    run = store.find(options.run, RUN)
    changes: dict[str, Any] = {
        name: value
        for name in (*amounts(), *OF_THE_LOSS)
        if (value := getattr(options, name)) is not None
    }
    stages = parse_axis("stages", options.stages) if options.stages is not None else ()
    config = CompressionConfig.of(run.id, run.config, stages=stages, **changes)
    return carry_out(store.create(config), options)


def carry_out(folder: JobFolder[CompressionConfig], options: argparse.Namespace) -> int:
    """Execute a stored compression; the exit status."""
    wake_engine()
    job = Job(folder.config, folder)
    for_people = partial(_print_for_people, folder=folder)
    return execute(job, as_json=options.json, for_people=for_people)[1]


def _print_for_people(
    events: Iterable[Event], folder: JobFolder[CompressionConfig]
) -> Event | None:
    out = console()
    found = CompressionRecord()
    last = None
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("reading", total=1.0)
        for last in folded(found, folder, events):
            progress.update(task, completed=found.done)
            match last:
                case StageBegan():
                    progress.update(task, description=last.stage)
                case StageEpoch():
                    progress.update(task, description=f"{last.stage} {last.epoch}/{last.epochs}")
    if found.started:
        out.print(_costs(found), crop=False)
        out.print(
            plain(
                "Weights: the non-zero ones where some are zero; a zero takes as much space in a "
                "file as any number, until the file is gzipped. ms: median ± half the "
                "interquartile range for batches of 1 and of 128 on one thread of the CPU; × the "
                "uncompressed student's, timed in turns."
            )
        )
        out.print(_worth(found), crop=False)
        out.print(
            plain(
                "Before → after re-distillation. The student itself is not compressed: "
                "what it gains is more training, not recovery."
            )
        )
    if isinstance(last, CompressionFinished):
        out.print(f"{last.state} after {last.seconds:.1f} s: {last.compression}")
    return last


def _costs(found: CompressionRecord) -> Table:
    rows = []
    for stage in found.stages.values():
        now = stage.newest
        zeros = f"{now.nonzero:,} of " if now.nonzero != now.parameters else ""
        rows.append(
            (
                stage.name,
                f"{zeros}{now.parameters:,}",
                f"{now.bytes / 1000:,.1f}",
                f"{now.packed_bytes / 1000:,.1f}",
                _milliseconds(now.latency_1),
                _milliseconds(now.latency_128),
            )
        )
    return _by_stage(("weights", "kB", "gzip kB", "ms (1)", "ms (128)"), rows)


def _worth(found: CompressionRecord) -> Table:
    rows = []
    for stage in found.stages.values():
        scores = [stage.before.scores, *([stage.after.scores] if stage.after else [])]
        rows.append(
            (
                stage.name,
                " → ".join(str(score.test_errors) for score in scores),
                " → ".join(f"{100 * score.test_accuracy:.2f}" for score in scores),
                " → ".join(f"{100 * score.validation_accuracy:.2f}" for score in scores),
                " → ".join(
                    f"{100 * score.agreement:.2f}"
                    for score in scores
                    if score.agreement is not None
                ),
            )
        )
    return _by_stage(("test errors", "test %", "validation %", "as the teacher %"), rows)


def _by_stage(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    return table(("stage", *columns), rows, whole=["stage"], right=columns)


def _milliseconds(latency: Latency) -> str:
    return f"{latency.median * 1e3:.3f}±{latency.iqr * 500:.3f} ×{latency.of_student:.2f}"
