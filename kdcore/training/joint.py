"""Many students in one loop: a group of a sweep's cells, told cell by cell.

The cells of a group share data, models, optimiser and batch size; they differ in T, λ, learning
rate, method and seed, and have every combination of their seeds with the rest. Each student
equals the one that a run of its own trains, to float tolerance.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kdcore.catalogue import models_spec
from kdcore.data import Dataset, class_numbers, load_dataset
from kdcore.errors import UserError
from kdcore.events import Diagnosis, Event, Failed, Scores
from kdcore.jobs.run.config import RunConfig, control_values
from kdcore.jobs.run.events import Epoch, Finished, Prepared, Snapshot
from kdcore.jobs.run.schedules import scheduled
from kdcore.jobs.sweep.events import CellsScored, SweepProgress
from kdcore.models.cost import measure_cost
from kdcore.training.device import choose_device, use_faster_float32_matmul
from kdcore.training.ensembles import ensemble_scores
from kdcore.training.evaluation import Predictions
from kdcore.training.loop import started
from kdcore.training.meter import Report, batches_per_report
from kdcore.training.snapshots import diagnoses, snapshot_arrays, watched_arrays
from kdcore.training.student_specs import specs_at, student_names, student_spec
from kdcore.training.teacher import Teacher, line_scores
from kdcore.training.terms import StudentSpec
from kdcore.training.trainer import DistillationTrainer
from kdcore.training.weights import packed_module

PROGRESS_PERIOD = 0.25
"""Seconds between two events of a group's progress."""
LOGITS_PER_REPORT = 20_000_000
"""Held until the means of some batches are taken: 80 MB."""


@dataclass(frozen=True, slots=True)
class Group:
    """What one worker trains in one loop; can be sent to another process."""

    number: int
    cells: dict[int, RunConfig]
    """By their number in the sweep."""
    runs: dict[int, str]
    """The id of each cell's run."""
    teacher: Teacher
    """On the CPU."""
    store_root: Path | None
    """Where own data are kept decoded."""
    keep: bool = True
    """Whether weights, soft labels and diagnoses are wanted at the end."""


@dataclass(frozen=True, slots=True)
class CellEvent:
    """An event of one cell's run, with the files that it names."""

    cell: int
    event: Event
    files: dict[str, bytes] = field(default_factory=dict)


GroupEvent = CellEvent | CellsScored | SweepProgress


def train_group(group: Group, data: Dataset | None = None) -> Iterator[GroupEvent]:
    """Train all students of a group; closing the iterator ends it.

    Args:
        group: what to train.
        data: of all cells, where the caller has them loaded.
    """
    use_faster_float32_matmul()
    base = next(iter(group.cells.values()))
    device = choose_device(base.device)
    if data is None:
        data = loaded(base, group.store_root)
    data = data.to(device)
    teacher = group.teacher.to(device)
    places = NetworkLayout(group.cells)
    trainer = DistillationTrainer(base, places.seeds, places.members, data, teacher, device)
    step_controls = trainer.step_controls_of(places.members)
    schedules = base.schedules
    cell_events = CellEvents(group, trainer, places, data)
    yield from cell_events.begin()
    logits_per_batch = places.count * trainer.batch_size * len(data.classes)
    every = max(1, min(batches_per_report(trainer.batches), LOGITS_PER_REPORT // logits_per_batch))
    step = since = 0
    reported = time.perf_counter()
    for epoch in range(1, base.epochs + 1):
        began = time.perf_counter()
        order = trainer.begin(epoch)
        for number, indices in enumerate(order, start=1):
            if schedules:
                at = epoch - 1 + (number - 1) / len(order)
                members = specs_at(places.members, schedules, at, base.epochs)
                step_controls = trainer.step_controls_of(members)
            trainer.step(indices, step_controls)
            step += 1
            since += len(indices[0])
            if number == len(order) or trainer.meter.pending >= every:
                yield from cell_events.failures(trainer.report(step_controls), step)
            if (now := time.perf_counter()) - reported > PROGRESS_PERIOD:
                yield SweepProgress(
                    group=group.number,
                    position=epoch - 1 + number / len(order),
                    epochs=base.epochs,
                    students=places.count,
                    images_per_second=since * places.count / (now - reported),
                )
                reported, since = now, 0
        each = trainer.each_answers()
        given = each.together(base.networks)
        yield from cell_events.epoch(
            epoch, step, trainer.scores(given), each, time.perf_counter() - began
        )
    yield from cell_events.end(given, step)


class NetworkLayout:
    """Where each cell's two students stand among the nets of a group.

    Args:
        cells: every combination of their seeds with their members.
    """

    def __init__(self, cells: dict[int, RunConfig]) -> None:
        self.networks = next(iter(cells.values())).networks
        """That each student is."""
        self.seeds = list(dict.fromkeys(config.seed for config in cells.values()))
        wanted = {member for config in cells.values() for member in _members(config).values()}
        self.members = sorted(
            wanted,
            key=lambda member: (
                member.method,
                member.settings,
                member.lr,
                member.temperature,
                member.weight,
            ),
        )
        at = {member: index for index, member in enumerate(self.members)}
        self.nets = {
            cell: {
                name: self.seeds.index(config.seed) * len(self.members) + at[member]
                for name, member in _members(config).items()
            }
            for cell, config in cells.items()
        }
        """By cell, then ``plain`` and ``distilled``."""

    @property
    def count(self) -> int:
        """Networks that are trained, those of plain students included."""
        return len(self.seeds) * len(self.members) * self.networks


class CellEvents:
    """Tells the events of every cell's run."""

    def __init__(
        self, group: Group, trainer: DistillationTrainer, places: NetworkLayout, data: Dataset
    ) -> None:
        self._group, self._trainer, self._places, self._data = group, trainer, places, data
        self._alive = dict(group.cells)
        self._scores: dict[int, dict[str, Scores]] = {}
        self._began = time.perf_counter()

    def begin(self) -> Iterator[CellEvent]:
        """Started and prepared."""
        trainer, data, group = self._trainer, self._data, self._group
        files = {}
        costs = {}
        taught = line_scores(trainer.teacher, data)
        if group.keep:
            files["prepared.safetensors"] = watched_arrays(data, trainer.teacher_answers)
            models = {"teacher": trainer.teacher.module, "student": trainer.learners()[0]}
            costs = {
                name: measure_cost(module, data.input_shape, trainer.device)
                for name, module in models.items()
            }
        for cell, config in self._alive.items():
            yield CellEvent(cell, started(config, group.runs[cell], trainer.device, data))
            of_cell = {
                name: costs["teacher" if name == "teacher" else "student"]
                for name in ("teacher", *student_names(config))
                if costs
            }
            prepared = Prepared(
                teacher_source=group.teacher.source,
                teacher=trainer.teacher_scores,
                costs=of_cell,
                arrays=next(iter(files), None),
                seconds=time.perf_counter() - self._began,
                teachers=taught,
            )
            yield CellEvent(cell, prepared, files)

    def failures(self, report: Report, step: int) -> Iterator[CellEvent]:
        """A cell whose loss is not a number any more ends; the others do not feel it."""
        for net, term, value in report.not_finite():
            for cell, config in list(self._alive.items()):
                names = [name for name, own in self._places.nets[cell].items() if own == net]
                if names:
                    del self._alive[cell]
                    error = UserError(
                        "loss_not_finite",
                        term=term,
                        value=str(value),
                        step=step,
                        learner=f"{names[0]} student",
                        lr=config.lr,
                    )
                    yield CellEvent(
                        cell, Failed(error=str(error), code=error.code, values=error.values)
                    )

    def epoch(
        self, epoch: int, step: int, scores: list[Scores], each: Predictions, seconds: float
    ) -> Iterator[CellEvent | CellsScored]:
        """The scores of all cells, and each cell's own event.

        A cell's seconds are its students' share of the group's.
        """
        trainer = self._trainer
        schedules = trainer.config.schedules
        for cell, config in self._alive.items():
            values = control_values(config.to_dict())
            nets = self._places.nets[cell]
            self._scores[cell] = {name: scores[net] for name, net in nets.items()}
            share = seconds * len(nets) * self._places.networks / self._places.count
            yield CellEvent(
                cell,
                Epoch(
                    epoch=epoch,
                    step=step,
                    seconds=share,
                    images_per_second=trainer.transfer_size / share,
                    teacher=trainer.teacher_scores,
                    students=self._scores[cell],
                    controls=values
                    | scheduled(values, schedules, epoch - 1 / trainer.batches, config.epochs),
                    ensembles=ensemble_scores(each, nets, config.networks, self._data),
                ),
            )
        yield CellsScored(
            epoch=epoch,
            **{
                name: {
                    str(cell): self._scores[cell][name]
                    for cell in self._alive
                    if name in self._scores[cell]
                }
                for name in ("distilled", "plain")
            },
        )

    def end(self, given: Predictions, step: int) -> Iterator[CellEvent]:
        """Soft labels, weights and the end of each cell."""
        found = _Diagnoses(self._trainer, given) if self._group.keep else None
        learners = self._trainer.learners()
        for cell, config in self._alive.items():
            nets = self._places.nets[cell]
            files: dict[str, bytes] = {}
            if found:
                name = f"snapshot-{config.epochs:04d}.safetensors"
                answers = {learner: given.of(net) for learner, net in nets.items()}
                yield CellEvent(
                    cell,
                    Snapshot(
                        epoch=config.epochs,
                        arrays=name,
                        learners=found.teacher
                        | {learner: found.of(net) for learner, net in nets.items()},
                    ),
                    {
                        name: snapshot_arrays(
                            answers, self._data, self._trainer.made(list(nets.values())[-1])
                        )
                    },
                )
                files = {
                    f"{learner}.safetensors": packed_module(
                        learners[net], models_spec([config.student] * config.networks), self._data
                    )
                    for learner, net in nets.items()
                }
            yield CellEvent(
                cell,
                Finished(
                    run=self._group.runs[cell],
                    stopped=False,
                    epochs=config.epochs,
                    step=step,
                    teacher=self._trainer.teacher_scores,
                    students=self._scores[cell],
                    seconds=time.perf_counter() - self._began,
                    weights={name.removesuffix(".safetensors"): name for name in files},
                ),
                files,
            )


class _Diagnoses:
    """The diagnosis of every net, each worked out once."""

    def __init__(self, trainer: DistillationTrainer, given: Predictions) -> None:
        self._trainer, self._given = trainer, given
        self._known: dict[int, Diagnosis] = {}
        self._missing = class_numbers(trainer.config.drop_classes, trainer.data.classes)
        self.teacher = diagnoses(
            {"teacher": trainer.teacher_answers}, trainer.data, None, self._missing
        )

    def of(self, net: int) -> Diagnosis:
        """That of one net."""
        if net not in self._known:
            (self._known[net],) = diagnoses(
                {"net": self._given.of(net)},
                self._trainer.data,
                self._trainer.teacher_answers,
                self._missing,
            ).values()
        return self._known[net]


def _members(config: RunConfig) -> dict[str, StudentSpec]:
    """How each student of a cell learns; what does not act on it has one value for all."""
    values = control_values(config.to_dict())
    return {name: student_spec(config, name, values) for name in student_names(config)}


def loaded(config: RunConfig, store_root: Path | None) -> Dataset:
    """The data of a run, in silence; see ``load_dataset``."""
    steps = load_dataset(config, store_root)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
