"""What a group's training means for each cell: the events and files of a run of its own."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kdcore.catalogue import models_spec
from kdcore.data import Dataset, class_numbers
from kdcore.errors import UserError
from kdcore.events import Diagnosis, DomainShift, Event, Failed, Scores, from_json
from kdcore.jobs.run.config import RunConfig, control_values
from kdcore.jobs.run.events import Epoch, Finished, Prepared, Snapshot
from kdcore.jobs.run.schedules import scheduled
from kdcore.jobs.sweep.events import CellsScored, SweepProgress
from kdcore.models.cost import measure_cost
from kdcore.training.grid.network_layout import NetworkLayout
from kdcore.training.measuring.domain_shift import ShiftAxes
from kdcore.training.measuring.ensembles import ensemble_scores
from kdcore.training.measuring.evaluation import Predictions
from kdcore.training.measuring.meter import Report
from kdcore.training.measuring.snapshots import diagnoses, prepared_arrays, snapshot_arrays
from kdcore.training.objective.student_specs import student_names
from kdcore.training.run_files import started
from kdcore.training.state import State
from kdcore.training.teachers.teacher import Teacher, member_scores
from kdcore.training.trainer import DistillationTrainer
from kdcore.training.weights.modules import packed_module


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
    checkpoints: Path | None = None
    """The folder of the groups' checkpoints, where this machine has it."""

    @property
    def stage(self) -> str:
        """The name of its checkpoints."""
        return f"group-{self.number}"


@dataclass(frozen=True, slots=True)
class CellEvent:
    """An event of one cell's run, with the files that it names."""

    cell: int
    event: Event
    files: dict[str, bytes] = field(default_factory=dict)


GroupEvent = CellEvent | CellsScored | SweepProgress


class CellEvents:
    """Tells the events of every cell's run."""

    def __init__(
        self, group: Group, trainer: DistillationTrainer, places: NetworkLayout, data: Dataset
    ) -> None:
        self._group, self._trainer, self._places, self._data = group, trainer, places, data
        self._alive = dict(group.cells)
        self._scores: dict[int, dict[str, Scores]] = {}
        self._yielded: list[CellEvent] = []
        """Since ``begin``, without files."""
        self._began = time.perf_counter()

    def begin(self) -> Iterator[CellEvent]:
        """Started and prepared."""
        trainer, data, group = self._trainer, self._data, self._group
        files: dict[int, dict[str, bytes]] = {}
        costs = {}
        members = member_scores(trainer.teacher, data)
        if group.keep:
            for seed in {config.seed for config in self._alive.values()}:
                seen = trainer.seen_by_students(seed)
                arrays = prepared_arrays(data, trainer.teacher_predictions, *seen)
                files[seed] = {"prepared.safetensors": arrays}
            models = {"teacher": trainer.teacher.module, "student": trainer.learners()[0]}
            costs = {name: measure_cost(module, data.example()) for name, module in models.items()}
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
                arrays=next(iter(files.get(config.seed, ())), None),
                seconds=time.perf_counter() - self._began,
                teachers=members,
            )
            yield CellEvent(cell, prepared, files.get(config.seed, {}))

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
                    failed = Failed(error=str(error), code=error.code, values=error.values)
                    self._yielded.append(CellEvent(cell, failed))
                    yield self._yielded[-1]

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
            event = Epoch(
                epoch=epoch,
                step=step,
                seconds=share,
                images_per_second=trainer.transfer_size / share,
                teacher=trainer.teacher_scores,
                students=self._scores[cell],
                controls=values
                | scheduled(values, schedules, epoch - 1 / trainer.batches, config.epochs),
                ensembles=ensemble_scores(each, nets, config.networks, self._data),
            )
            self._yielded.append(CellEvent(cell, event))
            yield self._yielded[-1]
        yield self._scored(epoch)

    def yielded(self, epoch: int) -> Iterator[CellEvent | CellsScored]:
        """The events of the epochs up to the checkpoint that was restored, once more."""
        yield from self._yielded
        if epoch:
            yield self._scored(epoch)

    def state_dict(self) -> State:
        """See ``Stateful``."""
        return {"yielded": [[one.cell, one.event.to_json()] for one in self._yielded]}

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        self._yielded = [CellEvent(cell, from_json(text)) for cell, text in state["yielded"]]
        for one in self._yielded:
            if isinstance(one.event, Epoch):
                self._scores[one.cell] = one.event.students
            else:
                del self._alive[one.cell]

    def _scored(self, epoch: int) -> CellsScored:
        return CellsScored(
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

    def end(self, predictions: Predictions, step: int) -> Iterator[CellEvent]:
        """Soft labels, weights and the end of each cell."""
        found = _Diagnoses(self._trainer, predictions) if self._group.keep else None
        learners = self._trainer.learners()
        for cell, config in self._alive.items():
            nets = self._places.nets[cell]
            files: dict[str, bytes] = {}
            if found:
                name = f"snapshot-{config.epochs:04d}.safetensors"
                of_cell = {learner: predictions.of(net) for learner, net in nets.items()}
                yield CellEvent(
                    cell,
                    Snapshot(
                        epoch=config.epochs,
                        arrays=name,
                        learners=found.teacher
                        | {learner: found.of(net) for learner, net in nets.items()},
                        shift=found.shift(of_cell),
                    ),
                    {
                        name: snapshot_arrays(
                            of_cell, self._data, self._trainer.generated(list(nets.values())[-1])
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

    def __init__(self, trainer: DistillationTrainer, predictions: Predictions) -> None:
        self._trainer, self._predictions = trainer, predictions
        self._known: dict[int, Diagnosis] = {}
        self._missing = class_numbers(trainer.config.drop_classes, trainer.data.classes)
        has_target = trainer.data.target is not None
        self._axes = ShiftAxes(trainer.data, trainer.teacher_predictions) if has_target else None
        self.teacher = diagnoses(
            {"teacher": trainer.teacher_predictions}, trainer.data, None, self._missing
        )

    def shift(self, of_cell: dict[str, Predictions]) -> DomainShift | None:
        """Where the answers of a cell's students lie, where there are target data."""
        if self._axes is None:
            return None
        return self._axes.shift({"teacher": self._trainer.teacher_predictions} | of_cell)

    def of(self, net: int) -> Diagnosis:
        """That of one net."""
        if net not in self._known:
            (self._known[net],) = diagnoses(
                {"net": self._predictions.of(net)},
                self._trainer.data,
                self._trainer.teacher_predictions,
                self._missing,
            ).values()
        return self._known[net]
