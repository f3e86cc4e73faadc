"""Trees as students: they regress on soft labels and grow epoch by epoch.

They have no steps. Each epoch adds its share of a forest's trees, which are fitted on T and λ as
they are then; the trees of earlier epochs stay. A single tree is fitted anew each epoch, and grows
a level at a time. The plain student differs in its targets alone.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict

import torch
from torch import Tensor, nn

from kdcore.catalogue import parse_model
from kdcore.commands import Controls, Stopped
from kdcore.data import Dataset, Split
from kdcore.errors import UserError
from kdcore.events import Event, Paused, Retuned, Scores, TreeNode
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Epoch, Finished, Prepared, TreesGrown
from kdcore.jobs.run.schedules import scheduled
from kdcore.losses import mixed_targets
from kdcore.models.cost import measure_cost
from kdcore.store import RunFolder
from kdcore.training.answering import answer_during
from kdcore.training.checkpoint import TrainingLog
from kdcore.training.devices.distributed import world_size
from kdcore.training.devices.precision import model_precision
from kdcore.training.fit import Position, fit
from kdcore.training.forest.growing import GrowingStudent
from kdcore.training.forest.growing_forest import GrowingForest
from kdcore.training.forest.growing_tree import GrowingTree
from kdcore.training.measuring.evaluation import predict, score
from kdcore.training.measuring.snapshots import Snapshots
from kdcore.training.measuring.uncertainty import take_uncertainty
from kdcore.training.objective.student_specs import student_names, student_spec
from kdcore.training.run_files import save_all
from kdcore.training.state import State, Stateful
from kdcore.training.teachers.frozen import FrozenTeacher
from kdcore.training.teachers.teacher import Teacher, member_scores
from kdcore.training.transfer_batches import transfer_batches

STAGE = "students"
GROWING: dict[str, type[GrowingStudent]] = {"forest": GrowingForest, "tree": GrowingTree}
"""By family."""


def grow_students(
    config: RunConfig,
    controls: Controls,
    log: TrainingLog,
    *,
    run: str,
    folder: RunFolder | None,
    data: Dataset,
    teacher: Teacher,
    began: float,
) -> Iterator[Event]:
    """A run's events from ``prepared`` on, with no ``batch`` among them.

    Args:
        config: its student is a forest or a tree.
        controls: obeyed between epochs.
        log: where its checkpoints are kept.
        run: its id.
        folder: where arrays and weights are kept.
        data: on its device.
        teacher: of the distilled student.
        began: when the run did.

    Raises:
        UserError: there are several processes, or the settings do not go together.
    """
    if world_size() > 1:
        raise UserError("one_process", command=f"A run of the student {config.student}")
    trainer = ForestTrainer(config, data, teacher)
    students = trainer.students
    snapshots = Snapshots(folder, data, trainer.teacher_predictions, config)
    yield Prepared(
        teacher_source=teacher.source,
        teacher=trainer.teacher_scores,
        arrays=snapshots.begin(*trainer.seen_by_students()),
        costs={"teacher": measure_cost(teacher.module, data.example())},
        seconds=time.perf_counter() - began,
        teachers=member_scores(teacher, data),
        notes=list(teacher.notes),
    )
    yield from snapshots.take(0, {name: student.predict() for name, student in students.items()})
    callbacks = ForestCallbacks(trainer, controls, snapshots, log)
    position = callbacks.position
    if not log.restore(STAGE, callbacks.parts):
        log.save(STAGE, position, callbacks.parts)
    controls.replay(log.commands)

    def modules() -> dict[str, nn.Module]:
        return {"teacher": teacher.module} | {name: of.module() for name, of in students.items()}

    stopped = False
    try:
        with controls.answering(lambda query: answer_during(modules(), data, position, query)):
            yield from fit(trainer, callbacks, config.epochs, position)
    except Stopped:
        stopped = True
    yield from take_uncertainty(folder, modules(), data, config)
    yield Finished(
        run=run,
        stopped=stopped,
        epochs=position.epoch,
        step=position.step,
        teacher=trainer.teacher_scores,
        students=trainer.scores,
        seconds=time.perf_counter() - began,
        weights=save_all(modules(), teacher.model, config, data, folder),
    )


class ForestTrainer:
    """The students of a run; all examples are one batch.

    Args:
        config: its student is a forest or a tree.
        data: on its device.
        teacher: of the distilled student.
    """

    def __init__(self, config: RunConfig, data: Dataset, teacher: Teacher) -> None:
        self.config, self._data = config, data
        precision = model_precision(config.teacher, config, data, data.train.inputs.device)
        (self._transfer_batches,) = transfer_batches(
            [config], data, FrozenTeacher(teacher.module, data, precision)
        )
        self.examples = len(self._transfer_batches.transfer.labels)
        self.teacher_predictions = predict(teacher.module, data, "float32")
        self.teacher_scores = score(self.teacher_predictions, data, None)
        growing = GROWING[parse_model(config.student)[0]]
        self.students = {
            name: growing(config, data, self._transfer_batches.transfer)
            for name in student_names(config)
        }
        self.scores: dict[str, Scores] = {}
        """By student, after the newest epoch."""
        self.values: Mapping[str, float] = {}
        """What acts from the next epoch on."""

    def seen_by_students(self) -> tuple[Split, Tensor]:
        """The transfer set and the labels known of it, −1 where hidden."""
        return self._transfer_batches.transfer, self._transfer_batches.known_labels

    def begin(self, epoch: int) -> list[Tensor]:
        """See ``Trainer``."""
        del epoch
        return [torch.arange(self.examples)]

    def step(self, batch: Tensor, step: int) -> None:
        """See ``Trainer``; every student grows the trees of the epoch."""
        config = self.config
        (inputs,), targets = self._transfer_batches.batch(batch, step)
        assert targets.teacher_logits is not None, "these batches always have a teacher"
        labels, teacher_logits = targets.labels[0], targets.teacher_logits[0, 0]
        weights = None if targets.label_weights is None else targets.label_weights[0]
        for name, student in self.students.items():
            spec = student_spec(config, name, self.values)
            student.grow(
                step + 1,
                inputs,
                *mixed_targets(
                    labels, teacher_logits, spec.temperature, spec.weight, config.mixing, weights
                ),
            )
            means = student.means(spec, labels, teacher_logits, config, weights)
            self.scores[name] = score(
                student.predict(), self._data, self.teacher_predictions, means
            )

    def state_dict(self) -> State:
        """See ``Stateful``."""
        return {
            "students": {name: one.state_dict() for name, one in self.students.items()},
            "scores": {name: asdict(own) for name, own in self.scores.items()},
        }

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        for name, student in self.students.items():
            student.load_state_dict(state["students"][name])
        self.scores = {name: Scores(**own) for name, own in state.get("scores", {}).items()}


class ForestCallbacks:
    """Obeys between epochs, tells each epoch and writes a checkpoint.

    Args:
        trainer: of the students.
        controls: what the run obeys.
        snapshots: taken after epochs.
        log: where its checkpoints are kept.
    """

    should_stop = False

    def __init__(
        self, trainer: ForestTrainer, controls: Controls, snapshots: Snapshots, log: TrainingLog
    ) -> None:
        self.position = Position()
        self._trainer, self._controls = trainer, controls
        self._snapshots, self._log = snapshots, log
        self._schedules = trainer.config.schedules
        self._epoch_began = time.perf_counter()
        self._nodes_before: dict[str, list[TreeNode]] = {}
        """Of the students, as they were when the epoch began."""

    @property
    def parts(self) -> dict[str, Stateful]:
        """What a checkpoint of the run holds."""
        return {"position": self.position, "trainer": self._trainer, "controls": self}

    def state_dict(self) -> State:
        """See ``Stateful``; the values that act, and the schedules that commands have ended."""
        ended = [name for name in self._trainer.config.schedules if name not in self._schedules]
        return {"values": dict(self._controls.values), "ended": ended}

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        self._controls.values.update(state["values"])
        for name in state["ended"]:
            self._schedules.pop(name, None)

    def before_epoch(self, position: Position) -> None:
        """See ``Callbacks``."""
        del position
        self._nodes_before = self._nodes()

    def before_batch(self, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        for event in self._controls.obey(position.step, position.epochs):
            if isinstance(event, Retuned):  # a command ends the schedule of its setting
                self._schedules.pop(event.name, None)
            yield event
            if isinstance(event, Paused) and not self._controls.replaying:
                self._log.save(STAGE, position, self.parts)
        self._epoch_began = time.perf_counter()
        values = self._controls.values
        epochs = self._trainer.config.epochs
        self._trainer.values = values | scheduled(values, self._schedules, position.epoch, epochs)

    def after_batch(self, batch: Tensor, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        del batch, position
        return iter(())

    def after_epoch(self, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        trainer = self._trainer
        seconds = time.perf_counter() - self._epoch_began
        yield Epoch(
            epoch=position.epoch,
            step=position.step,
            seconds=seconds,
            images_per_second=trainer.examples / seconds,
            teacher=trainer.teacher_scores,
            students=dict(trainer.scores),
            controls=dict(trainer.values),
        )
        nodes = self._nodes()
        if any(nodes.values()) and nodes != self._nodes_before:
            yield TreesGrown(epoch=position.epoch, trees=nodes)
        predictions = {name: student.predict() for name, student in trainer.students.items()}
        yield from self._snapshots.take(position.epoch, predictions)
        self._log.save(STAGE, position, self.parts)

    def _nodes(self) -> dict[str, list[TreeNode]]:
        return {name: student.nodes() for name, student in self._trainer.students.items()}
