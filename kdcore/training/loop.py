"""The main path: a configuration becomes data, a teacher and students, and a stream of events.

Read ``train`` from top to bottom; everything else is detail.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial

from torch import Tensor

from kdcore.catalogue import is_forest
from kdcore.commands import Controls, Stopped
from kdcore.data import load_training_data
from kdcore.errors import UserError
from kdcore.events import Event, Paused, Retuned, Scores
from kdcore.jobs.run.config import SCHEDULED, RunConfig
from kdcore.jobs.run.events import Batch, Epoch, Finished, Prepared
from kdcore.jobs.run.schedules import scheduled
from kdcore.models.cost import measure_cost
from kdcore.store import RunFolder
from kdcore.training.answering import answer_during
from kdcore.training.assistants import train_assistants
from kdcore.training.checkpoint import TrainingLog
from kdcore.training.devices.device import choose_device, set_float32_arithmetic
from kdcore.training.devices.distributed import by_first_rank
from kdcore.training.devices.precision import model_precision
from kdcore.training.fit import Position, fit
from kdcore.training.fitting_batch import TriedBatches
from kdcore.training.measuring.early_stopping import EarlyStopping
from kdcore.training.measuring.ensembles import ensemble_scores
from kdcore.training.measuring.meter import MEASURED, SLOWEST_REPORTS, batches_per_report
from kdcore.training.measuring.snapshots import Snapshots
from kdcore.training.measuring.uncertainty import take_uncertainty
from kdcore.training.objective.student_specs import student_names, student_spec
from kdcore.training.run_files import predictions_by_name, save_all, started
from kdcore.training.state import State, Stateful
from kdcore.training.teachers.teacher import member_scores, train_teachers
from kdcore.training.trainer import DistillationTrainer

STAGE = "students"
"""Of the checkpoints; those of teachers and assistants have their own."""


def train(
    config: RunConfig, controls: Controls, *, name: str, folder: RunFolder | None = None
) -> Iterator[Event]:
    """The whole experiment as events; one that was broken off goes on from its last checkpoint.

    Args:
        config: the experiment.
        controls: what it obeys.
        name: its id.
        folder: where arrays, weights and checkpoints are kept; without one nothing is written.

    Raises:
        UserError: something that a person can mend.
    """
    log = TrainingLog(folder)
    yield from log.passed_on(_train(config, controls, log, run=name, folder=folder))


def _train(
    config: RunConfig, controls: Controls, log: TrainingLog, *, run: str, folder: RunFolder | None
) -> Iterator[Event]:
    began = time.perf_counter() - log.seconds
    device = choose_device(config.device)
    set_float32_arithmetic()
    loading = load_training_data(config, folder.root if folder else None)
    data = (yield from by_first_rank(loading)).to(device)
    log.check_data(data.fingerprint_with_target)
    yield started(config, run, device, data)
    try:
        precision = model_precision(config.teacher, config, data, device)
        training = train_teachers(config, data, controls, folder, device, precision, log)
        teacher = (yield from by_first_rank(training)).to(device)
        if config.assistants and "distilled" in student_names(config):
            teacher = yield from train_assistants(config, data, teacher, controls, device, log)
    except Stopped:
        yield Finished(
            run=run,
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
        from kdcore.training.forest.students import grow_students  # noqa: PLC0415

        yield from grow_students(
            config, controls, log, run=run, folder=folder, data=data, teacher=teacher, began=began
        )
        return
    names = student_names(config)
    specs = [student_spec(config, name, controls.values) for name in names]
    trainer = DistillationTrainer(config, [config.seed], specs, data, teacher, device)
    modules = {"teacher": teacher.module} | dict(zip(names, trainer.learners(), strict=True))
    snapshots = Snapshots(folder, data, trainer.teacher_predictions, config)
    yield Prepared(
        teacher_source=teacher.source,
        teacher=trainer.teacher_scores,
        arrays=snapshots.begin(*trainer.seen_by_students(config.seed)),
        costs={name: measure_cost(module, data.example()) for name, module in modules.items()},
        teachers=member_scores(teacher, data),
        notes=list(teacher.notes),
        seconds=time.perf_counter() - began,
    )
    generated = partial(trainer.generated, len(names) - 1)  # whoever is distilled stands last
    if folder:
        yield from snapshots.take(0, predictions_by_name(names, trainer.predict()), generated)
    early_stopping = EarlyStopping(config.patience, modules)
    callbacks = RunCallbacks(trainer, names, controls, snapshots, early_stopping, log)
    position = callbacks.position
    if not log.restore(STAGE, callbacks.parts):
        log.save(STAGE, position, callbacks.parts)
    controls.replay(log.commands)
    answers = partial(answer_during, modules, trainer.data, position)
    stopped = False
    try:
        with controls.answering(answers):
            yield from fit(TriedBatches(trainer), callbacks, config.epochs, position)
    except Stopped:
        stopped = True
        predictions = trainer.predict()
        callbacks.scores = dict(zip(names, trainer.scores(predictions), strict=True))
    scores = callbacks.scores
    if early_stopping.best_epochs:
        early_stopping.restore()
        scores |= early_stopping.best_scores
        # the last snapshot is of what is kept
        best = early_stopping.best_predictions
        yield from snapshots.take(position.epoch, best, generated, last=True)
    yield from take_uncertainty(folder, modules, data, config)
    if teacher_changed := trainer.teacher_changed():
        raise AssertionError(f"the teacher changed during the run: {teacher_changed}")
    yield Finished(
        run=run,
        stopped=stopped,
        epochs=position.epoch,
        step=position.step,
        teacher=trainer.teacher_scores,
        students=scores,
        seconds=time.perf_counter() - began,
        weights=save_all(modules, teacher.model, config, data, folder),
        best_epochs=early_stopping.best_epochs,
    )


class RunCallbacks:
    """A run under a person's control: T, λ and lr are looked up at each batch.

    Args:
        trainer: of the students.
        names: of the students.
        controls: what the run obeys.
        snapshots: taken after epochs.
        early_stopping: of the run.
        log: where its checkpoints are kept.
    """

    def __init__(
        self,
        trainer: DistillationTrainer,
        names: list[str],
        controls: Controls,
        snapshots: Snapshots,
        early_stopping: EarlyStopping,
        log: TrainingLog,
    ) -> None:
        self.position = Position()
        self.scores: dict[str, Scores] = {}
        """Of the students, after the newest epoch."""
        self.should_stop = False
        self._trainer, self._names, self._controls = trainer, names, controls
        self._snapshots, self._early_stopping, self._log = snapshots, early_stopping, log
        self._schedules = trainer.config.schedules
        self._streamed = SCHEDULED if self._schedules else ()
        """Controls that every batch names, also once a command has ended a schedule."""
        self._acting: dict[str, float] = {}
        """The values of the newest batch."""
        self._every = batches_per_report(trainer.batches, trainer.flops_per_batch)
        self._began = self._epoch_began = self._report_began = time.perf_counter()
        self._images = 0
        """Since the last report."""

    @property
    def parts(self) -> dict[str, Stateful]:
        """What a checkpoint of the run holds."""
        return {
            "position": self.position,
            "trainer": self._trainer,
            "early_stopping": self._early_stopping,
            "controls": self,
        }

    def state_dict(self) -> State:
        """See ``Stateful``; the values that act, and the schedules that commands have ended."""
        ended = [name for name in self._trainer.config.schedules if name not in self._schedules]
        scores = {name: asdict(own) for name, own in self.scores.items()}
        seconds = time.perf_counter() - self._began
        values = dict(self._controls.values)
        return {"values": values, "ended": ended, "scores": scores, "seconds": seconds}

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        self._controls.values.update(state["values"])
        self._began = time.perf_counter() - state["seconds"]
        for name in state["ended"]:
            self._schedules.pop(name, None)
        self.scores = {name: Scores(**own) for name, own in state.get("scores", {}).items()}

    def before_epoch(self, position: Position) -> None:
        """See ``Callbacks``."""
        del position
        self._epoch_began = self._report_began = time.perf_counter()
        self._images = 0

    def before_batch(self, position: Position) -> Iterator[Event]:
        """See ``Callbacks``; obeys what was sent since the last batch."""
        for event in self._controls.obey(position.step, position.epochs):
            if isinstance(event, Paused | Retuned) and self._trainer.meter.pending:
                yield self._report()
            if isinstance(event, Retuned):  # a command ends the schedule of its setting
                self._schedules.pop(event.name, None)
            yield event
            if isinstance(event, Paused) and not self._controls.replaying:
                self._log.save(STAGE, position, self.parts)
        values = self._values()
        if values != self._acting:
            self._acting = values
            self._trainer.step_controls = self._trainer.step_controls_of(
                [student_spec(self._trainer.config, name, values) for name in self._names]
            )

    def after_batch(self, batch: tuple[Tensor, ...], position: Position) -> Iterator[Event]:
        """See ``Callbacks``; reports now and then."""
        self._images += len(batch[0])
        controls, pending = self._controls, self._trainer.meter.pending
        slow = 0 < controls.values["speed"] <= SLOWEST_REPORTS * self._every
        due = position.batch == position.of or controls.stepping or slow
        if due or pending >= self._every:
            # at full speed the measures would cost a good part of the steps of a small window
            limited = controls.values["speed"] > 0
            yield self._report(measured=due or limited or self._images >= MEASURED)

    def after_epoch(self, position: Position) -> Iterator[Event]:
        """See ``Callbacks``; scores the students and writes a checkpoint."""
        trainer, names = self._trainer, self._names
        each = trainer.predict_networks()
        predictions = each.together(trainer.config.networks)
        self.scores = dict(zip(names, trainer.scores(predictions), strict=True))
        seconds = time.perf_counter() - self._epoch_began
        places = {name: at for at, name in enumerate(names)}
        yield Epoch(
            epoch=position.epoch,
            step=position.step,
            seconds=seconds,
            images_per_second=trainer.transfer_size / seconds,
            teacher=trainer.teacher_scores,
            students=self.scores,
            controls=dict(self._acting),
            ensembles=ensemble_scores(each, places, trainer.config.networks, trainer.data),
        )
        of_names = predictions_by_name(names, predictions)
        generated = partial(trainer.generated, len(names) - 1)
        yield from self._snapshots.take(position.epoch, of_names, generated)
        self.should_stop = self._early_stopping.should_stop(position.epoch, self.scores, of_names)
        self._log.save(STAGE, position, self.parts)

    def _values(self) -> dict[str, float]:
        """What acts at the next batch: the settings, each where its schedule has brought it."""
        values, position = self._controls.values, self.position
        epochs = self._trainer.config.epochs
        return values | scheduled(values, self._schedules, position.epochs, epochs)

    def _report(self, *, measured: bool = False) -> Batch:
        """The means since the last report."""
        trainer, values, position = self._trainer, self._acting, self.position
        report = trainer.report(measured=measured)
        for net, term, value in report.not_finite():
            raise UserError(
                "loss_not_finite",
                term=term,
                learner=f"{self._names[net]} student",
                value=str(value),
                step=position.step,
                lr=values["lr"],
            )
        now, images = time.perf_counter(), self._images
        without_t2 = [
            trainer.terms.without_t2(norm, at * trainer.config.networks, values["temperature"])
            for at, norm in enumerate(report.soft_gradient.flatten().tolist())
        ]
        per_second = images / max(now - self._report_began, 1e-9)
        self._report_began, self._images = now, 0
        return Batch(
            step=position.step,
            position=position.epochs,
            seconds=now - self._began,
            images_per_second=per_second,
            students={
                name: report.step_scores(net, without_t2[net])
                for net, name in enumerate(self._names)
            },
            controls={name: values[name] for name in self._streamed},
        )
