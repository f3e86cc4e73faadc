"""The app's background: jobs wait in a queue, a worker process executes them, events are published.

No torch here, and nothing of the dashboard.
"""

import atexit
import contextlib
import fcntl
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from kdcore.asking import PATIENCE, Questions, StoredAnswers, answered
from kdcore.catalogue import GIVEN_DATA, is_given
from kdcore.commands import Command, Retune, Stop, check_retune
from kdcore.errors import UserError
from kdcore.events import Cancelled, Ended, Event, Failed, Paused, Resumed, from_dict
from kdcore.jobs.failure import DEVICE_LOST
from kdcore.jobs.kind import RUN, JobConfig, JobKind
from kdcore.queries import Answer, Query
from kdcore.store import JobFolder, Store, owner_of
from kdcore.worker_process import WorkerProcess

Listener = Callable[[Event], None]

STOP_PATIENCE = 8.0
"""Seconds after which a worker that does not obey a stop is ended."""
POLL = 0.25
"""Seconds between looks at a run that another process trains."""
MOST_WAITING = 100
"""Jobs that wait at once."""
MOST_EACH = 10
"""The same of one person, so that nobody fills the queue of a class."""
LIVE = ("queued", "running", "paused")
"""States of a job that has not ended."""
KEPT = 8
"""Jobs that are over whose events stay in memory though nobody listens; others are read again."""


@dataclass(slots=True)
class QueuedJob:
    """What the hub knows of a job."""

    id: str
    config: JobConfig
    folder: JobFolder[Any]
    events: list[Event] = field(default_factory=list)
    state: str = "queued"
    owner: str = ""
    """Who asked for it, for the limit of each; nobody where it is not known."""
    early: list[Command] = field(default_factory=list)
    """Commands while it waits; the worker gets them once it begins."""
    stop_asked: float | None = None
    worker: int | None = None
    """Process that executes it."""
    device_lost: bool = False
    """Whether it said that its accelerator failed."""
    resumed: bool = False
    """It goes on from a checkpoint, and has said nothing yet: its log is to be read again."""


class Hub:
    """Runs in a queue, one at a time, in a worker process; events kept and published.

    Args:
        store: where the runs lie.
        command: what starts a worker.
    """

    def __init__(self, store: Store, command: list[str] | None = None) -> None:
        self.store = store
        self._worker = WorkerProcess(
            command or [sys.executable, "-m", "kdcore.worker"], self._on_line, self._on_worker_exit
        )
        self._questions = Questions()
        """To the learners of the run that is trained."""
        self._stored_answers = StoredAnswers()
        self._jobs: dict[str, QueuedJob] = {}
        self._waiting: list[str] = []
        self._running: str | None = None
        self._changed = threading.Condition(threading.RLock())
        self._listeners: dict[str, list[Listener]] = {}
        self._tails: set[str] = set()
        self._closed = False
        self._presence = _presence(store)
        if self._presence is not None and _alone(self._presence):
            _end_what_never_began(store)
        self._supervisor = threading.Thread(target=self._supervise, name="kdcore-hub", daemon=True)
        self._supervisor.start()
        atexit.register(self.close)

    # -- what the app calls ------------------------------------------------------------------

    def warm(self) -> None:
        """Start the worker before somebody waits for it."""
        with self._changed:
            self._worker.start()

    def submit(self, config: JobConfig, owner: str = "") -> str:
        """Queue a job; its id.

        Args:
            config: what to carry out.
            owner: who asks, by a name that tells people apart.

        Raises:
            UserError: too many wait already, or the store cannot be written.
        """
        with self._changed:  # fifty who ask at once are counted one after the other
            self._check_room(owner)
            folder = self.store.create(config)
            self._queue(QueuedJob(folder.id, config, folder, owner=owner))
        return folder.id

    def _check_room(self, owner: str) -> None:
        if len(self._waiting) >= MOST_WAITING:
            raise UserError("queue_full", most=MOST_WAITING)
        own = sum(self._jobs[job].owner == owner for job in self._waiting) if owner else 0
        if own >= MOST_EACH:
            raise UserError("own_queue_full", most=MOST_EACH)

    def can_resume(self, job: str) -> bool:
        """Whether ``resume`` takes the job.

        Raises:
            UserError: there is none.
        """
        try:
            self._check_resume(self.store.find(job))
        except UserError:
            return False
        return True

    def resume(self, job: str) -> None:
        """Queue a job that ended before all its work was done; its events go on.

        Raises:
            UserError: there is none, it is still going, or its kind cannot go on.
        """
        folder = self.store.find(job)
        with self._changed:  # from two tabs at once it is resumed once
            self._check_resume(folder)
            self._queue(QueuedJob(folder.id, folder.config, folder, resumed=True))

    def _check_resume(self, folder: JobFolder[Any]) -> None:
        if not folder.kind.resumable or owner_of(folder.id):
            raise UserError("not_resumable", job=folder.id)
        if folder.finished:
            raise UserError("run_finished", run=folder.id)
        if folder.held or self.commandable(folder.id):
            raise UserError("run_in_use", run=folder.id)

    def send(self, run: str, command: Command) -> None:
        """Send a command to a job; one that is over ignores it.

        Raises:
            UserError: the run is not known here, or the command has a bad value.
        """
        with self._changed:
            job = self._jobs.get(run)
            if job is None:
                raise UserError("not_ours", run=run)
            if isinstance(command, Retune):
                if not job.folder.kind.live_controls:
                    raise UserError("sweep_fixed", sweep=run)
                check_retune(command, job.config.base)
            if run in self._waiting and isinstance(command, Stop):
                self._waiting.remove(run)
                self._end(job, Cancelled(job=job.id))
            elif run in self._waiting:
                job.early.append(command)
            elif job.state in ("running", "paused"):
                if isinstance(command, Stop):
                    job.stop_asked = time.monotonic()
                self._worker.send({"run": run} | command.to_dict())

    def ask(self, run: str, query: Query, timeout: float = PATIENCE) -> Answer:
        """What the learners of a run say: of one that is trained between two batches, else stored.

        Args:
            run: its id.
            query: the question.
            timeout: seconds to wait for the answer; longer where a process must start first.

        Raises:
            UserError: there is no such run, it cannot be asked, the question does not suit it, or
                there was no answer in time.
        """
        folder = self.store.find(run)
        if folder.kind is not RUN and not owner_of(folder.id):
            raise UserError("nobody_to_ask", job=run)
        if _of_a_program(folder):
            raise UserError("asked_of_a_program", run=folder.id)
        if self.commandable(folder.id):
            try:
                return self._questions.ask(
                    lambda line: self._send_question(folder.id, line), query, timeout
                )
            except UserError as error:  # it may have ended meanwhile
                if error.code != "not_answering" or not _has_weights(folder):
                    raise
        if folder.held and not _has_weights(folder):
            raise UserError("asked_elsewhere", run=folder.id)
        if not _has_weights(folder):
            raise UserError("no_weights", run=folder.id)
        return self._stored_answers.ask(folder.path, query, timeout)

    def can_ask(self, run: str) -> bool:
        """Whether ``ask`` finds learners, though those of a run that has just begun may not answer.

        Raises:
            UserError: there is no such run.
        """
        folder = self.store.find(run)
        if folder.kind is not RUN and not owner_of(folder.id):
            return False
        if _of_a_program(folder):
            return False
        return self.commandable(folder.id) or _has_weights(folder)

    def _send_question(self, run: str, line: dict[str, Any]) -> None:
        with self._changed:
            trained = self._running == run
            if trained:
                self._worker.send({"run": run} | line)
        if not trained:
            self._questions.take(answered(line["ask"], UserError("not_answering")))

    def warm_answers(self) -> None:
        """Start what answers for stored runs before somebody waits for it."""
        self._stored_answers.warm()

    def events(self, run: str, since: int = 0) -> list[Event]:
        """The run's events from number ``since`` on.

        Raises:
            UserError: there is no such run.
        """
        with self._changed:
            if (job := self._jobs.get(run)) and not job.resumed:
                return job.events[since:]
        return self.store.find(run).events(since)

    def state(self, run: str) -> str:
        """One of ``queued``, ``running``, ``paused``, ``finished``, ``stopped``, ``failed``.

        Also ``crashed`` where the worker died, ``interrupted`` where nobody trains it any more.

        Raises:
            UserError: there is no such run.
        """
        with self._changed:
            if job := self._jobs.get(run):
                return job.state
        return self.store.find(run).state

    def commandable(self, run: str) -> bool:
        """Whether ``send`` reaches the run."""
        with self._changed:
            job = self._jobs.get(run)
            return job is not None and job.state in LIVE

    def active(self, kind: JobKind[Any] = RUN) -> str | None:
        """The job of this kind that is trained, else the newest of those that wait."""
        with self._changed:
            jobs = [self._running, *reversed(self._waiting)]
            return next((job for job in jobs if job and self._jobs[job].folder.kind is kind), None)

    def queue(self) -> list[str]:
        """The jobs in the order of their turn, first the one that is trained."""
        with self._changed:
            return [job for job in (self._running, *self._waiting) if job]

    def queue_position(self, run: str) -> int:
        """How many runs come before this one; 0 for one that is not waiting."""
        with self._changed:
            if run not in self._waiting:
                return 0
            return self._waiting.index(run) + (self._running is not None)

    def wait(self, run: str, since: int, timeout: float) -> list[Event]:
        """The events from ``since`` on, as soon as there are any or the seconds are over."""
        until = time.monotonic() + timeout
        with self._changed:
            while not (events := self.events(run, since)) and time.monotonic() < until:
                self._changed.wait(min(POLL, until - time.monotonic()))
        return events

    def subscribe(self, run: str, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with each new event, from the hub's threads; returns the way out."""
        with self._changed:
            self._listeners.setdefault(run, []).append(listener)
            if run not in self._jobs and run not in self._tails:
                folder = self.store.find(run)
                self._tails.add(run)
                how = folder, len(folder.events())
                threading.Thread(target=self._tail, args=how, daemon=True).start()

        def leave() -> None:
            with self._changed, contextlib.suppress(ValueError, KeyError):
                self._listeners[run].remove(listener)
                if not self._listeners[run]:
                    del self._listeners[run]
                self._forget_old_jobs()

        return leave

    def delete(self, job: str) -> None:
        """Move a job to the store's trash; one that waits is taken out of the queue.

        Raises:
            UserError: there is none, it is still going, or it cannot be deleted.
        """
        with self._changed:
            if job in self._waiting:
                self.send(job, Stop())
            elif self.commandable(job):
                raise UserError("run_in_use", run=job)
            self.store.delete(job)
            self._jobs.pop(job, None)

    def close(self) -> None:
        """End the worker; the hub takes no more runs."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._worker.close()
        self._stored_answers.close()
        if self._presence is not None:
            self._presence.close()

    # -- the supervising thread --------------------------------------------------------------

    def _supervise(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work, timeout=1.0)
                if self._closed:
                    return
                if self._running is None and self._waiting:
                    self._start(self._jobs[self._waiting.pop(0)])
                self._kill_unresponsive()

    def _has_work(self) -> bool:
        return self._closed or (self._running is None and bool(self._waiting))

    def _start(self, job: QueuedJob) -> None:
        self._running = job.id
        job.state = "running"
        job.worker = self._worker.start()
        self._worker.send({"command": "start", "run": job.id, "store": str(self.store.root)})
        for command in job.early:
            self._worker.send({"run": job.id} | command.to_dict())

    def _queue(self, job: QueuedJob) -> None:
        with self._changed:
            self._jobs[job.id] = job
            self._waiting.append(job.id)
            self._changed.notify_all()

    def _kill_unresponsive(self) -> None:
        job = self._jobs.get(self._running or "")
        if job and job.stop_asked and time.monotonic() - job.stop_asked > STOP_PATIENCE:
            job.stop_asked = None
            self._worker.kill()

    # -- the worker's reading thread -----------------------------------------------------------

    def _on_line(self, values: dict[str, Any]) -> None:
        if "asked" in values:
            self._questions.take(values)
        elif job := self._jobs.get(values.get("run", "")):
            self._on_event(job, from_dict(values["event"]))

    def _on_event(self, job: QueuedJob, event: Event) -> None:
        with self._changed:
            if job.resumed:  # the worker has let the log end at the checkpoint, and goes on there
                job.events, job.resumed = _up_to(event, job.folder.events()), False
            else:
                job.events.append(event)
            job.device_lost |= getattr(event, "code", "") == DEVICE_LOST
            match event:
                case Ended():
                    if job.device_lost:
                        self._worker.replace()  # in that process it stays lost
                    job.state = event.state
                    self._running = None
                    self._forget_old_jobs()
                case Paused():
                    job.state = "paused"
                case Resumed():
                    job.state = "running"
            self._publish(job.id, event)

    def _on_worker_exit(self, pid: int, status: int) -> None:
        """A worker died, perhaps with a job in hand."""
        cause = f"signal {-status}" if status < 0 else f"exit status {status}"
        self._questions.fail(UserError("answerer_died", cause=cause))
        with self._changed:
            job = self._jobs.get(self._running or "")
            if job is None or job.worker != pid or self._closed:
                return
            self._running = None
            self._end(job, Failed.from_error(UserError("worker_died", cause=cause)))

    def _end(self, job: QueuedJob, event: Ended) -> None:
        with contextlib.suppress(UserError):  # a full disk must not keep the end from the screen
            job.folder.append(event)
            job.folder.release()
        job.events = job.folder.events() if job.resumed else [*job.events, event]
        job.resumed = False
        job.state = event.state
        self._publish(job.id, event)
        self._forget_old_jobs()

    def _forget_old_jobs(self) -> None:
        """Leave the events of what ended long ago to the store."""
        over = [
            run
            for run, job in self._jobs.items()
            if job.state not in LIVE and not self._listeners.get(run)
        ]
        for run in over[:-KEPT]:
            del self._jobs[run]

    def _publish(self, run: str, event: Event) -> None:
        self._changed.notify_all()
        for listener in tuple(self._listeners.get(run, ())):
            listener(event)

    def _tail(self, folder: JobFolder[Any], seen: int) -> None:
        """Follow a run that another process trains, while somebody listens."""
        while not self._closed:
            with self._changed:
                if folder.id in self._jobs or not self._listeners.get(folder.id):
                    self._tails.discard(folder.id)
                    return
            for event in folder.events(seen):
                seen += 1
                with self._changed:
                    self._publish(folder.id, event)
            time.sleep(POLL)


def _has_weights(folder: JobFolder[Any]) -> bool:
    return (folder.path / "teacher.safetensors").is_file()


def _of_a_program(folder: JobFolder[Any]) -> bool:
    """Whether a Python program gave the data or the networks: no other process can have them."""
    with contextlib.suppress(UserError):
        config = folder.config
        models = (*config.teachers, config.student)
        return config.dataset.startswith(GIVEN_DATA) or any(map(is_given, models))
    return False


def _up_to(event: Event, events: list[Event]) -> list[Event]:
    """Those up to ``event``; the log may hold more that the worker's lines have yet to bring."""
    text = event.to_json()
    last = max((at for at, one in enumerate(events) if one.to_json() == text), default=len(events))
    return events[: last + 1]


def _presence(store: Store) -> IO[str] | None:
    """A file that is locked while a hub lives; ``None`` where the store cannot be written."""
    try:
        store.root.mkdir(parents=True, exist_ok=True)
        return (store.root / "hub.lock").open("w")
    except OSError:
        return None


def _alone(presence: IO[str]) -> bool:
    """Whether no other hub lives on the store; from now on this one does."""
    try:
        fcntl.flock(presence, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        alone = False
    else:
        alone = True
    fcntl.flock(presence, fcntl.LOCK_SH)
    return alone


def _end_what_never_began(store: Store) -> None:
    """What waited in an app that ended before its turn came gets an end, too."""
    for folder in store.not_begun():
        with contextlib.suppress(UserError):  # a full disk, or somebody deleted it
            folder.append(Failed.from_error(UserError("never_began")))
        folder.release()
