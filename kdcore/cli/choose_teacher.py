"""``choose-teacher``: several teachers, compared by their answers and by what students learn."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from kdcore.choice_config import ChoiceConfig
from kdcore.cli.carry_out import carry_out
from kdcore.cli.ranks import processes
from kdcore.config import RunConfig
from kdcore.errors import UserError
from kdcore.events import ChoiceFinished, Event, Failed, TeacherEpoch, TeacherJudged
from kdcore.run import Choice
from kdcore.search_config import parse_models
from kdcore.store import Store, recorded
from kdcore.sweep_config import parse_axis

WAYS = {
    "by_accuracy": "the highest validation accuracy",
    "by_ece": "the lowest calibration error (ECE)",
    "by_nll_fitted": "the lowest NLL after temperature scaling",
    "by_student": "the highest validation accuracy of the students",
}


def choose_teacher(base: RunConfig, given: argparse.Namespace) -> int:
    """Compare teachers; 0 if it ended, 1 if it failed."""
    if processes() > 1:
        raise UserError("one_process", command="choose-teacher")
    config = ChoiceConfig(
        base=base, teachers=parse_models("teachers", given.teachers),
        seeds=parse_axis("seeds", given.seeds) if given.seeds is not None else (base.seed,),
    )  # fmt: skip
    from kdcore.training.device import flush_denormals  # noqa: PLC0415  (torch takes a second)

    flush_denormals()
    folder = Store(Path(given.store) if given.store else None).create_choice(config)
    work = Choice(config, folder)
    last = carry_out(work, recorded(work, folder), as_json=given.json, for_people=_print_for_people)
    if isinstance(last, Failed):
        return 1
    return 0


def _print_for_people(events: Iterable[Event]) -> Event | None:
    console = Console(highlight=False)
    table = Table("teacher", "weights", "validation", "ECE", "T_cal", "NLL fitted",
                  "students", "test", "students' test", box=SIMPLE)  # fmt: skip
    last = None
    with console.status("") as status:
        for last in events:
            match last:
                case TeacherEpoch():
                    status.update(f"teacher {last.epoch}/{last.epochs}")
                case TeacherJudged():
                    _add(table, last)
    console.print(table)
    if isinstance(last, ChoiceFinished):
        for way, meaning in WAYS.items():
            if chosen := getattr(last, way):
                console.print(f"{meaning}: {' or '.join(chosen)}")
        if last.agree is not None:
            console.print(
                "All four criteria agree." if last.agree else "The four criteria do not agree."
            )
        console.print(f"{'stopped' if last.stopped else 'finished'} after {last.seconds:.1f} s")
    return last


def _add(table: Table, row: TeacherJudged) -> None:
    table.add_row(
        row.teacher, f"{row.parameters:,}", f"{row.validation_accuracy:.2%}", f"{row.ece:.3f}",
        f"{row.temperature_fitted:.2f}", f"{row.nll_fitted:.4f}",
        f"{fmean(row.students_validation_accuracy):.2%}", f"{row.test_accuracy:.2%}",
        f"{fmean(row.students_test_accuracy):.2%}",
    )  # fmt: skip
