"""The main path: a configuration becomes data, a teacher and students, and tells of it.

Read ``train`` from top to bottom; everything else is detail.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import nn

from kdcore.catalogue import is_forest, models_spec
from kdcore.commands import Controls, Stopped
from kdcore.data import Dataset, load_dataset
from kdcore.errors import UserError
from kdcore.events import Event, Paused, Retuned, Scores
from kdcore.jobs.run.config import SCHEDULED, RunConfig
from kdcore.jobs.run.events import Batch, Epoch, Finished, Prepared, Started
from kdcore.jobs.run.schedules import scheduled
from kdcore.models.cost import measure_cost
from kdcore.store import RunFolder
from kdcore.training.assistants import teach_assistants
from kdcore.training.device import (
    choose_device,
    device_name,
    software_versions,
    use_faster_float32_matmul,
)
from kdcore.training.distributed import by_first_rank, world_size
from kdcore.training.early_stopping import EarlyStopping
from kdcore.training.ensembles import ensemble_scores
from kdcore.training.evaluation import Predictions
from kdcore.training.meter import MEASURED, SLOWEST_REPORTS, batches_per_report
from kdcore.training.snapshots import Snapshots
from kdcore.training.student_specs import student_names, student_spec
from kdcore.training.teacher import line_scores, teach_teacher
from kdcore.training.terms import StepControls
from kdcore.training.trainer import DistillationTrainer, model_precision
from kdcore.training.transfer_batches import batches_per_epoch, transfer_of
from kdcore.training.weights import save_module


@dataclass(slots=True)
class Position:
    """Where the run stands."""

    step: int = 0
    epoch: float = 0.0
    """In epochs: 2.5 is the middle of the third."""
    began: float = field(default_factory=time.perf_counter)


def train(
    config: RunConfig, controls: Controls, *, name: str, folder: RunFolder | None = None
) -> Iterator[Event]:
    """The whole experiment, told as events.

    Raises:
        UserError: something that a person can mend.
    """
    began = time.perf_counter()
    use_faster_float32_matmul()
    device = choose_device(config.device)
    loading = load_dataset(config, folder.root if folder else None)
    data = (yield from by_first_rank(loading)).to(device)
    yield started(config, name, device, data)
    try:
        teaching = teach_teacher(
            config,
            data,
            controls,
            folder,
            device,
            model_precision(config.teacher, config, data, device),
        )
        teacher = (yield from by_first_rank(teaching)).to(device)
        if config.assistants and "distilled" in student_names(config):
            teacher = yield from teach_assistants(config, data, teacher, controls, device)
    except Stopped:
        yield Finished(
            run=name,
            stopped=True,
            epochs=0,
            step=0,
            teacher=None,
            students={},
            seconds=time.perf_counter() - began,
        )
        return
    if is_forest(config.student):
        # scikit-learn's trees take two seconds to load
        from kdcore.training.forest_students import grow_students  # noqa: PLC0415

        yield from grow_students(
            config, controls, run=name, folder=folder, data=data, teacher=teacher, began=began
        )
        return
    names = student_names(config)
    members = [student_spec(config, name, controls.values) for name in names]
    trainer = DistillationTrainer(config, [config.seed], members, data, teacher, device)
    modules = {"teacher": teacher.module} | dict(zip(names, trainer.learners(), strict=True))
    snapshots = Snapshots(folder, data, trainer.teacher_answers, config)
    yield Prepared(
        teacher_source=teacher.source,
        teacher=trainer.teacher_scores,
        arrays=snapshots.begin(),
        costs={
            name: measure_cost(module, data.input_shape, device) for name, module in modules.items()
        },
        teachers=line_scores(teacher, data),
        notes=list(teacher.notes),
        seconds=time.perf_counter() - began,
    )
    given = trainer.answers()
    patience = EarlyStopping(config.patience, modules)
    places = {name: at for at, name in enumerate(names)}
    made = partial(trainer.made, len(names) - 1)  # whoever is distilled stands last
    if folder:
        yield from snapshots.take(0, by_name(names, given), made)
    students_loop = StudentLoop(trainer, names, controls)
    stopped, epochs = False, 0
    scores: dict[str, Scores] = {}
    try:
        for epoch in range(1, config.epochs + 1):
            epoch_began = time.perf_counter()
            yield from students_loop.run(epoch)
            each = trainer.each_answers()
            given = each.together(config.networks)
            scores = dict(zip(names, trainer.scores(given), strict=True))
            epochs = epoch
            seconds = time.perf_counter() - epoch_began
            yield Epoch(
                epoch=epoch,
                step=students_loop.here.step,
                seconds=seconds,
                images_per_second=trainer.transfer_size / seconds,
                teacher=trainer.teacher_scores,
                students=scores,
                controls=students_loop.acting,
                ensembles=ensemble_scores(each, places, config.networks, data),
            )
            yield from snapshots.take(epoch, by_name(names, given), made)
            if patience.over(epoch, scores, by_name(names, given)):
                break
    except Stopped:
        stopped = True
        scores = dict(zip(names, trainer.scores(trainer.answers()), strict=True))
    if patience.best_epochs:
        patience.restore()
        scores |= patience.best_scores
        # the last snapshot is of what is kept
        yield from snapshots.take(epochs, patience.best_answers, made, last=True)
    if teacher_changed := trainer.teacher_changed():
        raise AssertionError(f"the teacher changed during the run: {teacher_changed}")
    yield Finished(
        run=name,
        stopped=stopped,
        epochs=epochs,
        step=students_loop.here.step,
        teacher=trainer.teacher_scores,
        students=scores,
        seconds=time.perf_counter() - began,
        weights=save_all(modules, teacher.model, config, data, folder),
        best_epochs=patience.best_epochs,
    )


class StudentLoop:
    """The students of one run under a person's hand: T, λ and lr are looked up at each batch."""

    def __init__(self, trainer: DistillationTrainer, names: list[str], controls: Controls) -> None:
        self.here = Position()
        self._trainer, self._names, self._controls = trainer, names, controls
        self._schedules = trainer.config.schedules
        self._told = SCHEDULED if self._schedules else ()
        """What every batch tells of, also once a hand has ended a schedule."""
        self._acting: dict[str, float] = {}
        self._acting_controls = self._step_controls(self._values())

    def _values(self) -> dict[str, float]:
        """What acts at the next batch: the settings, each where its schedule has brought it."""
        values = self._controls.values
        return values | scheduled(
            values, self._schedules, self.here.epoch, self._trainer.config.epochs
        )

    @property
    def acting(self) -> dict[str, float]:
        """The values of the newest batch."""
        return dict(self._acting)

    def run(self, epoch: int) -> Iterator[Event]:
        """One epoch of batches.

        Raises:
            Stopped: the run was told to stop.
        """
        trainer, controls, here, meter = (
            self._trainer,
            self._controls,
            self.here,
            self._trainer.meter,
        )
        every = batches_per_report(trainer.batches, trainer.flops_per_batch)
        order = trainer.begin(epoch)
        taken = reported = 0
        report_began = time.perf_counter()
        for number, indices in enumerate(order, start=1):
            for event in controls.obey(here.step, here.epoch):
                if isinstance(event, Paused | Retuned) and meter.pending:
                    yield self._batch_event(taken - reported, report_began)
                    reported, report_began = taken, time.perf_counter()
                if isinstance(event, Retuned):  # a hand on the slider ends its schedule
                    self._schedules.pop(event.name, None)
                yield event
            if (values := self._values()) != self._acting:
                self._acting_controls = self._step_controls(values)
            trainer.step(indices, self._acting_controls)
            here.step += 1
            here.epoch = epoch - 1 + number / len(order)
            taken += len(indices[0])
            slow = 0 < controls.values["speed"] <= SLOWEST_REPORTS * every
            due = number == len(order) or controls.stepping or slow
            if due or meter.pending >= every:
                # at full speed the measures would cost a good part of the steps of a small window
                limited = controls.values["speed"] > 0
                measured = due or limited or taken - reported >= MEASURED
                yield self._batch_event(taken - reported, report_began, measured=measured)
                reported, report_began = taken, time.perf_counter()

    def _step_controls(self, values: dict[str, float]) -> StepControls:
        trainer = self._trainer
        self._acting = values
        return trainer.step_controls_of(
            [student_spec(trainer.config, name, values) for name in self._names]
        )

    def _batch_event(self, images: int, report_began: float, *, measured: bool = False) -> Batch:
        trainer, step_controls, values = self._trainer, self._acting_controls, self._acting
        report = trainer.report(step_controls, measured=measured)
        for net, term, value in report.not_finite():
            raise UserError(
                "loss_not_finite",
                term=term,
                learner=f"{self._names[net]} student",
                value=str(value),
                step=self.here.step,
                lr=values["lr"],
            )
        now = time.perf_counter()
        without_t2 = [
            trainer.terms.without_t2(norm, at * trainer.config.networks, values["temperature"])
            for at, norm in enumerate(report.soft_gradient.flatten().tolist())
        ]
        return Batch(
            step=self.here.step,
            position=self.here.epoch,
            seconds=now - self.here.began,
            images_per_second=images / max(now - report_began, 1e-9),
            students={
                name: report.step_scores(net, without_t2[net])
                for net, name in enumerate(self._names)
            },
            controls={name: values[name] for name in self._told},
        )


def by_name(names: list[str], given: Predictions) -> dict[str, Predictions]:
    """The answers of each student."""
    return {name: given.of(net) for net, name in enumerate(names)}


def started(config: RunConfig, run: str, device: torch.device, data: Dataset) -> Started:
    """The event that begins a run."""
    transfer_size = len(transfer_of(config, data).labels)
    return Started(
        run=run,
        config=config.to_dict(),
        device=device_name(device),
        precision=model_precision(config.student, config, data, device),
        classes=list(data.classes),
        students=student_names(config),
        train_size=transfer_size,
        validation_size=len(data.validation.labels),
        test_size=len(data.test.labels),
        input_shape=list(data.input_shape),
        batches_per_epoch=batches_per_epoch(config, transfer_size),
        version=software_versions() + (f", {world_size()} processes" if world_size() > 1 else ""),
        notes=list(data.notes),
    )


def save_all(
    modules: dict[str, nn.Module],
    teacher: str,
    config: RunConfig,
    data: Dataset,
    folder: RunFolder | None,
) -> dict[str, str]:
    """Write the weights of ``teacher``, whose model is named, and students; their file names."""
    if folder is None:
        return {}
    files = {name: f"{name}.safetensors" for name in modules}
    student = models_spec([config.student] * config.networks)
    for name, module in modules.items():
        model = teacher if name == "teacher" else student
        save_module(folder.path / files[name], module, model, data)
    return files
