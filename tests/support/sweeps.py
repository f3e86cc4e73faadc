"""A small sweep as its events and as a folder of the store."""

from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Epoch, Finished, Started
from kdcore.jobs.sweep.config import AXES, SweepConfig
from kdcore.jobs.sweep.events import (
    CellsEnded,
    CellsScored,
    SweepFinished,
    SweepPrepared,
    SweepProgress,
    SweepStarted,
)
from kdcore.store import recorded
from support import events as make

GRID = SweepConfig(base=RunConfig(epochs=2), temperatures=(1, 4), weights=(0.5, 1.0), seeds=(0, 1))
COMPARISON = SweepConfig(
    base=RunConfig(epochs=2), methods=("kd", "dkd", "dist:gamma=2"), seeds=(0, 1), published=True
)
ERRORS_BY_METHOD = {
    "kd": (18, 25),
    "dkd": (10, 12),
    "dist:gamma=2": (30, 33),
    "nkd": (17, 20),
    "soft_ce": (18, 24),
    "generator": (250, 252),
}
# wrong of 360 by T, λ and seed; the plain student has 20 and 22
ERRORS = {(1, 0.5): (18, 18), (1, 1.0): (24, 26), (4, 0.5): (12, 14), (4, 1.0): (16, 30)}
PLAIN = (20, 22)


def whole_sweep(name="sweep-test", config=GRID):
    cells = [
        {setting: getattr(cell, setting) for setting in AXES.values()}
        | {"run": f"{name}.{number:04d}"}
        for number, cell in enumerate(config.cells)
    ]
    events = [
        SweepStarted(
            sweep=name,
            config=config.to_dict(),
            cells=cells,
            device="cpu",
            validation_size=126,
            test_size=make.TEST_SIZE,
            version="test",
        ),
        make.teacher_epoch(),
        SweepPrepared(
            teacher_source="trained",
            teacher=make.TEACHER,
            executor="joint",
            workers=1,
            groups=[list(range(len(cells)))],
            seconds=1.0,
        ),
    ]
    for epoch in (1, 2):
        more = 10 * (2 - epoch)
        distilled = {
            str(number): make.scores(errors_of(cell, config) + more)
            for number, cell in enumerate(config.cells)
        }
        plain = {
            str(number): make.scores(PLAIN[cell.seed] + more)
            for number, cell in enumerate(config.cells)
        }
        events += [
            SweepProgress(
                group=0, position=float(epoch), epochs=2, students=10, images_per_second=1e5
            ),
            CellsScored(epoch=epoch, distilled=distilled, plain=plain),
        ]
    return [
        *events,
        CellsEnded(cells=list(range(len(cells))), state="finished"),
        SweepFinished(sweep=name, stopped=False, finished=len(cells), failed=0, seconds=2.0),
    ]


def errors_of(cell, config=GRID):
    if config.published:
        return ERRORS_BY_METHOD[cell.method][cell.seed]
    return ERRORS[cell.temperature, cell.weight][cell.seed]


def record_sweep(store, config=GRID, *, count=None):
    """The sweep in the store, with the run of each cell; its first ``count`` events or all."""
    folder = store.create(config)
    for _ in recorded(whole_sweep(folder.id, config)[:count], folder):
        pass
    for number, cell in enumerate(config.cells):
        run = folder.cell(number).begin(cell.to_dict())
        scores = {
            "plain": make.scores(PLAIN[cell.seed]),
            "distilled": make.scores(errors_of(cell, config)),
        }
        started = make.started(**cell.to_dict())
        for event in (
            Started(
                **{name: getattr(started, name) for name in started.__slots__} | {"run": run.id}
            ),
            make.prepared(),
            Epoch(
                epoch=1,
                step=36,
                seconds=0.1,
                images_per_second=1e4,
                teacher=make.TEACHER,
                students=scores,
                controls={
                    "temperature": cell.temperature,
                    "weight": cell.weight,
                    "lr": 0.003,
                    "speed": 0.0,
                },
            ),
            Finished(
                run=run.id,
                stopped=False,
                epochs=1,
                step=36,
                teacher=make.TEACHER,
                students=scores,
                seconds=1.0,
            ),
        ):
            run.append(event)
        run.release()
    return folder
