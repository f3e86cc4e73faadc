"""What a class costs: followers of one live run, on the machine that trains it.

``python -m benchmarks.class_load --data-root DIR``

One run in the app's worker, by turns with none and with 10, 50, 100 and 300 followers, each with
the three connections of a page; some never read what they are sent. The clients run on the same
machine and take their share of its processors. Printed are the lag of events, from the moment an
event is in the run's log until a follower has it; what the app's process takes; the batches a
second against those without followers just before and after; and, when all vote on a question at
once, how many votes were counted and after how long the last was acknowledged.
"""

import argparse
import asyncio
import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.followers import HERE, ChartStream, ClassStream, Page
from kdcore.events import from_json
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.events import Batch
from kdcore.store import Store

CHARTS = "accuracy,losses,loss_terms,gradient_share"
"""Over time, that a page of usual height shows."""
SETTLE, WINDOW = 4.0, 12.0
PATIENCE = 120.0
"""Seconds until the students have begun."""
TICK = 0.003
"""Seconds between two looks at the log."""
OPENING = 20
"""Pages that are opened at a time."""
DEAF = 10
"""Every so manieth follower never reads its stream."""


@dataclass(frozen=True)
class Usage:
    """What the app's process has taken so far."""

    at: float
    cpu: float
    """Seconds of a processor."""
    memory: float
    """MiB, resident."""
    step: int
    """Of the run."""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, help="folder with MNIST; without it: digits")
    parser.add_argument("--followers", type=int, nargs="*", default=[10, 50, 100, 300])
    parser.add_argument("--seconds", type=float, default=WINDOW, help="of each measurement")
    parser.add_argument("--threads", type=int, default=1, help="of the training")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, app(Path(folder), given) as (port, pid):
        asyncio.run(measured(given, Store(Path(folder)), port, pid))


async def measured(given: argparse.Namespace, store: Store, port: int, pid: int) -> None:
    """Start a run and measure it with each number of followers."""
    settings = "dataset=mnist&" if given.data_root else ""
    settings += "teacher=mlp:500&student=mlp:250&teacher_epochs=1&epochs=10000&batch_size=128"
    lecturer = Page(port, "live", f"{settings}&speed=0", host="localhost")
    await lecturer.open()
    await lecturer.rerun(press=lecturer.buttons["start"])
    while not (rows := store.list(RUN)):
        await asyncio.sleep(0.1)
    log = Log(store, rows[0].id)
    watching = asyncio.create_task(log.watch())
    await lecturer.rerun()
    async with asyncio.timeout(PATIENCE):
        await log.began.wait()
    await asyncio.sleep(SETTLE)
    print(
        "| followers | page p50 / p95 s | lag p50 / p95 / max ms | messages/s | app's CPU | "
        "MiB a follower | batches/s | of none | votes counted | within s |\n|" + "---|" * 10,
        flush=True,
    )
    before = await rate(log, pid, given.seconds)
    for count in given.followers:
        first = usage(log, pid)
        async with followers(count, port, log.run) as (pages, streams, voters):
            await asyncio.sleep(SETTLE)
            grown = usage(log, pid).memory - first.memory
            began = usage(log, pid)
            await asyncio.sleep(given.seconds)
            ended = usage(log, pid)
            await ask_class(port)
            counted, within = await votes(voters)
        await asyncio.sleep(SETTLE)
        after = await rate(log, pid, given.seconds)
        seconds = ended.at - began.at
        batches = (ended.step - began.step) / seconds
        lags = 1000 * np.array(log.lags(streams, began.at, ended.at))
        heard = [one for one in streams if one.reads]
        messages = [sum(began.at < at < ended.at for at, _ in one.messages) for one in heard]
        low, high = np.percentile([page.opened for page in pages], [50, 95])
        p50, p95 = np.percentile(lags, [50, 95])
        print(
            f"| {count} | {low:.2f} / {high:.2f} | {p50:.0f} / {p95:.0f} / {lags.max():.0f} | "
            f"{np.mean(messages) / seconds:.1f} | {(ended.cpu - began.cpu) / seconds:.2f} | "
            f"{grown / count:.2f} | {batches:.0f} | {batches / ((before + after) / 2):.0%} | "
            f"{counted} of {count} | {within:.1f} |",
            flush=True,
        )
        before = after
    watching.cancel()
    await lecturer.close()


async def rate(log: "Log", pid: int, seconds: float) -> float:
    """Batches a second while nobody but the lecturer looks."""
    began = usage(log, pid)
    await asyncio.sleep(seconds)
    ended = usage(log, pid)
    return (ended.step - began.step) / (ended.at - began.at)


async def ask_class(port: int) -> None:
    """Put the usual question to the class, as the lecturer does."""
    page = Page(port, "classroom", "", host="localhost")
    await page.open()
    await page.rerun(press=page.buttons["ask_class"])
    await asyncio.sleep(SETTLE)
    await page.close()


async def votes(voters: list[ClassStream]) -> tuple[int, float]:
    """All vote at once: how many were counted, and seconds until the last was acknowledged."""
    began = time.monotonic()
    statuses = await asyncio.gather(*(one.vote(at % 2) for at, one in enumerate(voters)))
    within = time.monotonic() - began
    await asyncio.sleep(SETTLE)
    said = voters[0].counted
    assert said == statuses.count(200), f"{statuses.count(200)} acknowledged, {said} counted"
    return said, within


@asynccontextmanager
async def followers(
    count: int, port: int, run: str
) -> AsyncIterator[tuple[list[Page], list[ChartStream], list[ClassStream]]]:
    """So many open pages of a run."""
    pages = [Page(port, "live", f"run={run}") for _ in range(count)]
    streams = [
        ChartStream(
            port,
            f"/kd/live?run={run}&lang=en&viewer=v{at}&charts={CHARTS}",
            reads=at % DEAF != DEAF - 1,
        )
        for at in range(count)
    ]
    browsers = [secrets.token_hex(16) for _ in range(count)]
    voters = [ClassStream(port, f"/kd/class?browser={one}", browser=one) for one in browsers]
    each = list(zip(pages, streams, voters, strict=True))
    for at in range(0, count, OPENING):
        await asyncio.gather(*(part.open() for parts in each[at : at + OPENING] for part in parts))
    try:
        yield pages, streams, voters
    finally:
        await asyncio.gather(*(part.close() for parts in each for part in parts))


class Log:
    """The log of a run, read as it grows.

    Args:
        store: of the app.
        run: its id.
    """

    def __init__(self, store: Store, run: str) -> None:
        self.run = run
        self.began = asyncio.Event()
        self.written: list[tuple[float, int]] = []
        """When a step's event was there, in seconds of the wall clock."""
        self._path = store.find(run, RUN).path / "events.jsonl"

    async def watch(self) -> None:
        """Note what comes."""
        while not self._path.exists():
            await asyncio.sleep(TICK)
        with self._path.open("rb") as file:
            while True:
                while line := file.readline():
                    if line.endswith(b"\n") and b'"batch"' in line:
                        event = from_json(line.decode())
                        if isinstance(event, Batch):
                            self.written.append((time.time(), event.step))
                            self.began.set()
                await asyncio.sleep(TICK)

    def lags(self, streams: list[ChartStream], begin: float, end: float) -> list[float]:
        """Seconds from an event in the log to each follower, of events between two moments."""
        found = []
        for stream in streams:
            if not stream.reads:
                continue
            messages = iter(stream.messages)
            at, step = next(messages, (0.0, -1))
            for written, needed in self.written:
                while step < needed and (following := next(messages, None)):
                    at, step = following
                if begin < written < end - 1 and step >= needed:
                    found.append(max(at - written, 0.0))
        return found


def usage(log: Log, pid: int) -> Usage:
    """Of the app's process now."""
    values = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return Usage(
        at=time.time(),
        cpu=(int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK"),
        memory=pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
        step=log.written[-1][1],
    )


@contextmanager
def app(store: Path, given: argparse.Namespace) -> Iterator[tuple[int, int]]:
    """The shared dashboard on a free port; that and its process."""
    with socket.socket() as free:
        free.bind((HERE, 0))
        port = free.getsockname()[1]
    environment = dict(
        os.environ, KDCORE_STORE=str(store), KDCORE_SHARE="1", OMP_NUM_THREADS=str(given.threads)
    )
    if given.data_root:
        environment["KDCORE_DATA"] = str(given.data_root.resolve())
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    while server.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://{HERE}:{port}/_stcore/health"),
        ):
            break
        time.sleep(0.2)
    try:
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
