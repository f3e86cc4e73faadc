"""A cell's run in the store: what its group says is kept as if it had been trained alone."""

import shutil
from collections.abc import Iterable

from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Epoch, Finished, Started
from kdcore.store import RunFolder
from kdcore.training.joint import CellEvent


def keep(run: RunFolder, config: RunConfig, said: Iterable[CellEvent]) -> None:
    """Write events of a cell with their files; the first one makes the folder."""
    for news in said:
        if isinstance(news.event, Started):  # for the second time where its worker died
            shutil.rmtree(run.path, ignore_errors=True)
        if not run.path.exists():
            run.begin(config.to_dict())
        for name, contents in news.files.items():
            run.write(name, contents)
        run.append(news.event)
    run.release()


def cut_short(run: str, last: Epoch) -> Finished:
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
