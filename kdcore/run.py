"""``Run``, ``Sweep``, ``Search``, ``Choice`` and ``Shrink``: a configuration in, events out."""

import traceback
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kdcore.commands import Controls
from kdcore.errors import UserError
from kdcore.events import Event, Failed
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.store import CHOICE, SEARCH, SWEEP, new_run_id

if TYPE_CHECKING:
    from kdcore.store import ChoiceFolder, RunFolder, SearchFolder, ShrinkFolder, SweepFolder


class Run:
    """One experiment, told as events; iterate once.

    Args:
        config: what to do.
        folder: where arrays and weights are kept, and the store in which trained teachers are
            found again; without one nothing is written.
        controls: what the run obeys; default: its own.

    Example:
        >>> run = Run(RunConfig(dataset="digits", epochs=1, teacher_epochs=1))
        >>> [event.kind for event in run][-1]
        'finished'
    """

    def __init__(
        self, config: RunConfig, folder: "RunFolder | None" = None, controls: Controls | None = None
    ) -> None:
        self.config = config
        self.folder = folder
        self.id = folder.id if folder else new_run_id()
        self.controls = controls or Controls(config)

    def __iter__(self) -> Iterator[Event]:
        # torch wakes here and not before: the app's process lists and starts runs without it
        from kdcore.training.loop import train  # noqa: PLC0415

        events = train(self.config, self.controls, run=self.id, folder=self.folder)
        return with_failures(events, self.config)


class Sweep:
    """A grid of experiments, told as events; iterate once.

    Args:
        config: the grid.
        folder: where the sweep and the run of each cell are kept; without one nothing is written.
        executor: ``auto``, ``joint`` (one process), ``processes`` or ``ray``.
        address: of the Ray cluster; empty for one that is started here.

    Example:
        >>> base = RunConfig(dataset="digits", epochs=1, teacher_epochs=1)
        >>> grid = SweepConfig(base=base, temperatures=(1, 4), weights=(0.5,), seeds=(0,))
        >>> [event.finished for event in Sweep(grid) if event.kind == "sweep_finished"]
        [2]
    """

    def __init__(
        self,
        config: SweepConfig,
        folder: "SweepFolder | None" = None,
        *,
        executor: str = "auto",
        address: str = "",
    ) -> None:
        self.config = config
        self.folder = folder
        self.id = folder.id if folder else SWEEP + new_run_id()
        self.controls = Controls(config.base)
        self._executor, self._address = executor, address

    def __iter__(self) -> Iterator[Event]:
        from kdcore.training.sweep import sweep  # noqa: PLC0415

        events = sweep(
            self.config,
            self.controls,
            name=self.id,
            folder=self.folder,
            executor=self._executor,
            address=self._address,
        )
        return with_failures(events, self.config.base)


class Search:
    """A search for the best experiment of a space, told as events; iterate once.

    Args:
        config: the space and the way to look.
        folder: where the trials and their runs are kept; one that holds trials already is gone
            on with. Without one nothing is written.

    Example:
        >>> base = RunConfig(dataset="digits", epochs=1, teacher_epochs=1)
        >>> space = SearchConfig(base=base, trials=2)
        >>> [event.complete for event in Search(space) if event.kind == "search_finished"]
        [2]
    """

    def __init__(self, config: SearchConfig, folder: "SearchFolder | None" = None) -> None:
        self.config = config
        self.folder = folder
        self.id = folder.id if folder else SEARCH + new_run_id()
        self.controls = Controls(config.base)

    def __iter__(self) -> Iterator[Event]:
        from kdcore.training.search import search  # noqa: PLC0415

        events = search(self.config, self.controls, name=self.id, folder=self.folder)
        return with_failures(events, self.config.base)


class Choice:
    """A choice among several teachers, told as events; iterate once.

    Args:
        config: the teachers and what all their students share.
        folder: where the students' runs are kept; without one nothing is written.
    """

    def __init__(
        self, config: TeacherSelectionConfig, folder: "ChoiceFolder | None" = None
    ) -> None:
        self.config = config
        self.folder = folder
        self.id = folder.id if folder else CHOICE + new_run_id()
        self.controls = Controls(config.base)

    def __iter__(self) -> Iterator[Event]:
        from kdcore.recipes.choose_teacher import choose_teacher  # noqa: PLC0415

        events = choose_teacher(self.config, self.controls, name=self.id, folder=self.folder)
        return with_failures(events, self.config.base)


class Shrink:
    """A distilled student made smaller still, told as events; iterate once.

    Args:
        config: the student and the ways to shrink it.
        folder: where the weights of every stage are kept; the student's run lies in its store.
    """

    def __init__(self, config: CompressionConfig, folder: "ShrinkFolder") -> None:
        self.config = config
        self.folder = folder
        self.id = folder.id
        self.controls = Controls(config.base)

    def __iter__(self) -> Iterator[Event]:
        from kdcore.training.shrink.shrink import shrink  # noqa: PLC0415

        events = shrink(self.config, self.controls, folder=self.folder)
        return with_failures(events, self.config.base)


def with_failures(events: Iterable[Event], config: RunConfig) -> Iterator[Event]:
    """The events, and at an exception the one that tells of it."""
    try:
        yield from events
    except UserError as error:
        yield Failed(error=str(error), code=error.code, values=error.values)
    except MemoryError:
        yield failed_for_memory(config, "processor")
    except Exception as error:
        if type(error).__name__ == "OutOfMemoryError":
            yield failed_for_memory(config, config.device)
            return
        yield Failed(error=f"{type(error).__name__}: {error}", details=traceback.format_exc())


def failed_for_memory(config: RunConfig, device: str) -> Failed:
    """The end of a run that did not fit."""
    error = UserError("out_of_memory", device=device, batch_size=config.batch_size)
    return Failed(error=str(error), code=error.code, values=error.values)
