"""The histories of what is looked at, one for all viewers."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from weakref import WeakValueDictionary

from dashboard.engine import hub
from dashboard.history import History
from kdcore.events import Event
from kdcore.jobs.compression.record import CompressionRecord
from kdcore.jobs.kind import COMPRESSION, RUN, SWEEP
from kdcore.jobs.sweep.record import SweepRecord
from kdcore.store import kind_of, owner_of

KEPT = 16
"""Histories that stay in memory though nobody looks at them."""


@dataclass(slots=True)
class EventCount:
    """All that is kept of a job without charts of its own: a search, a choice of teacher."""

    heard: int = 0

    def fold(self, events: Iterable[Event]) -> None:
        """Take in new events."""
        self.heard += sum(1 for _ in events)


Told = History | SweepRecord | CompressionRecord | EventCount


class SharedHistory:
    """What a job has told, brought up to date by whoever asks."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.lock = Lock()
        """Held while the history is read or grows."""
        self._history = _begin(run)

    def newest(self) -> Told:
        """The history with all events so far; call it with the lock held.

        Raises:
            UserError: there is no such run.
        """
        self._history.fold(hub().events(self.run, self._history.heard))
        return self._history


_all: WeakValueDictionary[str, SharedHistory] = WeakValueDictionary()
_recent: deque[SharedHistory] = deque(maxlen=KEPT)
_finding = Lock()


def history_of(run: str) -> SharedHistory:
    """The shared history of a job; it stays while somebody holds it, and a while after."""
    with _finding:
        shared = _all.get(run)
        if shared is None:
            shared = _all[run] = SharedHistory(run)
        if shared in _recent:
            _recent.remove(shared)
        _recent.append(shared)
        return shared


def is_sweep(run: str) -> bool:
    """Whether an id is that of a sweep, and not of one of its cells."""
    return kind_of(run) is SWEEP and not owner_of(run)


def run_history(run: str) -> History:
    """What a run has shown so far.

    Raises:
        UserError: there is no such run.
    """
    shared = history_of(run)
    with shared.lock:
        found = shared.newest()
    assert isinstance(found, History)
    return found


def _begin(run: str) -> Told:
    kind = kind_of(run)
    if kind is RUN or owner_of(run):
        return History()
    if kind is SWEEP:
        return SweepRecord()
    return CompressionRecord() if kind is COMPRESSION else EventCount()
