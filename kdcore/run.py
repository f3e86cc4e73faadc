"""``Run``: a configuration in, events out."""

import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kdcore.commands import Controls
from kdcore.config import RunConfig
from kdcore.errors import UserError
from kdcore.events import Event, Failed
from kdcore.store import new_run_id

if TYPE_CHECKING:
    from kdcore.store import RunFolder


class Run:
    """One experiment, told as events; iterate once.

    Args:
        config: what to do.
        folder: where arrays and weights are kept, and the store in which trained teachers are
            found again; without one nothing is written.

    Example:
        >>> run = Run(RunConfig(epochs=1, teacher_epochs=1))
        >>> [event.kind for event in run][-1]
        'finished'
    """

    def __init__(self, config: RunConfig, folder: "RunFolder | None" = None) -> None:
        self.config = config
        self.folder = folder
        self.id = folder.id if folder else new_run_id()
        self.controls = Controls(config)

    def __iter__(self) -> Iterator[Event]:
        # torch wakes here and not before: the app's process lists and starts runs without it
        from kdcore.training.loop import train  # noqa: PLC0415

        try:
            yield from train(self.config, self.controls, run=self.id, folder=self.folder)
        except UserError as error:
            yield Failed(error=str(error), code=error.code, values=error.values)
        except MemoryError:
            yield failed_for_memory(self.config, "processor")
        except Exception as error:
            if type(error).__name__ == "OutOfMemoryError":
                yield failed_for_memory(self.config, self.config.device)
                return
            yield Failed(error=f"{type(error).__name__}: {error}", details=traceback.format_exc())


def failed_for_memory(config: RunConfig, device: str) -> Failed:
    """The end of a run that did not fit."""
    error = UserError("out_of_memory", device=device, batch_size=config.batch_size)
    return Failed(error=str(error), code=error.code, values=error.values)
