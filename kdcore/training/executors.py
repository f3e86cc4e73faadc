"""Who carries out the groups of a sweep; ``processes.py`` and ``cluster.py`` are the others."""

import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.jobs.sweep.events import GroupRetried
from kdcore.training.joint import Group, GroupEvent, train_group

RETRIES = 1
"""Times that a group begins anew after its worker died."""


@dataclass(frozen=True, slots=True)
class GroupEnded:
    """A group is over; ``failed`` says why its unfinished cells have no end of their own."""

    group: int
    failed: Failed | None = None


Message = GroupEvent | GroupRetried | GroupEnded


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


def after_death(
    group: Group, deaths: int, cause: str, waiting: deque[tuple[Group, int]]
) -> GroupRetried | GroupEnded:
    """Let the group of a worker that died begin anew, or end where that was so before.

    Args:
        group: what it had in hand.
        deaths: of workers that had it in hand before.
        cause: why it died.
        waiting: groups and their deaths; the group becomes the first.
    """
    if deaths < RETRIES:
        waiting.appendleft((group, deaths + 1))
        return GroupRetried(group=group.number, cause=cause)
    error = UserError("sweep_worker_died", cause=cause)
    return GroupEnded(group.number, Failed(error=str(error), code=error.code, values=error.values))
