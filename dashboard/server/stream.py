"""The push of a followed run: charts over time that somebody shows, where it stands, its notes.

All are worked out once for all viewers. A stream looks at the run as often as a chart should
move, works out what is new, and hands the same ready text to every viewer. It sleeps while there
is none.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from dashboard.charts import OVER_TIME
from dashboard.charts.parts.delta import delta
from dashboard.say.moment import moment
from dashboard.server.closing import ends_streams
from dashboard.server.encoding import json_text
from dashboard.server.engine import LIVE_STATES, RECORDED_RUNS, hub, store
from dashboard.server.run_notes import notes_of
from dashboard.server.shared_records import JobRecord, shared_record
from dashboard.text.languages import words
from dashboard.text.phrases import Words
from kdcore.errors import UserError
from kdcore.jobs.compression.record import CompressionRecord
from kdcore.jobs.kind import RUN
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recognition.record import RecognitionRecord
from kdcore.jobs.robustness.record import RobustnessRecord
from kdcore.jobs.run.record import RunRecord
from kdcore.jobs.search.record import SearchRecord
from kdcore.jobs.sweep.record import SweepRecord
from kdcore.jobs.teacher_selection.record import TeacherSelectionRecord

PERIOD = 0.15
"""Seconds between two looks."""
REST = 1.0
"""The same while the run is over."""
QUEUE = 16
"""Changes that wait for a slow viewer; then it gets the whole state anew."""
KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment keeps the connection open."""
OVER = ""
"""What a viewer's queue holds when there is nothing more to say."""

Seen = tuple[JobRecord | None, int]
"""The record that was drawn last, and how many events it had then."""

_streams: WeakValueDictionary[tuple[Path, str, str], "Stream"] = WeakValueDictionary()
_finding = Lock()


def stream_of(run: str, language: str) -> "Stream":
    """The stream of a job in a language; it lives while somebody looks."""
    with _finding:  # two threads that make it anew would each have one of their own
        return _streams.setdefault((store().root, run, language), Stream(run, language))


def viewers() -> int:
    """How many connections look at a job, whichever."""
    with _finding:
        return sum(stream.looked_at_by for stream in _streams.values())


@ends_streams
def end_all_streams() -> None:
    """Let every viewer of every stream go; in the server's event loop."""
    for stream in list(_streams.values()):
        stream.end()


@dataclass(eq=False)
class Viewer:
    """One connection to a stream."""

    name: str
    charts: Collection[str]
    """Over time, that it shows."""
    queue: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    caught_up: bool = False
    """Whether it has the whole state, so that what is new may follow."""

    def put(self, message: str) -> None:
        """Add to the queue; a full one is emptied, and the viewer gets everything anew."""
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            waiting = [*self.drop(), message]
            self.queue.put_nowait(OVER if OVER in waiting else None)

    def drop(self) -> list[str | None]:
        """Empty the queue; what was in it."""
        return [self.queue.get_nowait() for _ in range(self.queue.qsize())]


class Stream:
    """One job in one language, for any number of viewers; lives in the server's event loop."""

    def __init__(self, run: str, language: str) -> None:
        self._run = run
        self._shared = shared_record(run)
        self._words = words(language)
        self._has_notes = store().find(run).kind is RUN
        self._viewers: list[Viewer] = []
        self._wake: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._figures: dict[str, dict[str, Any]] = {}
        self._state: dict[str, Any] = {}
        self._notes: list[dict[str, Any]] = []
        self._whole: list[str] | None = None
        self._seen: Seen = (None, -1)
        self._looking = asyncio.Lock()
        self._pump: asyncio.Task[None] | None = None

    @property
    def looked_at_by(self) -> int:
        """How many connections it has."""
        return len(self._viewers)

    def check(self) -> None:
        """Say at once what cannot be shown.

        Raises:
            UserError: there is no such job any more.
        """
        with self._shared.lock:
            run_state(job_state(self._run), self._shared.newest(), self._words)

    def show(self, viewer: str, charts: Collection[str]) -> bool:
        """Draw these charts for a viewer from now on; from any thread.

        Returns:
            Whether it is connected; one that is not says it again.
        """
        connected = [one for one in self._viewers if one.name == viewer]
        for one in connected:
            one.charts = charts
        if connected and self._loop and self._wake:
            with suppress(RuntimeError):  # the app is being closed
                self._loop.call_soon_threadsafe(self._wake.set)
        return bool(connected)

    async def messages(
        self, viewer: str = "", charts: Collection[str] = tuple(OVER_TIME)
    ) -> AsyncIterator[str]:
        """Server-sent events: everything so far, then what is new, until the viewer leaves.

        Args:
            viewer: its name, for ``show``.
            charts: over time, that it shows.
        """
        self._loop, self._wake = asyncio.get_running_loop(), self._wake or asyncio.Event()
        # before the first wait: the browser has the answer's head, and may ask for other charts
        one = Viewer(viewer, charts)
        self._viewers.append(one)
        try:
            await self._catch_up()
            so_far = self._whole_state()
            one.caught_up = True  # at once: nothing falls between the two
            if self._pump is None or self._pump.done():
                self._pump = asyncio.create_task(self._follow())
            for text in so_far:
                yield text
            while True:
                try:
                    async with asyncio.timeout(KEEP_ALIVE):
                        message = await one.queue.get()
                except TimeoutError:
                    message = ": still here\n\n"
                if message is None and OVER in one.drop():  # what waits behind it is older
                    message = OVER
                if message == OVER:
                    return
                for text in self._whole_state() if message is None else [message]:
                    yield text
        finally:
            self._viewers.remove(one)

    def end(self) -> None:
        """Let all viewers go; in the server's event loop."""
        for viewer in self._viewers:
            viewer.put(OVER)

    async def _follow(self) -> None:
        try:
            while self._viewers:
                await self._rest()
                await self._catch_up()
        except UserError:  # the job was deleted
            pass
        finally:
            self.end()

    async def _rest(self) -> None:
        """Until the next look is due, or other charts are to be drawn."""
        assert self._wake is not None, "somebody looks"
        with suppress(TimeoutError):
            async with asyncio.timeout(PERIOD if self._state.get("live") else REST):
                await self._wake.wait()
        self._wake.clear()

    async def _catch_up(self) -> None:
        """Look at the run, and send all viewers what changed since the last look."""
        async with self._looking:
            figures, state, seen, notes = await asyncio.to_thread(self._look)
            figures = self._figures if figures is None else figures
            messages = [
                _message("figure", {"name": name} | change)
                for name, figure in figures.items()
                if (change := delta(self._figures.get(name), figure))
            ]
            if state != self._state:
                messages.append(_message("state", state))
            if notes != self._notes:
                messages.append(_message("notes", notes))
            self._figures, self._state, self._seen, self._notes = figures, state, seen, notes
            if messages:
                self._whole = None
            if news := "".join(messages):  # one text for all viewers, and one write for each
                for viewer in self._viewers:
                    if viewer.caught_up:
                        viewer.put(news)

    def _look(self) -> tuple[dict[str, dict[str, Any]] | None, dict[str, Any], Seen, list[Any]]:
        figures, state, seen = self._draw()
        return figures, state, seen, notes_of(self._run) if self._has_notes else []

    def _draw(self) -> tuple[dict[str, dict[str, Any]] | None, dict[str, Any], Seen]:
        with self._shared.lock:
            now = job_state(self._run)  # before the events: with its end all of them are there
            history = self._shared.newest()
            state = run_state(now, history, self._words)
            if not isinstance(history, RunRecord):  # its charts are asked for, each with its view
                return {}, state, (history, history.folded)
            shown = set().union(*(viewer.charts for viewer in list(self._viewers)))
            record, folded = self._seen
            unchanged = record is history and folded == history.folded
            if unchanged and self._figures.keys() == shown:
                return None, state, self._seen
            figures = {
                name: draw(history, self._words)
                for name, draw in OVER_TIME.items()
                if name in shown
            }
            return figures, state, (history, history.folded)

    def _whole_state(self) -> list[str]:
        """Everything so far; a class that comes at once gets the same text."""
        if self._whole is None:
            figures = [
                _message("figure", {"name": name, "replace": figure})
                for name, figure in self._figures.items()
            ]
            notes = [_message("notes", self._notes)] if self._has_notes else []
            self._whole = [*figures, _message("state", self._state), *notes]
        return self._whole


def job_state(job: str) -> str:
    """The state of a job, or of a run that comes with the program."""
    return "finished" if job in RECORDED_RUNS else hub().state(job)


def run_state(state: str, history: JobRecord, words: Words) -> dict[str, Any]:
    """Where a job in this state stands: what the transport bar and the charts of a moment need."""
    if not isinstance(history, RunRecord):
        return {
            "state": state,
            "live": state in LIVE_STATES,
            "snapshots": [],
            "version": _version(history),
        }
    return {
        "state": state,
        "live": state in LIVE_STATES,
        "layout": run_layout(state, history),
        "phase": history.phase,
        "position": history.position,
        "step": history.step,
        "seconds": history.finished.seconds if history.finished else history.seconds,
        "epochs": history.config.get("epochs", 0),
        "epoch": history.epochs[-1].epoch if history.epochs else 0,
        "snapshots": sorted(history.snapshots),
        "students": history.students,
        "marks": [asdict(mark) for mark in history.marks],
        "prepared": history.prepared is not None,
        "moment": moment(history, words),
    }


def run_layout(state: str, history: RunRecord) -> str:
    """What decides which panels and buttons the page of a run in this state has."""
    return f"{state} {history.phase}"


def _version(history: JobRecord) -> int:
    """A number that changes when the charts should be fetched anew."""
    match history:
        case SweepRecord():
            return history.scored + len(history.states)
        case CompressionRecord():
            return history.measured
        case RobustnessRecord():
            return history.folded
        case SearchRecord():
            return 2 * len(history.trials) + history.over
        case TeacherSelectionRecord():
            return len(history.teachers)
        case RecipeRecord():
            return 2 * len(history.measured) + history.over
        case RecognitionRecord():
            return len(history.teacher) + len(history.epochs) + history.over
    return history.folded


def _message(name: str, values: Any) -> str:
    return f"event: {name}\ndata: {json_text(values)}\n\n"
