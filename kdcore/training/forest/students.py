"""Forests as students: trees that regress on soft labels, grown epoch by epoch.

A forest has no steps: each epoch adds its share of the trees, which are fitted on T and λ as they
are then; the trees of earlier epochs stay. The plain student differs in its targets alone.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict

import torch
from sklearn.ensemble import RandomForestRegressor
from torch import Tensor, nn

from kdcore.catalogue import parse_model
from kdcore.commands import Controls, Stopped
from kdcore.data import Dataset, Split
from kdcore.errors import UserError
from kdcore.events import Event, Paused, Retuned, Scores
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Epoch, Finished, Prepared
from kdcore.jobs.run.schedules import scheduled
from kdcore.losses import mixed_targets, softmax
from kdcore.metrics import accuracy, brier_score
from kdcore.models.cost import measure_cost
from kdcore.models.forest import Forest, forest_logits, joined
from kdcore.store import RunFolder
from kdcore.training.answering import answer_during
from kdcore.training.batches.order import chunks
from kdcore.training.checkpoint import TrainingLog
from kdcore.training.devices.distributed import world_size
from kdcore.training.devices.precision import model_precision
from kdcore.training.fit import Position, fit
from kdcore.training.measuring.evaluation import Predictions, chunk_size, predict, score
from kdcore.training.measuring.snapshots import Snapshots
from kdcore.training.measuring.uncertainty import take_uncertainty
from kdcore.training.objective.student_specs import student_names, student_spec
from kdcore.training.objective.terms import StudentSpec
from kdcore.training.run_files import save_all
from kdcore.training.state import State, Stateful
from kdcore.training.teachers.teacher import Teacher, member_scores
from kdcore.training.transfer_batches import transfer_batches

FEATURES = "sqrt"
"""Of all features, those that a split chooses from: as in the forests that teach."""
STAGE = "students"


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
        config: its student is a forest.
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
        config: its student is a forest.
        data: on its device.
        teacher: of the distilled student.
    """

    def __init__(self, config: RunConfig, data: Dataset, teacher: Teacher) -> None:
        self.config, self._data = config, data
        precision = model_precision(config.teacher, config, data, data.train.inputs.device)
        (self._transfer_batches,) = transfer_batches([config], data, teacher, precision)
        self.examples = len(self._transfer_batches.transfer.labels)
        self.teacher_predictions = predict(teacher.module, data, "float32")
        self.teacher_scores = score(self.teacher_predictions, data, None)
        self.students = {
            name: GrowingForest(config, data, self._transfer_batches.transfer)
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
        predictions = {name: student.predict() for name, student in trainer.students.items()}
        yield from self._snapshots.take(position.epoch, predictions)
        self._log.save(STAGE, position, self.parts)


class GrowingForest:
    """One student; its trees' votes are added up as they grow, so that none is evaluated twice.

    Args:
        config: with the forest's size and the seed.
        data: on its device.
        transfer: what the student sees of it.
    """

    def __init__(self, config: RunConfig, data: Dataset, transfer: Split) -> None:
        _, (self._trees, *depth) = parse_model(config.student)
        self._epochs, self._data = config.epochs, data
        self._splits = {"test": data.test, "validation": data.validation, "transfer": transfer}
        classes = len(data.classes)
        self._votes = {
            name: torch.zeros(len(split.labels), classes, dtype=torch.float64)
            for name, split in self._splits.items()
        }
        self._grown = 0
        self._forest = Forest(classes)
        """The trees so far."""
        self._model = RandomForestRegressor(
            max_depth=next(iter(depth), None),
            max_features=FEATURES,
            random_state=config.seed,
            warm_start=True,
            n_jobs=torch.get_num_threads(),
        )

    def grow(self, epoch: int, inputs: Tensor, targets: Tensor, counts: Tensor) -> None:
        """Add the trees that are due after ``epoch``; more epochs than trees add none in some.

        Without any example that counts, none grows.

        Args:
            epoch: from 1.
            inputs: ``[n, …]``, normalised.
            targets: ``[n, classes]``.
            counts: what each example counts, ``[n]``.
        """
        before, due = self._grown, -(-self._trees * epoch // self._epochs)
        counted = counts > 0
        if due == before or not counted.any():
            return
        self._grown = due
        inputs, targets, counts = (
            inputs[counted],
            targets[counted].double(),
            counts[counted].double(),
        )
        # with equal weights, scikit-learn draws its samples in another way than without
        alike = bool((counts == counts[0]).all())
        self._model.set_params(n_estimators=due)
        self._model.fit(
            inputs.flatten(1).cpu().numpy(),
            targets.cpu().numpy(),
            sample_weight=None if alike else counts.cpu().numpy(),
        )
        new = Forest.of(self._model.estimators_[before:], targets.shape[1]).to(inputs.device)
        self._forest = joined([self._forest, new])
        for name, split in self._splits.items():
            size = chunk_size([new], inputs.device)
            votes = [
                new.votes(self._data.normalised(split.inputs[part]))
                for part in chunks(len(split.labels), size)
            ]
            self._votes[name] += torch.cat(votes).cpu()

    def predict(self) -> Predictions:
        """Logits on test and validation data."""
        return Predictions(test=self._logits("test"), validation=self._logits("validation"))

    def means(
        self,
        member: StudentSpec,
        labels: Tensor,
        teacher_logits: Tensor,
        config: RunConfig,
        label_weights: Tensor | None,
    ) -> dict[str, float]:
        """The losses on the transfer set as it is: squared distances to label and teacher."""
        labels, teacher_logits = labels.cpu(), teacher_logits.cpu()
        probabilities = softmax(self._logits("transfer"))
        method_labels = slice(None) if label_weights is None else label_weights.cpu() > 0
        hard = (
            float(brier_score(probabilities[method_labels], labels[method_labels]))
            if len(labels[method_labels])
            else 0.0
        )
        soft = 0.0
        if member.uses_teacher:
            soft_targets = softmax(teacher_logits / member.temperature)
            soft = float((probabilities - soft_targets).square().sum(-1).mean())
        share = 1 - member.weight if config.mixing == "convex" else 1.0
        return {
            "train_loss": share * hard + member.weight * soft,
            "hard_loss": hard,
            "soft_loss": soft,
            "train_accuracy": float(accuracy(probabilities, labels)),
        }

    def module(self) -> Forest:
        """The trees so far."""
        return self._forest

    def state_dict(self) -> State:
        """See ``Stateful``."""
        return {"trees": self._forest.state_dict(), "votes": self._votes, "grown": self._grown}

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        self._forest.load_state_dict(state["trees"])
        self._votes, self._grown = dict(state["votes"]), state["grown"]
        # of the trees that it has grown scikit-learn asks nothing but how many they are
        self._model.estimators_ = [None] * self._grown

    def _logits(self, split: str) -> Tensor:
        return forest_logits(self._votes[split], self._grown)
