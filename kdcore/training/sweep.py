"""The main path of a sweep: a grid of cells, one teacher, and groups that are trained jointly."""

import copy
import time
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from kdcore.commands import Controls, Stopped
from kdcore.data import Dataset, load_dataset
from kdcore.events import Ended, Event, Failed
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Epoch, Started
from kdcore.jobs.sweep.config import AXES, SweepConfig
from kdcore.jobs.sweep.events import CellsEnded, SweepFinished, SweepPrepared, SweepStarted
from kdcore.store import JobFolder
from kdcore.training.cells import cut_short, keep
from kdcore.training.cluster import Cluster
from kdcore.training.device import (
    choose_device,
    device_name,
    software_versions,
    use_faster_float32_matmul,
)
from kdcore.training.evaluation import answers, score
from kdcore.training.executors import Executor, GroupEnded, InThisProcess, Message
from kdcore.training.joint import CellEvent, Group
from kdcore.training.plan import SweepPlan, plan
from kdcore.training.processes import Processes
from kdcore.training.teacher import Teacher, teach_teacher
from kdcore.training.trainer import model_precision
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
    """The whole sweep, told as events.

    Args:
        config: the grid.
        controls: ``stop`` acts.
        name: the sweep's id.
        folder: where the sweep and its cells' runs are kept; without one nothing is written.
        executor: ``auto``, ``joint`` or ``processes``: see ``plan``; ``ray``: see ``Cluster``.
        address: of the Ray cluster; empty for one that is started here.

    Raises:
        UserError: something that a person can mend.
    """
    began = time.perf_counter()
    use_faster_float32_matmul()
    cells = config.cells
    base = cells[0]
    device = choose_device(base.device)
    root = folder.root if folder else None
    data = (yield from load_dataset(base, root)).to(device)
    transfer_of(base, data)  # settings that do not suit the data are said before a teacher learns
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
    recorder = SweepRecorder(folder, cells)
    stopped = False
    cluster = Cluster(address, base.device, data) if executor == "ray" else None
    try:
        teacher = yield from teach_teacher(
            base, data, controls, folder, device, model_precision(base.teacher, base, data, device)
        )
        division = plan(
            cells,
            data,
            device,
            executor=executor,
            cluster_workers=cluster.workers if cluster else 0,
        )
        pool = cluster or _executor(division, data)
        yield SweepPrepared(
            teacher_source=teacher.source,
            teacher=score(answers(teacher.module, data, "float32"), data, None),
            groups=division.groups,
            executor=pool.name,
            workers=pool.workers,
            seconds=time.perf_counter() - began,
        )
        groups = _groups(division.groups, cells, teacher, folder, name)
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
    """What the executor says, until all is said or the sweep is stopped."""
    work = pool.run(groups)
    try:
        for message in work:
            if message is not None:
                yield from recorder.enter(message)
            controls.raise_if_stopped()
    finally:
        work.close()  # type: ignore[attr-defined]


class SweepRecorder:
    """Keeps the cells' runs and tells when they end.

    Args:
        folder: of the sweep; without one nothing is kept.
        cells: by number.
    """

    def __init__(self, folder: JobFolder[SweepConfig] | None, cells: Sequence[RunConfig]) -> None:
        self._folder, self._cells = folder, cells
        self._groups: dict[int, Sequence[int]] = {}
        self._open: dict[int, Epoch | None] = dict.fromkeys(range(len(cells)))
        """Cells without an end, with their last evaluation."""
        self._unwritten: dict[int, list[CellEvent]] = {}
        self._written = time.monotonic()
        self.finished = self.failed = 0

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
                self._keep(CellEvent(cell, cut_short(run, last)))
        self._open.clear()
        if cells:
            yield CellsEnded(cells=cells, state="stopped")

    def _cell(self, news: CellEvent) -> Iterator[Event]:
        if news.cell not in self._open:  # it ended, then its worker died and began anew
            return
        self._keep(news)
        if isinstance(news.event, Epoch):
            self._open[news.cell] = news.event
        if not isinstance(news.event, Ended):
            return
        del self._open[news.cell]
        if isinstance(news.event, Failed):
            self.failed += 1
            yield CellsEnded(
                cells=[news.cell], state="failed", error=news.event.error, code=news.event.code
            )
        else:
            self.finished += 1
            yield CellsEnded(cells=[news.cell], state="finished")

    def _keep(self, news: CellEvent) -> None:
        """Write an event now, or soon with others: opening a file takes longer than a line."""
        if self._folder is None:
            return
        if isinstance(news.event, Started):  # for the second time where its worker died
            self._unwritten.pop(news.cell, None)
        self._unwritten.setdefault(news.cell, []).append(news)
        if isinstance(news.event, Ended):
            self._write(news.cell)
        elif time.monotonic() - self._written > LONGEST_UNWRITTEN:
            for cell in list(self._unwritten):
                self._write(cell)
            self._written = time.monotonic()

    def _write(self, cell: int) -> None:
        assert self._folder is not None
        keep(self._folder.cell(cell), self._cells[cell], self._unwritten.pop(cell))


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
        )
        for number, chosen in enumerate(division)
    ]


def _executor(division: SweepPlan, data: Dataset) -> Executor:
    return Processes(division.workers) if division.workers else InThisProcess(data)


def _table(
    cells: Sequence[RunConfig], folder: JobFolder[SweepConfig] | None
) -> list[dict[str, Any]]:
    """What tells the cells apart, and the ids of their runs."""
    return [
        {setting: getattr(config, setting) for setting in AXES.values()}
        | {"run": folder.cell_id(number) if folder else ""}
        for number, config in enumerate(cells)
    ]
