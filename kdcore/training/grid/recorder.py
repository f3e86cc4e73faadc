"""A cell's run in the store: what its group says is kept as if it had been trained alone."""

import shutil
from collections.abc import Iterable

from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Epoch, Finished, Started
from kdcore.store import RunFolder
from kdcore.training.grid.cell_events import CellEvent


def write_cell_events(run: RunFolder, config: RunConfig, cell_events: Iterable[CellEvent]) -> None:
    """Write events of a cell with their files; the first one makes the folder."""
    for cell_event in cell_events:
        if isinstance(cell_event.event, Started):  # for the second time where its worker died
            shutil.rmtree(run.path, ignore_errors=True)
        if not run.path.exists():
            run.begin(config.to_dict())
        for name, contents in cell_event.files.items():
            run.write(name, contents)
        run.append(cell_event.event)
    run.release()


def stopped_event(run: str, last: Epoch) -> Finished:
    """The end of a cell that was stopped: it keeps what its last epoch was worth."""
    return Finished(
        run=run,
        stopped=True,
        epochs=last.epoch,
        step=last.step,
        teacher=last.teacher,
        students=last.students,
        seconds=last.seconds * last.epoch,
    )
