"""The histories of the runs that are looked at, one for all viewers."""

from functools import lru_cache
from threading import Lock

from dashboard.engine import hub
from dashboard.history import History


class SharedHistory:
    """One run's history, brought up to date by whoever asks."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.lock = Lock()
        """Held while the history is read or grows."""
        self._history = History()

    def newest(self) -> History:
        """The history with all events so far; call it with the lock held.

        Raises:
            UserError: there is no such run.
        """
        self._history.fold(hub().events(self.run, self._history.heard))
        return self._history


@lru_cache(maxsize=32)
def history_of(run: str) -> SharedHistory:
    """The shared history of a run."""
    return SharedHistory(run)
