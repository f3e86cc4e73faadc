"""Many students in one loop: a group of a sweep's cells, told cell by cell.

The cells of a group share data, models, optimiser and batch size; they differ in T, λ, learning
rate, method and seed, and have every combination of their seeds with the rest. Each student
equals the one that a run of its own trains, to float tolerance.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from kdcore.config import RunConfig
from kdcore.data import Dataset, load_dataset
from kdcore.events import SweepProgress
from kdcore.training.devices.device import choose_device, use_faster_float32_matmul
from kdcore.training.grid.cell_events import CellEvents, Group, GroupEvent
from kdcore.training.grid.network_layout import NetworkLayout
from kdcore.training.measuring.meter import batches_per_report
from kdcore.training.objective.student_specs import specs_at
from kdcore.training.trainer import DistillationTrainer

PROGRESS_PERIOD = 0.25
"""Seconds between two events of a group's progress."""
LOGITS_PER_REPORT = 20_000_000
"""Held until the means of some batches are taken: 80 MB."""


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
        each = trainer.predict_networks()
        given = each.together(base.networks)
        yield from cell_events.epoch(
            epoch, step, trainer.scores(given), each, time.perf_counter() - began
        )
    yield from cell_events.end(given, step)


def loaded(config: RunConfig, store_root: Path | None) -> Dataset:
    """The data of a run, in silence; see ``load_dataset``."""
    steps = load_dataset(config, store_root)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
