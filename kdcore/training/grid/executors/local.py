"""Groups in this process, one after the other."""

from collections.abc import Iterator, Sequence

from kdcore.data import Dataset
from kdcore.jobs.failure import failure
from kdcore.training.grid.cell_events import Group
from kdcore.training.grid.executors.executor import GroupEnded, Message
from kdcore.training.grid.group import train_group


class LocalExecutor:
    """One group after the other."""

    name = "joint"
    workers = 1

    def __init__(self, data: Dataset) -> None:
        self._data = data

    def run(self, groups: Sequence[Group]) -> Iterator[Message | None]:
        """See ``Executor``."""
        for group in groups:
            yield from group_messages(group, self._data)


def group_messages(group: Group, data: Dataset | None = None) -> Iterator[Message]:
    """What a group says to its end; an exception becomes the end of its cells."""
    try:
        yield from train_group(group, data)
    except Exception as error:
        yield GroupEnded(group.number, failure(error, next(iter(group.cells.values()))))
    else:
        yield GroupEnded(group.number)
