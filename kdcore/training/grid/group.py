"""Many students in one loop: a group of a sweep's cells, each with the events of its own run.

The cells of a group share data, models, optimiser and batch size; they differ in T, λ, learning
rate, method and seed, and have every combination of their seeds with the rest. Each student
equals the one that a run of its own trains, to float tolerance.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from torch import Tensor

from kdcore.data import Dataset, load_dataset
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.events import SweepProgress
from kdcore.training.checkpoint import StageCheckpoints
from kdcore.training.devices.device import choose_device, set_float32_arithmetic
from kdcore.training.fit import Position, fit
from kdcore.training.fitting_batch import TriedBatches
from kdcore.training.grid.cell_events import CellEvents, Group, GroupEvent
from kdcore.training.grid.network_layout import NetworkLayout
from kdcore.training.measuring.evaluation import Predictions
from kdcore.training.measuring.meter import batches_per_report
from kdcore.training.objective.student_specs import specs_at
from kdcore.training.state import Stateful
from kdcore.training.trainer import DistillationTrainer

PROGRESS_PERIOD = 0.25
"""Seconds between two events of a group's progress."""
LOGITS_PER_REPORT = 20_000_000
"""Held until the means of some batches are taken: 80 MB."""


def train_group(group: Group, data: Dataset | None = None) -> Iterator[GroupEvent]:
    """Train all students of a group; closing the iterator ends it.

    One that was broken off goes on from its last epoch, and yields all its events once more.

    Args:
        group: what to train.
        data: of all cells, where the caller has them loaded.
    """
    set_float32_arithmetic()
    base = next(iter(group.cells.values()))
    device = choose_device(base.device)
    if data is None:
        data = loaded(base, group.store_root)
    data = data.to(device)
    teacher = group.teacher.to(device)
    layout = NetworkLayout(group.cells)
    trainer = DistillationTrainer(base, layout.seeds, layout.specs, data, teacher, device)
    cell_events = CellEvents(group, trainer, layout, data)
    yield from cell_events.begin()
    position = Position()
    callbacks = GroupCallbacks(group, trainer, layout, cell_events)
    if callbacks.checkpoints.restore(group.stage, callbacks.parts(position)):
        yield from cell_events.yielded(position.epoch)
        callbacks.predictions = trainer.predict()
    yield from fit(TriedBatches(trainer), callbacks, base.epochs, position)
    yield from cell_events.end(callbacks.predictions, position.step)


class GroupCallbacks:
    """Schedules, progress and the cells' events around the batches of a group.

    Args:
        group: what is trained.
        trainer: of all its students.
        layout: where they stand.
        cell_events: of its cells.
    """

    should_stop = False
    predictions: Predictions
    """Of all students, after the newest epoch."""

    def __init__(
        self,
        group: Group,
        trainer: DistillationTrainer,
        layout: NetworkLayout,
        cell_events: CellEvents,
    ) -> None:
        self._group, self._trainer = group, trainer
        here = group.checkpoints is not None and group.checkpoints.is_dir()
        self.checkpoints = StageCheckpoints(group.checkpoints if here else None)
        self._layout, self._cell_events = layout, cell_events
        logits_per_batch = layout.count * trainer.batch_size * len(trainer.data.classes)
        most = LOGITS_PER_REPORT // logits_per_batch
        self._every = max(1, min(batches_per_report(trainer.batches), most))
        self._images = 0
        """Since the last event of progress."""
        self._reported = self._epoch_began = time.perf_counter()

    def before_epoch(self, position: Position) -> None:
        """See ``Callbacks``."""
        del position
        self._epoch_began = time.perf_counter()

    def before_batch(self, position: Position) -> Iterator[GroupEvent]:
        """See ``Callbacks``; settings go along their schedules."""
        trainer = self._trainer
        if schedules := trainer.config.schedules:
            epochs = trainer.config.epochs
            specs = specs_at(self._layout.specs, schedules, position.epochs, epochs)
            trainer.step_controls = trainer.step_controls_of(specs)
        return iter(())

    def after_batch(self, batch: tuple[Tensor, ...], position: Position) -> Iterator[GroupEvent]:
        """See ``Callbacks``; a loss that is no number any more ends its cell."""
        trainer = self._trainer
        self._images += len(batch[0])
        if position.batch == position.of or trainer.meter.pending >= self._every:
            yield from self._cell_events.failures(trainer.report(), position.step)
        if (now := time.perf_counter()) - self._reported > PROGRESS_PERIOD:
            yield SweepProgress(
                group=self._group.number,
                position=position.epochs,
                epochs=trainer.config.epochs,
                students=self._layout.count,
                images_per_second=self._images * self._layout.count / (now - self._reported),
            )
            self._reported, self._images = now, 0

    def after_epoch(self, position: Position) -> Iterator[GroupEvent]:
        """See ``Callbacks``; scores every cell."""
        trainer = self._trainer
        each = trainer.predict_networks()
        self.predictions = each.together(trainer.config.networks)
        scores = trainer.scores(self.predictions)
        seconds = time.perf_counter() - self._epoch_began
        yield from self._cell_events.epoch(position.epoch, position.step, scores, each, seconds)
        self.checkpoints.save(self._group.stage, position, self.parts(position), only=True)

    def parts(self, position: Position) -> dict[str, Stateful]:
        """What a checkpoint of the group holds."""
        return {"position": position, "trainer": self._trainer, "cell_events": self._cell_events}


def loaded(config: RunConfig, store_root: Path | None) -> Dataset:
    """The data of a run, in silence; see ``load_dataset``."""
    steps = load_dataset(config, store_root)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
