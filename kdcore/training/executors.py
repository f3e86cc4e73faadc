"""Who carries out the groups of a sweep; ``processes.py`` and ``cluster.py`` are the others."""

import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.events import Failed, GroupRetried
from kdcore.training.joint import Group, News, train_group

RETRIES = 1
"""Times that a group begins anew after its worker died."""


@dataclass(frozen=True, slots=True)
class GroupEnded:
    """A group is over; ``failed`` says why its unfinished cells have no end of their own."""

    group: int
    failed: Failed | None = None


Message = News | GroupRetried | GroupEnded


class Executor(Protocol):
    """Trains groups somewhere."""

    name: str
    """``joint``, ``processes`` or ``ray``."""

    @property
    def workers(self) -> int:
        """How many groups are trained at the same time."""
        ...

    def run(self, groups: Sequence[Group]) -> Iterator[Message | None]:
        """Tell what the groups say, ``None`` now and then while nothing is said.

        Closing the iterator ends all work and frees what it took.
        """
        ...


class InThisProcess:
    """One group after the other."""

    name = "joint"
    workers = 1

    def __init__(self, data: Dataset) -> None:
        self._data = data

    def run(self, groups: Sequence[Group]) -> Iterator[Message | None]:
        """See ``Executor``."""
        for group in groups:
            yield from told(group, self._data)


def told(group: Group, data: Dataset | None = None) -> Iterator[Message]:
    """What a group says to its end; an exception becomes the end of its cells."""
    try:
        yield from train_group(group, data)
    except UserError as error:
        failed = Failed(error=str(error), code=error.code, values=error.values)
        yield GroupEnded(group.number, failed)
    except Exception as error:
        failed = Failed(error=f"{type(error).__name__}: {error}", details=traceback.format_exc())
        yield GroupEnded(group.number, failed)
    else:
        yield GroupEnded(group.number)


def worker_died(cause: str) -> Failed:
    """The end of the cells of a group whose worker died too often."""
    error = UserError("sweep_worker_died", cause=cause)
    return Failed(error=str(error), code=error.code, values=error.values)
