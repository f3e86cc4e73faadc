"""``choose-teacher``: several teachers, compared by their answers and by what students learn."""

import argparse
from collections.abc import Iterable
from statistics import fmean

from kdcore.cli.arguments import Commands
from kdcore.cli.engine import wake_engine
from kdcore.cli.execute import execute
from kdcore.cli.flags import add_settings, of_one_student
from kdcore.cli.output import console, show, table
from kdcore.cli.ranks import processes
from kdcore.cli.resume import store_of
from kdcore.errors import UserError
from kdcore.events import Event, TeacherEpoch
from kdcore.job import Job
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import parse_models
from kdcore.jobs.sweep.config import parse_axis
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.jobs.teacher_selection.events import TeacherEvaluated, TeacherSelectionFinished
from kdcore.store import JobFolder

COLUMNS = (
    "teacher",
    "weights",
    "validation",
    "ECE",
    "T_cal",
    "NLL fitted",
    "students",
    "test",
    "students' test",
)
WAYS = {
    "by_accuracy": "the highest validation accuracy",
    "by_ece": "the lowest calibration error (ECE)",
    "by_nll_fitted": "the lowest NLL after temperature scaling",
    "by_student": "the highest validation accuracy of the students",
}


def add_command(commands: Commands) -> None:
    """``choose-teacher`` and its flags."""
    entry = commands.add("choose-teacher")
    entry.set_defaults(command=lambda options: choose_teacher(of_one_student(options), options))
    entry.add_argument(
        "--teachers",
        metavar="MODEL …",
        required=True,
        help="models in one argument, separated by spaces: 'mlp:64 mlp:256,128'",
    )
    entry.add_argument(
        "--seeds",
        metavar="A,B,…",
        default=None,
        help="of the students, separated by commas (default: the run's seed)",
    )
    add_settings(entry, without=("teacher", "students"))


def choose_teacher(base: RunConfig, options: argparse.Namespace) -> int:
    """Compare teachers; the exit status."""
    if processes() > 1:
        raise UserError("one_process", command="choose-teacher")
    config = TeacherSelectionConfig(
        base=base,
        teachers=parse_models("teachers", options.teachers),
        seeds=parse_axis("seeds", options.seeds) if options.seeds is not None else (base.seed,),
    )
    return carry_out(store_of(options).create(config), options)


def carry_out(folder: JobFolder[TeacherSelectionConfig], options: argparse.Namespace) -> int:
    """Execute a stored selection of a teacher; the exit status."""
    wake_engine()
    job = Job(folder.config, folder)
    return execute(job, as_json=options.json, for_people=_print_for_people)[1]


def _print_for_people(events: Iterable[Event]) -> Event | None:
    rows: list[tuple[str, ...]] = []
    last = None
    with console().status("") as status:
        for last in events:
            match last:
                case TeacherEpoch():
                    status.update(f"teacher {last.epoch}/{last.epochs}")
                case TeacherEvaluated():
                    rows.append(_row(last))
    show(table(COLUMNS, rows, whole=COLUMNS[:1], right=COLUMNS[1:]))
    if isinstance(last, TeacherSelectionFinished):
        for way, meaning in WAYS.items():
            if chosen := getattr(last, way):
                show(f"{meaning}: {' or '.join(chosen)}")
        if last.agree is not None:
            show("All four criteria agree." if last.agree else "The four criteria do not agree.")
        show(f"{'stopped' if last.stopped else 'finished'} after {last.seconds:.1f} s")
    return last


def _row(row: TeacherEvaluated) -> tuple[str, ...]:
    return (
        row.teacher,
        f"{row.parameters:,}",
        f"{row.validation_accuracy:.2%}",
        f"{row.ece:.3f}",
        f"{row.temperature_fitted:.2f}",
        f"{row.nll_fitted:.4f}",
        f"{fmean(row.students_validation_accuracy):.2%}",
        f"{row.test_accuracy:.2%}",
        f"{fmean(row.students_test_accuracy):.2%}",
    )
