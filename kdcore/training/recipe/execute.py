"""The main path of a recipe: the data, then teacher by teacher all trials that learn from it.

Trials that a group can train are trained jointly or in processes, like the cells of a sweep; those
with assistants, patience or forests one after the other. A trial that has ended is not trained
again where the recipe goes on.
"""

import copy
import shutil
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from kdcore.catalogue import DATASETS, is_forest
from kdcore.commands import Controls, Stopped
from kdcore.data import Dataset, load_dataset
from kdcore.errors import UserError
from kdcore.events import Ended, Event, Failed, TeacherEpoch
from kdcore.jobs.recipe.config import RecipeConfig, command_of
from kdcore.jobs.recipe.events import (
    RecipeFinished,
    RecipeProgress,
    RecipeStarted,
    TrialMeasured,
    TrialsPrepared,
)
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Batch, Finished, Snapshot
from kdcore.jobs.sweep.events import SweepProgress
from kdcore.store import JobFolder, Store, recorded
from kdcore.training.checkpoint import StageCheckpoints
from kdcore.training.devices.device import choose_device, set_float32_arithmetic
from kdcore.training.devices.precision import model_precision
from kdcore.training.grid.cell_events import CellEvent, Group
from kdcore.training.grid.executors.executor import Executor, GroupEnded, Message
from kdcore.training.grid.executors.local import LocalExecutor
from kdcore.training.grid.executors.processes import ProcessExecutor
from kdcore.training.grid.plan import SweepPlan, plan
from kdcore.training.grid.sweep import SweepRecorder
from kdcore.training.loop import train
from kdcore.training.recipe.machine import this_machine
from kdcore.training.recipe.measures import Measuring, Values, measured
from kdcore.training.recipe.progress import Meter, measures_cost, students_cost, teacher_cost
from kdcore.training.recipe.values import values_of
from kdcore.training.teachers.teacher import Teacher, train_teachers

OF_THE_DATA = ("dataset", "target", "data_root", "image_size", "label_column", "teacher_weights")
"""What ``load_dataset`` reads: trials that differ in one of them have other data."""
OF_THE_TEACHER = tuple(
    item.name
    for item in fields(RunConfig)
    if item.name.startswith("teacher") and item.name not in ("teacher_layers", "teacher_outputs")
)


def execute_recipe(
    config: RecipeConfig,
    controls: Controls,
    *,
    name: str,
    folder: JobFolder[RecipeConfig] | None = None,
    executor: str = "auto",
) -> Iterator[Event]:
    """The whole recipe as events; one that was broken off goes on with the trials that are left.

    Args:
        config: the experiment.
        controls: ``stop`` acts.
        name: the job's id.
        folder: where the runs of its trials are kept; without one they are forgotten at the end.
        executor: ``auto``, ``joint`` or ``processes``: see ``plan``.

    Raises:
        UserError: data are missing, or something else that a person can mend.
    """
    if folder is not None:
        yield from Experiment(config, controls, name, folder, folder.root, executor).run()
        return
    with tempfile.TemporaryDirectory() as place:
        kept = Store(Path(place)).create(config, name)
        yield from Experiment(config, controls, name, kept, None, executor).run()


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a recipe had come to when it was broken off."""

    started: bool = False
    seconds: float = 0.0
    divisions: dict[int, SweepPlan] = field(default_factory=dict)
    """How the cells of each part were grouped."""
    ended: dict[int, str] = field(default_factory=dict)
    """``finished`` or ``failed``, by cell."""


def earlier(folder: JobFolder[RecipeConfig]) -> Earlier:
    """What a recipe's log holds; the end of one that was stopped is set aside.

    Raises:
        UserError: the recipe is finished, it began with other trials than it has today, or its
            log cannot be written.
    """
    if folder.finished:
        raise UserError("run_finished", run=folder.id)
    check_unchanged(folder)
    end = next((number for number, event in folder.numbered() if isinstance(event, Ended)), None)
    if end is not None:
        folder.cut(end)
    found = Earlier()
    for event in folder.events():
        match event:
            case RecipeStarted():
                found = replace(found, started=True)
            case RecipeProgress(seconds=seconds):
                found = replace(found, seconds=seconds)
            case TrialsPrepared(part=part, groups=groups, workers=workers):
                division = {part: SweepPlan(groups, workers)}
                found = replace(found, divisions=found.divisions | division)
            case TrialMeasured(cell=cell, error=error):
                state = "failed" if error else "finished"
                found = replace(found, ended=found.ended | {cell: state})
    return found


def check_unchanged(folder: JobFolder[RecipeConfig]) -> None:
    """Raise ``UserError`` where a recipe began with other trials than it has today."""
    config = folder.config
    cells = [(cell.trial, cell.seed) for cell in config.cells]
    for event in folder.events():
        if isinstance(event, RecipeStarted) and (
            [(one["trial"], one["seed"]) for one in event.trials] != cells
            or event.settings_key not in ("", config.settings_key)
        ):
            raise UserError("recipe_changed", run=folder.id, recipe=config.recipe)


class Experiment:
    """A recipe under way.

    Args:
        config: the experiment.
        controls: ``stop`` acts.
        name: the job's id.
        folder: where the runs are kept.
        data_store: the store in which own data are kept decoded, where there is one.
        executor: see ``execute_recipe``.
    """

    def __init__(
        self,
        config: RecipeConfig,
        controls: Controls,
        name: str,
        folder: JobFolder[RecipeConfig],
        data_store: Path | None,
        executor: str,
    ) -> None:
        self._config, self._controls, self._name = config, controls, name
        self._folder, self._data_store, self._executor = folder, data_store, executor
        self._cells = config.cells
        self._device = choose_device(config.base.device)
        self._data: dict[tuple[Any, ...], Dataset] = {}
        """By the settings that name them."""
        self._meter = Meter({}, 0.0)
        self._before = Earlier()
        self._states: dict[int, str] = {}
        self._teacher: torch.nn.Module
        """Of the part that is under way."""

    def run(self) -> Iterator[Event]:
        """The events."""
        set_float32_arithmetic()
        self._before = earlier(self._folder)
        self._states = dict(self._before.ended)
        yield from self._load()
        if not self._before.started:
            yield self._started()
        self._meter = Meter(self._costs(), self._before.seconds)
        for cell in self._states:
            self._meter.reach([_piece(cell), _measures_piece(cell)], 1.0)
        stopped = False
        try:
            for part, cells in enumerate(self._parts()):
                if set(cells) <= self._states.keys():
                    self._meter.reach([_teacher_piece(part)], 1.0)
                    continue
                yield from self._part(part, cells)
        except Stopped:
            stopped = True
        yield from self._meter.report([], now=True)
        states = list(self._states.values())
        yield RecipeFinished(
            job=self._name,
            stopped=stopped,
            finished=states.count("finished"),
            failed=states.count("failed"),
            seconds=self._meter.seconds,
        )

    def _load(self) -> Iterator[Event]:
        """All data of all trials, before anything is trained."""
        check_data([cell.config for cell in self._cells])
        for cell in self._cells:
            key = _values(cell.config, OF_THE_DATA)
            if key not in self._data:
                data = yield from load_dataset(cell.config, self._data_store)
                self._data[key] = data.to(self._device)

    def _started(self) -> RecipeStarted:
        return RecipeStarted(
            job=self._name,
            config=self._config.to_dict(),
            trials=[
                {"trial": cell.trial, "seed": cell.seed, "run": self._folder.cell_id(number)}
                for number, cell in enumerate(self._cells)
            ],
            machine=this_machine(self._device),
            test_sizes={data.name: len(data.test.labels) for data in self._data.values()},
            date=datetime.now(UTC).date().isoformat(),
            command=command_of(self._config),
            settings_key=self._config.settings_key,
            notes=[note for data in self._data.values() for note in data.notes],
        )

    def _costs(self) -> dict[str, float]:
        """Of every teacher and every cell; settings that do not suit the data are refused here."""
        costs: dict[str, float] = {}
        for part, cells in enumerate(self._parts()):
            first = self._cells[cells[0]].config
            costs[_teacher_piece(part)] = teacher_cost(first, self._data_of(first))
        known: dict[str, tuple[float, float]] = {}
        for number, cell in enumerate(self._cells):
            if cell.trial not in known:
                data = self._data_of(cell.config)
                measures = self._config.experiment.trials[cell.trial].measures
                known[cell.trial] = (
                    students_cost(cell.config, data),
                    measures_cost(cell.config, measures, data),
                )
            costs[_piece(number)], costs[_measures_piece(number)] = known[cell.trial]
        return costs

    def _parts(self) -> list[list[int]]:
        """The cells by teacher and data, in their order."""
        parts: dict[tuple[Any, ...], list[int]] = {}
        for number, cell in enumerate(self._cells):
            key = _values(cell.config, (*OF_THE_DATA, *OF_THE_TEACHER))
            parts.setdefault(key, []).append(number)
        return list(parts.values())

    def _part(self, part: int, cells: Sequence[int]) -> Iterator[Event]:
        """One teacher and all that learn from it.

        Raises:
            Stopped: a person stopped it; what has an end keeps it.
        """
        first = self._cells[cells[0]].config
        data = self._data_of(first)
        checkpoints = self._folder.path / "checkpoints" / f"part-{part}"
        checkpoints.mkdir(parents=True, exist_ok=True)
        precision = model_precision(first.teacher, first, data, self._device)
        log = StageCheckpoints(checkpoints)
        training = train_teachers(
            first, data, self._controls, self._folder, self._device, precision, log
        )
        teacher = yield from self._with_teacher_progress(part, cells, training)
        self._teacher = teacher.module
        self._meter.reach([_teacher_piece(part)], 1.0)
        for cell in cells:  # it was trained, and broken off before it was measured
            run = self._folder.cell(cell)
            if cell not in self._states and run.finished:
                yield from self._ended(cell, run.events()[-1])
        joint = [cell for cell in cells if not _is_alone(self._cells[cell].config)]
        division = self._before.divisions.get(part) or self._divided(joint, data)
        if part not in self._before.divisions:
            yield TrialsPrepared(part=part, groups=division.groups, workers=division.workers)
        yield from self._train_groups(division, teacher, data, checkpoints)
        for cell in cells:
            if cell not in joint and cell not in self._states:
                yield from self._train_alone(cell)
        shutil.rmtree(checkpoints, ignore_errors=True)

    def _with_teacher_progress(
        self, part: int, cells: Sequence[int], training: Generator[Event, None, Teacher]
    ) -> Generator[Event, None, Teacher]:
        trials = [self._cells[cell].trial for cell in cells]
        while True:
            try:
                event = next(training)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            yield event
            if isinstance(event, TeacherEpoch):
                self._meter.reach([_teacher_piece(part)], event.epoch / event.epochs)
                yield from self._meter.report(trials)

    def _divided(self, cells: Sequence[int], data: Dataset) -> SweepPlan:
        if not cells:
            return SweepPlan([], 0)
        configs = [self._cells[cell].config for cell in cells]
        local = plan(configs, data, self._device, executor=self._executor)
        return SweepPlan([[cells[at] for at in group] for group in local.groups], local.workers)

    def _train_groups(
        self, division: SweepPlan, teacher: Teacher, data: Dataset, checkpoints: Path
    ) -> Iterator[Event]:
        portable = copy.deepcopy(teacher).to(torch.device("cpu"))
        groups = [
            Group(
                number=cells[0],
                cells={cell: self._cells[cell].config for cell in cells},
                runs={cell: self._folder.cell_id(cell) for cell in cells},
                teacher=portable,
                store_root=self._data_store,
                checkpoints=checkpoints,
            )
            for cells in division.groups
            if not set(cells) <= self._states.keys()
        ]
        if not groups:
            return
        pool: Executor = (
            ProcessExecutor(division.workers) if division.workers else LocalExecutor(data)
        )
        configs = [cell.config for cell in self._cells]
        recorder = SweepRecorder(self._folder, configs, self._states_outside(groups))
        recorder.divide(groups)
        work = pool.run(groups)
        try:
            for message in work:
                if message is not None:
                    yield from self._heard(message, recorder, {one.number: one for one in groups})
                self._controls.raise_if_stopped()
        except Stopped:
            for _ in recorder.stop():  # the runs of its cells say that they were stopped
                pass
            raise
        finally:
            work.close()  # type: ignore[attr-defined]

    def _states_outside(self, groups: Sequence[Group]) -> dict[int, str]:
        """Cells that these groups need not end: those that have ended, and all others."""
        own = {cell for group in groups for cell in group.cells if cell not in self._states}
        return {
            cell: self._states.get(cell, "finished")
            for cell in range(len(self._cells))
            if cell not in own
        }

    def _heard(
        self, message: Message, recorder: SweepRecorder, groups: dict[int, Group]
    ) -> Iterator[Event]:
        for _ in recorder.enter(message):  # keeps the cell's run; a recipe says less than a sweep
            pass
        match message:
            case SweepProgress():
                cells = list(groups[message.group].cells)
                self._meter.reach(list(map(_piece, cells)), message.position / message.epochs)
                yield from self._meter.report([self._cells[cell].trial for cell in cells])
            case CellEvent(cell=cell, event=Ended() as end) if cell not in self._states:
                yield from self._ended(cell, end)
            case GroupEnded(failed=Failed() as failed):
                for cell in groups[message.group].cells:
                    if cell not in self._states:
                        yield from self._ended(cell, failed)

    def _train_alone(self, cell: int) -> Iterator[Event]:
        """One run of its own, with what no group can train.

        Raises:
            Stopped: a person stopped it.
        """
        config = self._cells[cell].config
        run = self._folder.cell(cell)
        end = run.last()
        if isinstance(end, Finished) and not end.stopped:  # only its measures are missing
            yield from self._ended(cell, end)
            return
        if not run.path.exists():
            run.begin(config.to_dict())
        own = Controls(config)
        stopped = False
        events = _without_failing(train(config, own, name=run.id, folder=run))
        for event in recorded(events, run):
            match event:
                case Batch():
                    self._meter.reach([_piece(cell)], event.position / config.epochs)
                    yield from self._meter.report([self._cells[cell].trial])
                case Finished(stopped=True):
                    stopped = True
                case Ended():
                    yield from self._ended(cell, event)
            try:
                self._controls.raise_if_stopped()
            except Stopped:
                own.stop()
                stopped = True
        if stopped and cell not in self._states:
            raise Stopped

    def _ended(self, cell: int, end: Event) -> Iterator[Event]:
        """What a cell has come to.

        Raises:
            Stopped: a person stopped it while its networks were measured.
        """
        own = self._cells[cell]
        run = self._folder.cell(cell)
        error = code = ""
        values: dict[str, dict[str, float]] = {}
        if isinstance(end, Finished):
            snapshots = [one for one in run.events() if isinstance(one, Snapshot)]
            values = values_of(end, snapshots[-1] if snapshots else None)
            asked = self._config.experiment.trials[own.trial].measures
            data = self._data_of(own.config)
            self._meter.reach([_piece(cell)], 1.0)
            found = yield from self._with_measures_progress(
                cell,
                measured(
                    asked,
                    run,
                    end.weights,
                    self._teacher,
                    data,
                    own.config,
                    self._controls.raise_if_stopped,
                ),
            )
            for learner, more in found.items():
                values.setdefault(learner, {}).update(more)
        elif isinstance(end, Failed):
            error, code = end.error, end.code
        self._states[cell] = "failed" if error else "finished"
        self._meter.reach([_piece(cell), _measures_piece(cell)], 1.0)
        yield TrialMeasured(
            cell=cell,
            trial=own.trial,
            seed=own.seed,
            run=run.id,
            values=values,
            error=error,
            code=code,
        )
        yield from self._meter.report([own.trial])

    def _with_measures_progress(
        self, cell: int, measuring: Measuring
    ) -> Generator[Event, None, Values]:
        while True:
            yield from self._meter.report([self._cells[cell].trial], measuring=True)
            try:
                share = next(measuring)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            self._meter.reach([_measures_piece(cell)], share)

    def _data_of(self, config: RunConfig) -> Dataset:
        return self._data[_values(config, OF_THE_DATA)]


def check_data(configs: Iterable[RunConfig]) -> None:
    """Raise ``UserError`` where a file that no recipe can fetch is missing."""
    for config in configs:
        path = Path(config.dataset)
        if config.dataset not in DATASETS and not path.exists():
            raise UserError(
                "recipe_data_missing", file=path.name, folder=str(path.parent.absolute())
            )


def _without_failing(events: Iterable[Event]) -> Iterator[Event]:
    """The events; a mistake that ends a run is its last one, and the recipe goes on."""
    try:
        yield from events
    except UserError as error:
        yield Failed.from_error(error)


def _is_alone(config: RunConfig) -> bool:
    """Whether a run is more than a group can train."""
    return bool(config.patience or config.assistants or is_forest(config.student))


def _values(config: RunConfig, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(config, name) for name in names)


def _piece(cell: int) -> str:
    return f"cell {cell}"


def _measures_piece(cell: int) -> str:
    return f"measures {cell}"


def _teacher_piece(part: int) -> str:
    return f"teacher {part}"
