"""Who carries out the groups of a sweep; ``processes.py`` and ``cluster.py`` are the others."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.jobs.sweep.events import GroupRetried
from kdcore.training.grid.cell_events import Group, GroupEvent

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
        """The messages of the groups; ``None`` now and then while there is none.

        Closing the iterator ends all work and frees what it took.
        """
        ...


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
