"""``recipe``: an experiment of the literature, repeated; without a name, which there are."""

import argparse
import json
from collections.abc import Iterable
from dataclasses import fields
from functools import partial
from typing import Any

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from kdcore.cli.arguments import Commands
from kdcore.cli.engine import wake_engine
from kdcore.cli.execute import DONE, execute, failures, nothing_succeeded
from kdcore.cli.flags import add_resume, add_setting, add_store
from kdcore.cli.output import console, show, table
from kdcore.cli.ranks import processes
from kdcore.cli.resume import folded, resumed, store_of
from kdcore.errors import UserError, hint
from kdcore.events import Event, TeacherEpoch
from kdcore.events import Progress as Loading
from kdcore.job import Job
from kdcore.jobs.kind import RECIPE
from kdcore.jobs.recipe.config import SETTINGS, RecipeConfig
from kdcore.jobs.recipe.events import RecipeFinished, RecipeProgress, RecipeStarted
from kdcore.jobs.recipe.page import minutes_text, other_data_text
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recipe.stand_in import with_stand_in
from kdcore.jobs.recipe.tables import (
    CLAIM_COLUMNS,
    COMPARISON_COLUMNS,
    NONE,
    OTHER_DATA,
    claim_rows,
    comparison_rows,
    other_tables,
)
from kdcore.jobs.recipe.work import work_of
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import parse_axis
from kdcore.recipes import RECIPES, Recipe
from kdcore.store import JobFolder


def add_command(commands: Commands) -> None:
    """``recipe`` and its flags."""
    entry = commands.add("recipe")
    entry.set_defaults(command=recipe)
    entry.add_argument("name", metavar="NAME", nargs="?", help="which; none lists them all")
    entry.add_argument("--quick", action="store_true", help="the same rows in less time")
    entry.add_argument(
        "--seeds",
        metavar="A,B,…",
        default=None,
        help="of the students, separated by commas (default: the recipe's)",
    )
    entry.add_argument(
        "--dataset",
        metavar="NAME",
        default="",
        help="data in place of the recipe's: a name, or a file in the folder of the data",
    )
    for item in fields(RunConfig):
        if item.name in SETTINGS:
            add_setting(entry, item)
    add_resume(entry, "RECIPE")
    entry.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    add_store(entry)


def recipe(options: argparse.Namespace) -> int:
    """List the recipes, show a worked example, or execute one; the exit status."""
    if not options.name and not options.resume:
        return _list(as_json=options.json)
    if options.name in RECIPES and RECIPES[options.name].is_worked:
        return _show_worked(RECIPES[options.name], as_json=options.json)
    if processes() > 1:
        raise UserError("one_process", command="recipe")
    return carry_out(_folder(options), options)


def carry_out(folder: JobFolder[RecipeConfig], options: argparse.Namespace) -> int:
    """Execute a stored recipe; the exit status is that of a failure where all its runs failed."""
    wake_engine()
    found: dict[str, str] = {}
    last, status = execute(
        Job(folder.config, folder),
        as_json=options.json,
        for_people=partial(_print_for_people, folder=folder),
        watched=lambda events: failures(events, found),
    )
    if isinstance(last, RecipeFinished) and last.failed and not last.finished:
        return nothing_succeeded(
            found,
            f"All {last.failed} runs failed: open one of them with python -m kdcore "
            f"show {folder.cell_id(0)} --events.",
        )
    return status


def _folder(options: argparse.Namespace) -> JobFolder[RecipeConfig]:
    if options.resume:
        return resumed(RECIPE, options)
    if options.name not in RECIPES:  # before its settings are looked at
        raise UserError(
            "unknown_recipe",
            name=options.name,
            allowed=", ".join(RECIPES),
            hint=hint(options.name, list(RECIPES)),
        )
    given = {name: value for name in SETTINGS if (value := getattr(options, name)) is not None}
    asked = RecipeConfig(
        recipe=options.name,
        quick=options.quick,
        seeds=parse_axis("seeds", options.seeds) if options.seeds is not None else (),
        dataset=options.dataset,
        base=RunConfig(**given),
    )
    return store_of(options).create(with_stand_in(asked))


def _list(*, as_json: bool) -> int:
    if as_json:
        for name, one in RECIPES.items():
            about = {
                "name": name,
                "title": one.title,
                "source": one.source,
                "claim": one.claim,
                "trials": len(one.trials),
                "seeds": one.seeds,
                **_work(name),
            }
            print(json.dumps(about, ensure_ascii=False))
        return DONE
    rows = [
        (
            name,
            one.title,
            "worked example" if one.is_worked else len(one.trials),
            *(_work_text(name, quick=quick) for quick in (False, True)),
            one.source,
        )
        for name, one in RECIPES.items()
    ]
    columns = ("recipe", "what", "trials", "students × epochs", "quick", "source")
    show(table(columns, rows, whole=("recipe",), right=("trials",)))
    show("python -m kdcore recipe NAME runs one, --quick in less time; teachers come on top.")
    return DONE


def _work_text(name: str, *, quick: bool) -> str:
    if RECIPES[name].is_worked:
        return NONE
    work = work_of(RecipeConfig(recipe=name, quick=quick))
    return f"{work.students} × {work.epochs}"


def _work(name: str) -> dict[str, Any]:
    if RECIPES[name].is_worked:
        return {"students": 0, "epochs": [0, 0]}
    work = work_of(RecipeConfig(recipe=name))
    return {"students": work.students, "epochs": [work.fewest, work.most]}


def _show_worked(one: Recipe, *, as_json: bool) -> int:
    if as_json:
        for step in one.steps:
            print(
                json.dumps({"text": step.text, "arithmetic": step.arithmetic}, ensure_ascii=False)
            )
        return DONE
    show(f"{one.title}\n{one.claim}")
    for step in one.steps:
        show(f"\n{step.text}\n    {step.arithmetic}")
    return DONE


def _print_for_people(events: Iterable[Event], folder: JobFolder[RecipeConfig]) -> Event | None:
    out, record = console(), RecipeRecord()
    last = None
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("data", total=1.0)
        for last in folded(record, folder, events):
            match last:
                case Loading():
                    progress.update(task, description=f"{last.task} {last.detail}")
                case RecipeStarted():
                    out.print(f"recipe {last.job}: {last.command}")
                    machine = last.machine
                    out.print(f"{machine.processor}, {machine.cores} cores, {machine.software}")
                case TeacherEpoch():
                    text = f"{last.learner} {last.epoch}/{last.epochs}"
                    progress.update(task, description=text)
                case RecipeProgress():
                    left = record.seconds_left
                    about = f"{'measuring ' * last.measuring}{', '.join(last.trials[:2])}"
                    rest = "" if left is None else f", about {minutes_text(left)} left"
                    progress.update(task, description=f"{about}{rest}", completed=record.done)
    if record.started is None:
        return last
    config = RecipeConfig.from_dict(record.started.config)
    experiment = config.experiment
    if claims := claim_rows(experiment, record):
        show(table(CLAIM_COLUMNS, claims, whole=CLAIM_COLUMNS[:1]))
    for headings, rows in other_tables(experiment, record):
        show(table(headings, rows, whole=headings[:1]))
    if record.other_dataset:
        show(f"{OTHER_DATA} {other_data_text(experiment, record.other_dataset)}")
    if experiment.comparisons:
        rows = comparison_rows(experiment, record)
        show(table(COMPARISON_COLUMNS, rows, whole=COMPARISON_COLUMNS[:1]))
    for failure in record.failures:
        show(f"failed: {failure.trial}, seed {failure.seed}: {failure.error}")
    if isinstance(last, RecipeFinished):
        show(
            f"{'stopped' if last.stopped else 'finished'} after {minutes_text(last.seconds)}: "
            f"{last.finished} of {len(config.cells)} runs, {last.failed} failed"
        )
    return last
