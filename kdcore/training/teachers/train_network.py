"""One network before the students learns, epoch by epoch: a teacher on labels, or an assistant."""

import math
import time
from collections.abc import Generator, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

from torch import Tensor, nn

from kdcore.commands import Controls
from kdcore.data import Dataset, augmented
from kdcore.errors import BatchTooLargeError, UserError
from kdcore.events import Event, Scores, TeacherEpoch
from kdcore.jobs.failure import without_room
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.schedules import parse_schedule
from kdcore.models.cost import training_operations
from kdcore.threads import suit_threads
from kdcore.training.batches.order import batch_count, batches
from kdcore.training.batches.targets import BatchTargets
from kdcore.training.checkpoint import StageCheckpoints
from kdcore.training.devices.step_threads import StepThreads
from kdcore.training.fit import Position, fit
from kdcore.training.measuring.evaluation import predict, score
from kdcore.training.measuring.meter import Meter, Report
from kdcore.training.networks.students import Students
from kdcore.training.objective.terms import StudentSpec, Terms, step_controls_of
from kdcore.training.randomness import generator, key
from kdcore.training.state import State, Stateful

OPTIMIZER, LR, SEED = "adam", 1e-3, 0
BATCHES_PER_EPOCH, SMALLEST_BATCH, LARGEST_BATCH = 40, 16, 128
"""Small data get small batches, so that a pass over them still teaches something."""


class NetworkTrainer(Stateful, Protocol):
    """What trains one network: a ``Trainer`` that can score it."""

    def begin(self, epoch: int) -> Sequence[Any]:
        """See ``Trainer``."""
        ...

    def step(self, batch: Any, step: int) -> None:
        """See ``Trainer``."""
        ...

    def report(self) -> Report:
        """The means since the last report."""
        ...

    def epoch_scores(self) -> Scores:
        """Of the network, with the means of the epoch's batches."""
        ...


class LabelTrainer:
    """A network on the true labels of all training data.

    Args:
        module: on the data's device; trained in place.
        data: on its device.
        seed: of its dropout and of the changes of its images.
        precision: in which it is computed.
        config: says how its batches are changed, for how many epochs it learns and by which
            schedule of the learning rate.
    """

    def __init__(
        self, module: nn.Module, data: Dataset, seed: int, precision: str, config: RunConfig
    ) -> None:
        self._module, self._data, self._precision = module, data, precision
        self._seed, self._augment, self._epochs = (
            seed,
            config.teacher_augment,
            config.teacher_epochs,
        )
        self._schedule = parse_schedule("teacher_lr_schedule", config.teacher_lr_schedule)
        size = len(data.train.labels)
        self._batch_size = min(LARGEST_BATCH, max(SMALLEST_BATCH, size // BATCHES_PER_EPOCH))
        self._batches = batch_count(size, self._batch_size)
        spec = StudentSpec("hard", temperature=1.0, weight=0.0, lr=LR)
        device = data.train.labels.device
        self._step_controls = step_controls_of([spec], "convex", device)
        self._students = Students(
            [[module]],
            optimizer=OPTIMIZER,
            lr=self._step_controls.lr,
            seeds=[key(seed, "dropout of the teacher")],
            precision=precision,
            device=device,
        )
        self._terms = Terms([spec])
        self._meter = Meter(1, 1, self._terms)
        suit_threads(training_operations([module], data.input_shape, self._batch_size))
        self._threads = StepThreads(may_choose=self._students.may_choose_threads)

    def begin(self, epoch: int) -> list[Tensor]:
        """See ``Trainer``."""
        self._students.train(mode=True)
        labels = self._data.train.labels
        return batches(len(labels), self._batch_size, SEED, epoch, device=labels.device)

    def step(self, batch: Tensor, step: int) -> None:
        """See ``Trainer``."""
        self._students.step = step
        inputs, targets = self._batch(batch, step)
        with self._threads.of(len(batch), partial(self._attempted, inputs, targets)):
            self._step(inputs, targets, step)

    def _step(self, inputs: Tensor, targets: BatchTargets, step: int) -> None:
        logits = self._students.forward(inputs)
        hard, soft = self._terms.gradients(logits, targets, self._step_controls)
        lr = self._schedule.value(LR, step / self._batches, self._epochs)
        self._students.learn(hard, [lr])
        self._meter.record(logits, targets, hard, soft)

    def _attempted(self, inputs: Tensor, targets: BatchTargets) -> list[Tensor]:
        """All that a step computes before it changes the weights, changing nothing.

        Backward go the logits themselves, see ``DistillationTrainer``.
        """
        logits = self._students.forward(inputs)
        hard, _ = self._terms.gradients(logits, targets, self._step_controls)
        found = [logits, hard, self._students.gradients(logits)]
        self._students.forget()
        return found

    def _batch(self, batch: Tensor, step: int) -> tuple[Tensor, BatchTargets]:
        """Inputs ``[1, B, …]`` and targets."""
        data, index = self._data, batch.to(self._data.train.labels.device)
        labels = data.train.labels.index_select(0, index)[None]
        if self._augment == "none":
            inputs = data.network_inputs(data.train.inputs, index, self._students.input_type)
        else:
            raw = data.train.inputs.index_select(0, index)
            chance = generator(self._seed, "augmentation of the teacher", step)
            inputs = data.normalised(augmented(raw, self._augment, chance))
        return inputs[None], BatchTargets(labels, labels)

    def report(self) -> Report:
        """See ``NetworkTrainer``."""
        return self._meter.report(self._step_controls)

    def epoch_scores(self) -> Scores:
        """See ``NetworkTrainer``."""
        predictions = predict(self._module, self._data, self._precision)
        return score(predictions, self._data, None, self._meter.epoch_means()[0])

    def state_dict(self) -> State:
        """See ``Stateful``; between two epochs."""
        return self._students.state_dict()

    def load_state_dict(self, state: State) -> None:
        """See ``Stateful``."""
        self._students.load_state_dict(state)


class NetworkCallbacks:
    """Tells each epoch of a network before the students, and writes a checkpoint.

    Args:
        trainer: of the network.
        controls: ``stop`` acts.
        log: where its checkpoints are kept.
        role: ``teacher``, ``teacher 2``, ``assistant 1`` ….
        model: that it is.
        epochs: in all.
    """

    should_stop = False

    def __init__(
        self,
        trainer: NetworkTrainer,
        controls: Controls,
        log: StageCheckpoints,
        *,
        role: str,
        model: str,
        epochs: int,
    ) -> None:
        self._trainer, self._controls, self._log = trainer, controls, log
        self._role, self._model, self._epochs = role, model, epochs
        self._began = time.perf_counter()

    def before_epoch(self, position: Position) -> None:
        """See ``Callbacks``."""
        del position
        self._began = time.perf_counter()

    def before_batch(self, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        del position
        self._controls.raise_if_stopped()
        return iter(())

    def after_batch(self, batch: Any, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        del batch, position
        return iter(())

    def after_epoch(self, position: Position) -> Iterator[Event]:
        """See ``Callbacks``."""
        if bad := self._trainer.report().not_finite():
            _, term, value = bad[0]
            raise self.not_finite(term, value, position)
        scores = self._trainer.epoch_scores()
        assert scores.train_loss is not None, "it was trained"
        assert scores.train_accuracy is not None, "likewise"
        yield TeacherEpoch(
            epoch=position.epoch,
            epochs=self._epochs,
            seconds=time.perf_counter() - self._began,
            learner=self._role,
            model=self._model,
            train_loss=scores.train_loss,
            train_accuracy=scores.train_accuracy,
            validation_accuracy=scores.validation_accuracy,
            test_accuracy=scores.test_accuracy,
            test_errors=scores.test_errors,
        )
        parts = {"position": position, "trainer": self._trainer}
        self._log.save(stage_of(self._role), position, parts, only=True)

    def not_finite(self, term: str, value: float, position: Position) -> UserError:
        """The error about a loss that is not a number any more."""
        return UserError("teacher_not_finite", term=term, value=str(value), epoch=position.epoch)

    def fit(self) -> Generator[Event, None, None]:
        """Train to the last epoch, from the stage's checkpoint where there is one.

        Raises:
            Stopped: the run was asked to stop.
            UserError: the loss became infinite.
            BatchTooLargeError: the device has not enough memory.
        """
        position = Position()
        parts = {"position": position, "trainer": self._trainer}
        self._log.restore(stage_of(self._role), parts)
        try:
            yield from fit(self._trainer, self, self._epochs, position)
        except BatchTooLargeError:
            raise
        except Exception as error:
            # the size of its batches is no setting
            if full := without_room(error):
                raise BatchTooLargeError(full, size=0, fits=0) from None
            raise
        suit_threads(math.inf)  # as where it is found and not trained: it answers to the same bits


def stage_of(role: str) -> str:
    """The name of a role's checkpoints."""
    return role.replace(" ", "-")
