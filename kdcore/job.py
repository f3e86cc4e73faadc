"""``Job``: a configuration of any kind in, events out; ``Run`` is the most frequent kind."""

import math
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Generic

from kdcore.commands import Controls
from kdcore.events import Event
from kdcore.jobs.failure import failure
from kdcore.jobs.kind import Config, kind_for
from kdcore.jobs.run.config import RunConfig
from kdcore.store import JobFolder
from kdcore.threads import suit_threads


class Job(Generic[Config]):
    """One job as a stream of events; iterate once.

    Args:
        config: what to do; its type says of which kind the job is.
        folder: where arrays, weights and the runs of cells are kept, and the store in which trained
            teachers are found again; without one nothing is written.
        controls: what the job obeys; default: its own.
        options: of the kind's function, such as ``executor`` of a sweep.

    Example:
        >>> from kdcore.jobs.sweep.config import SweepConfig
        >>> base = RunConfig(dataset="digits", epochs=1, teacher_epochs=1)
        >>> grid = SweepConfig(base=base, temperatures=(1, 4), weights=(0.5,), seeds=(0,))
        >>> [event.finished for event in Job(grid) if event.kind == "sweep_finished"]
        [2]
    """

    def __init__(
        self,
        config: Config,
        folder: JobFolder[Config] | None = None,
        controls: Controls | None = None,
        **options: Any,
    ) -> None:
        self.config = config
        self.folder = folder
        self.kind = kind_for(config)
        self.id = folder.id if folder else self.kind.new_id()
        self.controls = controls or Controls(config.base)
        self._options = options

    def __iter__(self) -> Iterator[Event]:
        # torch wakes here and not before: the app's process lists and starts jobs without it
        from kdcore.training.devices.sharing import alone_or_said  # noqa: PLC0415

        module, _, function = self.kind.execute.partition(":")
        execute = getattr(import_module(module), function)
        suit_threads(math.inf)  # until it is known how much there is to do
        events = execute(
            self.config, self.controls, name=self.id, folder=self.folder, **self._options
        )
        base = self.config.base
        return with_failures(alone_or_said(events, base.device), base)


class Run(Job[RunConfig]):
    """One training of a teacher and its students as a stream of events; iterate once.

    Example:
        >>> run = Run(RunConfig(dataset="digits", epochs=1, teacher_epochs=1))
        >>> [event.kind for event in run][-1]
        'finished'
    """


def with_failures(events: Iterable[Event], config: RunConfig) -> Iterator[Event]:
    """The events; an exception becomes the last one."""
    try:
        yield from events
    except Exception as error:
        yield failure(error, config)
