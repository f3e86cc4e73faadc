"""The main path of a sweep: a grid of cells, one teacher, and groups that are trained jointly."""

import copy
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from kdcore.commands import Controls, Stopped
from kdcore.data import Dataset, load_training_data
from kdcore.errors import UserError
from kdcore.events import Ended, Event, Failed
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Epoch, Started
from kdcore.jobs.sweep.config import AXES, SweepConfig
from kdcore.jobs.sweep.events import CellsEnded, SweepFinished, SweepPrepared, SweepStarted
from kdcore.store import JobFolder
from kdcore.training.checkpoint import StageCheckpoints
from kdcore.training.devices.device import (
    choose_device,
    device_name,
    set_float32_arithmetic,
    software_versions,
)
from kdcore.training.devices.precision import model_precision
from kdcore.training.grid.cell_events import CellEvent, Group
from kdcore.training.grid.executors.executor import Executor, GroupEnded, Message
from kdcore.training.grid.executors.local import LocalExecutor
from kdcore.training.grid.executors.processes import ProcessExecutor
from kdcore.training.grid.executors.ray import RayExecutor
from kdcore.training.grid.plan import SweepPlan, plan
from kdcore.training.grid.recorder import stopped_event, write_cell_events
from kdcore.training.measuring.evaluation import predict, score
from kdcore.training.teachers.teacher import Teacher, train_teachers
from kdcore.training.transfer_batches import transfer_of

LONGEST_UNWRITTEN = 2.0
"""Seconds for which the events of the cells' runs may wait to be written."""


def sweep(
    config: SweepConfig,
    controls: Controls,
    *,
    name: str,
    folder: JobFolder[SweepConfig] | None = None,
    executor: str = "auto",
    address: str = "",
) -> Iterator[Event]:
    """The whole sweep as events; one that was broken off goes on with the cells that are left.

    Args:
        config: the grid.
        controls: ``stop`` acts.
        name: the sweep's id.
        folder: where the sweep and its cells' runs are kept; without one nothing is written.
        executor: ``auto``, ``joint`` or ``processes``: see ``plan``; ``ray``: see ``RayExecutor``.
        address: of the Ray cluster; empty for one that is started here.

    Raises:
        UserError: something that a person can mend.
    """
    began = time.perf_counter()
    set_float32_arithmetic()
    before = earlier(folder)
    cells = config.cells
    base = cells[0]
    device = choose_device(base.device)
    root = folder.root if folder else None
    data = (yield from load_training_data(base, root, cells)).to(device)
    transfer_of(
        base, data
    )  # settings that do not suit the data are refused before a teacher is trained
    if not before.started:
        yield SweepStarted(
            sweep=name,
            config=config.to_dict(),
            cells=_table(cells, folder),
            device=device_name(device),
            validation_size=len(data.validation.labels),
            test_size=len(data.test.labels),
            version=software_versions(),
            notes=list(data.notes),
        )
    recorder = SweepRecorder(folder, cells, before.ended)
    stopped = False
    cluster = RayExecutor(address, base.device, data) if executor == "ray" else None
    try:
        teacher = yield from train_teachers(
            base,
            data,
            controls,
            folder,
            device,
            model_precision(base.teacher, base, data, device),
            StageCheckpoints(_checkpoints(folder)),
        )
        division = before.division or plan(
            cells,
            data,
            device,
            executor=executor,
            cluster_workers=cluster.workers if cluster else 0,
        )
        pool = cluster or _executor(division, data)
        if before.division is None:
            yield SweepPrepared(
                teacher_source=teacher.source,
                teacher=score(predict(teacher.module, data, "float32"), data, None),
                groups=division.groups,
                executor=pool.name,
                workers=pool.workers,
                seconds=time.perf_counter() - began,
            )
        groups = _groups(division.groups, cells, teacher, folder, name)
        groups = [group for group in groups if not group.cells.keys() <= before.ended.keys()]
        recorder.divide(groups)
        yield from _controlled(pool, groups, controls, recorder)
    except Stopped:
        stopped = True
        yield from recorder.stop()
    finally:
        if cluster:
            cluster.close()
    yield SweepFinished(
        sweep=name,
        stopped=stopped,
        finished=recorder.finished,
        failed=recorder.failed,
        seconds=time.perf_counter() - began,
    )


def _controlled(
    pool: Executor, groups: Sequence[Group], controls: Controls, recorder: "SweepRecorder"
) -> Iterator[Event]:
    """The sweep's events, until the executor is done or the sweep is stopped."""
    work = pool.run(groups)
    try:
        for message in work:
            if message is not None:
                yield from recorder.enter(message)
            controls.raise_if_stopped()
    finally:
        work.close()  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a sweep had come to when it was broken off."""

    started: bool = False
    division: SweepPlan | None = None
    """How the cells were grouped; equal groups compute equal numbers."""
    ended: dict[int, str] = field(default_factory=dict)
    """``finished`` or ``failed``, by cell."""


def earlier(folder: JobFolder[SweepConfig] | None) -> Earlier:
    """What a sweep's log holds; the end of one that was stopped is set aside.

    Raises:
        UserError: the sweep is finished, or its log cannot be written.
    """
    if folder is None:
        return Earlier()
    if folder.finished:
        raise UserError("run_finished", run=folder.id)
    broken_off = (
        number
        for number, event in folder.numbered()
        if isinstance(event, Ended) or (isinstance(event, CellsEnded) and event.state == "stopped")
    )
    end = next(broken_off, None)
    if end is not None:
        folder.cut(end)
    found = Earlier()
    for event in folder.events():
        match event:
            case SweepStarted():
                found = replace(found, started=True)
            case SweepPrepared(groups=groups, workers=workers, executor=executor):
                beside = 0 if executor == "joint" else workers
                found = replace(found, division=SweepPlan(groups, beside))
            case CellsEnded(cells=cells, state=state):
                found = replace(found, ended=found.ended | dict.fromkeys(cells, state))
    return found


class SweepRecorder:
    """Keeps the cells' runs and tells when they end.

    Args:
        folder: of the sweep, or of another job with cells; without one nothing is kept.
        cells: by number.
        ended: states of the cells that ended before.
    """

    def __init__(
        self, folder: JobFolder[Any] | None, cells: Sequence[RunConfig], ended: Mapping[int, str]
    ) -> None:
        self._folder, self._cells = folder, cells
        self._groups: dict[int, Sequence[int]] = {}
        self._open: dict[int, Epoch | None] = {
            cell: None for cell in range(len(cells)) if cell not in ended
        }
        """Cells without an end, with their last evaluation."""
        self._unwritten: dict[int, list[CellEvent]] = {}
        self._written = time.monotonic()
        states = list(ended.values())
        self.finished, self.failed = states.count("finished"), states.count("failed")

    def divide(self, groups: Sequence[Group]) -> None:
        """Learn which group trains which cells."""
        self._groups = {group.number: list(group.cells) for group in groups}

    def enter(self, message: Message) -> Iterator[Event]:
        """Keep a message; what the sweep itself tells of it."""
        match message:
            case CellEvent():
                yield from self._cell(message)
            case GroupEnded(failed=failed):
                if failed is not None:
                    for cell in self._groups[message.group]:
                        if cell in self._open:
                            yield from self._cell(CellEvent(cell, failed))
            case _:
                yield message

    def stop(self) -> Iterator[Event]:
        """End what is unfinished; a cell keeps what its last epoch was worth."""
        cells = list(self._open)
        for cell, last in self._open.items():
            if last is not None:
                run = self._folder.cell_id(cell) if self._folder else ""
                self._keep(CellEvent(cell, stopped_event(run, last)))
        self._open.clear()
        if cells:
            yield CellsEnded(cells=cells, state="stopped")

    def _cell(self, cell_event: CellEvent) -> Iterator[Event]:
        if cell_event.cell not in self._open:  # it ended, then its worker died and began anew
            return
        self._keep(cell_event)
        if isinstance(cell_event.event, Epoch):
            self._open[cell_event.cell] = cell_event.event
        if not isinstance(cell_event.event, Ended):
            return
        del self._open[cell_event.cell]
        if isinstance(cell_event.event, Failed):
            self.failed += 1
            yield CellsEnded(
                cells=[cell_event.cell],
                state="failed",
                error=cell_event.event.error,
                code=cell_event.event.code,
            )
        else:
            self.finished += 1
            yield CellsEnded(cells=[cell_event.cell], state="finished")

    def _keep(self, cell_event: CellEvent) -> None:
        """Write an event now, or soon with others: opening a file takes longer than a line."""
        if self._folder is None:
            return
        if isinstance(cell_event.event, Started):  # for the second time where its worker died
            self._unwritten.pop(cell_event.cell, None)
        self._unwritten.setdefault(cell_event.cell, []).append(cell_event)
        if isinstance(cell_event.event, Ended):
            self._write(cell_event.cell)
        elif time.monotonic() - self._written > LONGEST_UNWRITTEN:
            for cell in list(self._unwritten):
                self._write(cell)
            self._written = time.monotonic()

    def _write(self, cell: int) -> None:
        assert self._folder is not None
        write_cell_events(self._folder.cell(cell), self._cells[cell], self._unwritten.pop(cell))


def _groups(
    division: Sequence[Sequence[int]],
    cells: Sequence[RunConfig],
    teacher: Teacher,
    folder: JobFolder[SweepConfig] | None,
    name: str,
) -> list[Group]:
    portable = copy.deepcopy(teacher).to(torch.device("cpu"))
    return [
        Group(
            number=number,
            cells={cell: cells[cell] for cell in chosen},
            runs={
                cell: folder.cell_id(cell) if folder else f"{name}.{cell:04d}" for cell in chosen
            },
            teacher=portable,
            store_root=folder.root if folder else None,
            keep=folder is not None,
            checkpoints=_checkpoints(folder),
        )
        for number, chosen in enumerate(division)
    ]


def _checkpoints(folder: JobFolder[SweepConfig] | None) -> Path | None:
    """Where they are; made here, as a machine without the store has no such folder."""
    if folder is None:
        return None
    path = folder.path / "checkpoints"
    path.mkdir(exist_ok=True)
    return path


def _executor(division: SweepPlan, data: Dataset) -> Executor:
    return ProcessExecutor(division.workers) if division.workers else LocalExecutor(data)


def _table(
    cells: Sequence[RunConfig], folder: JobFolder[SweepConfig] | None
) -> list[dict[str, Any]]:
    """What tells the cells apart, and the ids of their runs."""
    return [
        {setting: getattr(config, setting) for setting in AXES.values()}
        | {"run": folder.cell_id(number) if folder else ""}
        for number, config in enumerate(cells)
    ]
