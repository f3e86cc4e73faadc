"""What the jobs that are looked at have shown so far, one record for all viewers."""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, cast
from weakref import WeakValueDictionary

from dashboard.server.encoding import json_text
from dashboard.server.engine import hub, store
from kdcore.errors import UserError
from kdcore.jobs.compression.record import CompressionRecord
from kdcore.jobs.kind import RUN
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recognition.record import RecognitionRecord
from kdcore.jobs.regression.record import RegressionRecord
from kdcore.jobs.robustness.record import RobustnessRecord
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.controls import with_controls
from kdcore.jobs.run.record import RunRecord
from kdcore.jobs.search.record import SearchRecord
from kdcore.jobs.sweep.record import SweepRecord
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord
from kdcore.store import kind_of, owner_of
from kdcore.store.branch import branched_from

KEPT = 16
"""Records that stay in memory though nobody looks at them."""
DRAWN = 32
"""Charts of a record that stay drawn."""


JobRecord = (
    RunRecord
    | SweepRecord
    | SearchRecord
    | TeacherSelectionRecord
    | CompressionRecord
    | RobustnessRecord
    | RegressionRecord
    | RecipeRecord
    | RecognitionRecord
)


class SharedRecord:
    """A job's record, brought up to date by whoever asks."""

    def __init__(self, job: str) -> None:
        self.job = job
        self.lock = Lock()
        """Held while the record is read or grows."""
        self._record = _empty_record(job)
        self._edition = (0, 0)
        self._drawn: OrderedDict[Hashable, str] = OrderedDict()
        self._drawn_of: tuple[JobRecord | None, int, int] = None, 0, 0
        """The record, and how many events it and its parent had when these were drawn."""

    def newest(self) -> JobRecord:
        """The record with all events so far; call it with the lock held.

        Raises:
            UserError: there is no such job.
        """
        if (edition := store().find(self.job).edition) != self._edition:
            self._record, self._edition = _empty_record(self.job), edition
        fresh = not self._record.folded
        self._record.fold(hub().events(self.job, self._record.folded))
        if fresh and isinstance(self._record, RunRecord):
            _add_parent(self._record, self.job)
        return self._record

    def drawn(self, key: Hashable, draw: Callable[[JobRecord], dict[str, Any]]) -> str:
        """What ``draw`` makes of the newest record, as JSON for a browser.

        It is kept until there are new events: a class asks for the same charts at the same moment.
        """
        with self.lock:
            record = self.newest()
            parent = record.parent if isinstance(record, RunRecord) else None
            now = record, record.folded, parent.folded if parent else 0
            if self._drawn_of[0] is not record or self._drawn_of[1:] != now[1:]:
                self._drawn.clear()
                self._drawn_of = now
            if (kept := self._drawn.get(key)) is not None:
                self._drawn.move_to_end(key)
                return kept
            drawn = draw(record)
            text = json_text(drawn)
            if "empty" not in drawn:  # what is missing may come without an event
                self._drawn[key] = text
            if len(self._drawn) > DRAWN:
                self._drawn.popitem(last=False)
            return text


_all: WeakValueDictionary[tuple[Path, str], SharedRecord] = WeakValueDictionary()
"""By the store's folder and the job's id."""
_recent: deque[SharedRecord] = deque(maxlen=KEPT)
_finding = Lock()


def shared_record(job: str) -> SharedRecord:
    """The record of a job; it stays while somebody holds it, and a while after."""
    key = store().root, job
    with _finding:
        shared = _all.get(key)
        if shared is None:
            shared = _all[key] = SharedRecord(job)
        if shared in _recent:
            _recent.remove(shared)
        _recent.append(shared)
        return shared


def run_history(run: str) -> RunRecord:
    """What a run has shown so far.

    Raises:
        UserError: there is no such run.
    """
    shared = shared_record(run)
    with shared.lock:
        found = shared.newest()
    assert isinstance(found, RunRecord)
    return found


def run_settings(run: str) -> dict[str, Any]:
    """The settings of a run, with what was turned by hand during it."""
    settings = RunConfig().to_dict() | store().find(run, RUN).config.to_dict()
    return with_controls(settings, run_history(run).turned)


def _add_parent(history: RunRecord, job: str) -> None:
    """Lay the run that a run was branched from beside it, where that is still stored."""
    if origin := branched_from(store().find(job)):
        run, history.branched_at = origin
        with suppress(UserError):
            history.parent = run_history(run)


def _empty_record(job: str) -> JobRecord:
    kind = kind_of(job)
    return RunRecord() if owner_of(job) else cast(JobRecord, kind.record())
