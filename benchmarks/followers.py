"""Pages that follow a run, as the server sees them: real connections without browsers.

A page has three: the web socket of its Streamlit session, the stream of its charts and that of the
class. What a browser does by itself is done here too: it asks for a fragment again as often as the
server told it to.
"""

import asyncio
import contextlib
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

HERE = "127.0.0.1"
CLASS = "class.test"
"""Host by whose name followers ask: whoever asks for ``localhost`` is the lecturer."""
STEP = re.compile(rb'"step":(\d+)')
QUESTION = re.compile(rb'event: question\ndata: {"id":"([^"]+)"')
VOTES = re.compile(rb'"voters":(\d+)')
LARGEST = 1 << 26
"""Bytes of a message."""


@dataclass
class Page:
    """One open page of the app.

    Args:
        port: of the server.
        page: its name in the address, such as ``live``.
        query: of its address.
        host: by which the server is asked.
    """

    port: int
    page: str
    query: str
    host: str = CLASS
    opened: float = 0.0
    """Seconds until the first script had run."""
    buttons: dict[str, str] = field(default_factory=dict)
    """Ids of the buttons by the keys that the app gave them."""
    _socket: ClientConnection | None = None
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    """What a browser asks for again and again, by fragment."""
    _ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None:
        """Connect, and have the script run once."""
        began = time.monotonic()
        self._socket = await connect(
            f"ws://{self.host}:{self.port}/_stcore/stream",
            host=HERE,
            port=self.port,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            compression=None,
            max_size=LARGEST,
            ping_interval=None,
        )
        self._tasks[""] = asyncio.create_task(self._listen())
        await self.rerun()
        await self._ready.wait()
        self.opened = time.monotonic() - began

    async def rerun(self, *, fragment: str = "", press: str = "", auto: bool = False) -> None:
        """Ask for the page, or for one of its fragments."""
        message: Any = BackMsg()
        script = message.rerun_script
        script.query_string, script.page_name = self.query, self.page
        script.fragment_id, script.is_auto_rerun = fragment, auto
        if press:
            state = script.widget_states.widgets.add()
            state.id, state.trigger_value = press, True
        assert self._socket is not None, "it is open"
        await self._socket.send(message.SerializeToString())

    async def close(self) -> None:
        """Leave."""
        for task in self._tasks.values():
            task.cancel()
        if self._socket:
            await self._socket.close()

    async def _listen(self) -> None:
        assert self._socket is not None, "it is open"
        message: Any = ForwardMsg()
        async for content in self._socket:
            message.ParseFromString(content)
            match message.WhichOneof("type"):
                case "delta" if message.delta.WhichOneof("type") == "new_element":
                    element = message.delta.new_element
                    if element.WhichOneof("type") == "button":
                        self.buttons[element.button.id.rsplit("-", 1)[-1]] = element.button.id
                case "auto_rerun":
                    self._repeat(message.auto_rerun.fragment_id, message.auto_rerun.interval)
                case "stop_auto_rerun":
                    for fragment in message.stop_auto_rerun.fragment_ids:
                        self._stop(fragment)
                case "new_session" if not message.metadata.run.fragment_ids:
                    for fragment in [name for name in self._tasks if name]:
                        self._stop(fragment)
                case "script_finished":
                    self._ready.set()

    def _repeat(self, fragment: str, interval: float) -> None:
        self._stop(fragment)
        self._tasks[fragment] = asyncio.create_task(self._ask_again(fragment, interval))

    def _stop(self, fragment: str) -> None:
        if task := self._tasks.pop(fragment, None):
            task.cancel()

    async def _ask_again(self, fragment: str, interval: float) -> None:
        with contextlib.suppress(Exception):  # the page is closed
            while True:
                await asyncio.sleep(interval)
                await self.rerun(fragment=fragment, auto=True)


@dataclass
class EventStream:
    """A stream of server-sent events to one page.

    Args:
        port: of the server.
        path: of the stream, with its query.
        reads: whether it reads what comes; a page that sleeps does not.
    """

    port: int
    path: str
    reads: bool = True
    bytes: int = 0
    _task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect; what comes is noted from now on."""
        reader, self._writer = await asyncio.open_connection(HERE, self.port, limit=LARGEST)
        self._writer.write(
            f"GET {self.path} HTTP/1.1\r\nHost: {CLASS}:{self.port}\r\n"
            "Accept: text/event-stream\r\n\r\n".encode()
        )
        if self.reads:
            self._task = asyncio.create_task(self._listen(reader))

    async def close(self) -> None:
        """Leave."""
        if self._task:
            self._task.cancel()
        self._writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while chunk := await reader.read(LARGEST):
            self.bytes += len(chunk)
            self.note(chunk)

    def note(self, chunk: bytes) -> None:
        """Take over what came."""


@dataclass
class ChartStream(EventStream):
    """The stream of a run, ``/kd/live``."""

    messages: list[tuple[float, int]] = field(default_factory=list)
    """When a message came, in seconds of the wall clock, and up to which step it went."""

    def note(self, chunk: bytes) -> None:
        """Take over what came."""
        if steps := STEP.findall(chunk):
            self.messages.append((time.time(), max(map(int, steps))))


@dataclass
class ClassStream(EventStream):
    """The stream of the class, ``/kd/class``, and the vote of this page."""

    browser: str = ""
    question: str = ""
    """Id of the question that is asked."""
    counted: int | None = None
    """Votes that were counted, as far as it was said."""

    def note(self, chunk: bytes) -> None:
        """Take over what came."""
        if found := QUESTION.findall(chunk):
            self.question = found[-1].decode()
        if found := VOTES.findall(chunk):
            self.counted = int(found[-1])

    async def vote(self, option: int) -> int:
        """Send a vote on a connection of its own; the status of the answer."""
        reader, writer = await asyncio.open_connection(HERE, self.port)
        vote = {"browser": self.browser, "question": self.question, "option": option, "number": 1}
        body = json.dumps(vote)
        writer.write(
            f"POST /kd/class/vote HTTP/1.1\r\nHost: {CLASS}:{self.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Connection: close\r\n\r\n{body}".encode()
        )
        status = int((await reader.readline()).split()[1])
        writer.close()
        return status
