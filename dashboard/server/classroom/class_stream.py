"""What browsers hear of a class: every change written once for all, newest wins.

A browser that is slow or has vanished holds nobody back: of each topic there waits for it at most
the newest message.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from weakref import WeakValueDictionary

from dashboard.server.classroom.outcome import outcome_of
from dashboard.server.classroom.room import BROWSER, TOPICS, Classroom
from dashboard.server.closing import ends_streams
from dashboard.server.encoding import json_text
from dashboard.server.engine import store
from dashboard.server.visitors import Role, acting_as
from kdcore.errors import UserError

PERIOD = 0.1
"""Seconds between two rounds of messages."""
COUNTS = frozenset({"votes", "people"})
"""Topics that only say how many take part."""
COUNTING = 0.5
"""Seconds between two messages of those."""
BEAT = 8.0
"""Seconds after which a browser is told that the connection stands."""
LOOK_AGAIN = 2.0
"""Seconds between two looks at what a revealed question's job has measured."""
MOST_CONNECTIONS = 1500
"""Of followers; the lecturer always gets in."""
RETRY = 1000
"""Milliseconds after which a browser connects again."""
BEATING = ": \nevent: beat\ndata: 1\n\n"

_streams: WeakValueDictionary[tuple[Path, int], "ClassStream"] = WeakValueDictionary()


def class_stream(room: Classroom) -> "ClassStream":
    """The stream of the store's class; it lives while somebody listens. In the server's loop."""
    key = store().root, id(asyncio.get_running_loop())
    return _streams.get(key) or _streams.setdefault(key, ClassStream(room))


@ends_streams
def end_class_streams() -> None:
    """Let every browser go; in the server's event loop."""
    for stream in list(_streams.values()):
        stream.end()


class _Browser:
    """One connection: of each topic the newest message that it has not got."""

    def __init__(self, *, steers: bool) -> None:
        self.steers = steers
        self.waiting: dict[str, str] = {}
        self.woken = asyncio.Event()
        self.over = False

    def put(self, topic: str, message: str) -> None:
        self.waiting.pop(topic, None)
        self.waiting[topic] = message
        self.woken.set()


class ClassStream:
    """The class for any number of browsers; lives in the server's event loop."""

    def __init__(self, room: Classroom) -> None:
        self._room = room
        self._browsers: set[_Browser] = set()
        self._dirty: set[str] = set()
        self._woken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._pump: asyncio.Task[None] | None = None

    def messages(self, browser: str, *, steers: bool) -> AsyncIterator[str]:
        """Server-sent events: every topic, then what is new, until the browser leaves.

        Args:
            browser: what it calls itself.
            steers: whether it is the lecturer's, who is no viewer.

        Raises:
            UserError: before the first message: there are too many, or it has no proper name.
        """
        if not steers and len(self._browsers) >= MOST_CONNECTIONS:
            raise UserError("class_full", most=MOST_CONNECTIONS)
        if not BROWSER.fullmatch(browser):
            raise UserError("class_unreadable")
        return self._messages(browser, _Browser(steers=steers))

    async def _messages(self, browser: str, one: _Browser) -> AsyncIterator[str]:
        leave = None if one.steers else self._room.enter(browser)
        self._browsers.add(one)
        try:
            if self._pump is None or self._pump.done():
                stop = self._room.listen(self._note)  # from now on: nothing falls between the two
                self._pump = asyncio.create_task(self._tell(stop))
            for topic in TOPICS:
                one.put(topic, self._message(topic, steers=one.steers))
            yield f"retry: {RETRY}\n\n"
            while not one.over:
                with suppress(TimeoutError):
                    async with asyncio.timeout(BEAT):
                        await one.woken.wait()
                one.woken.clear()
                waiting, one.waiting = one.waiting, {}
                yield "".join(waiting.values()) or BEATING
        finally:
            self._browsers.discard(one)
            if leave is not None:
                leave()

    def end(self) -> None:
        """Let all browsers go."""
        for one in self._browsers:
            one.over = True
            one.woken.set()

    async def _tell(self, stop: Callable[[], None]) -> None:
        """Write what has changed, once for all, while somebody listens."""
        counted = looked = time.monotonic()
        looking: asyncio.Task[None] | None = None
        try:
            while self._browsers:
                with suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await self._woken.wait()
                self._woken.clear()
                now = time.monotonic()
                if now - looked > LOOK_AGAIN:
                    looked = now
                    self._room.tidy()
                    if looking is None or looking.done():  # nobody waits for it, nor ends with it
                        looking = asyncio.create_task(self._look_at_outcome())
                later: set[str] = set()
                if now - counted < COUNTING:
                    later = self._dirty & COUNTS
                elif self._dirty & COUNTS:
                    counted = now
                topics, self._dirty = self._dirty - later, later
                for topic in topics:
                    self._send(topic)
                await asyncio.sleep(PERIOD)
                if later:
                    self._woken.set()
        finally:
            stop()

    def _send(self, topic: str) -> None:
        written: dict[bool, str] = {}
        for one in self._browsers:
            if one.steers not in written:
                written[one.steers] = self._message(topic, steers=one.steers)
            one.put(topic, written[one.steers])

    def _message(self, topic: str, *, steers: bool) -> str:
        return f"event: {topic}\ndata: {json_text(self._room.news(topic, steers=steers))}\n\n"

    def _note(self, topic: str) -> None:
        with suppress(RuntimeError):  # the app is being closed
            self._loop.call_soon_threadsafe(self._mark, topic)

    def _mark(self, topic: str) -> None:
        self._dirty.add(topic)
        self._woken.set()

    async def _look_at_outcome(self) -> None:
        if question := self._room.needs_outcome:
            with acting_as(Role.LECTURER), suppress(UserError, LookupError, TypeError, ValueError):
                found = await asyncio.to_thread(outcome_of, question)
                await asyncio.to_thread(self._room.set_outcome, question.id, found)
