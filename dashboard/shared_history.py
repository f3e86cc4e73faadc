"""The histories of what is looked at, one for all viewers."""

from functools import lru_cache
from threading import Lock

from dashboard.engine import hub
from dashboard.history import History
from kdcore.landscape import Landscape
from kdcore.shrink_record import ShrinkRecord
from kdcore.store import SHRINK, SWEEP, sweep_of

Told = History | Landscape | ShrinkRecord


class SharedHistory:
    """What a run, a sweep or a shrinking has told, brought up to date by whoever asks."""

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


def _begin(run: str) -> Told:
    if run.startswith(SHRINK):
        return ShrinkRecord()
    return Landscape() if is_sweep(run) else History()


def is_sweep(run: str) -> bool:
    """Whether an id is that of a sweep, and not of one of its cells."""
    return run.startswith(SWEEP) and not sweep_of(run)


@lru_cache(maxsize=32)
def history_of(run: str) -> SharedHistory:
    """The shared history of a run."""
    return SharedHistory(run)


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
