"""Whether a server that is used for hours stays as it was.

``python -m benchmarks.soak --runs 300``

Short runs one after the other, each started from a page of its own and followed by viewers who come
and go, some of whom leave in the middle; finished runs are deleted as a lecturer deletes them.
Printed now and then is what the app's process and its worker hold: memory, threads, file handles,
connections. At the end all leave, and after Streamlit's time for coming back the last line is held
against the first after the warm-up. Exit status 1 if something grew.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.class_load import app
from benchmarks.followers import ChartStream, Page
from kdcore.jobs.kind import RUN
from kdcore.store import Store

QUERY = "dataset=digits&teacher=mlp:16&student=mlp:8&teacher_epochs=1&epochs=2&speed=0"
CHARTS = "accuracy,losses,agreement"
WARM_UP, EVERY = 40, 20
"""Runs before the first line that counts, and between two lines. By then Streamlit keeps as many
closed pages, 128, as it ever does."""
COME_BACK = 130.0
"""Seconds after which Streamlit forgets a page that was closed, and a little more."""
SETTLE = 3.0
PATIENCE = 120.0
"""Seconds for one run."""
ROOM = {"memory": 24.0, "worker": 24.0, "threads": 4, "handles": 6, "connections": 2}
"""What may be held at the end beyond the first line: MiB, threads and so on."""


@dataclass(frozen=True)
class Held:
    """What the processes of the app hold."""

    memory: float
    """MiB, resident, of the app."""
    worker: float
    """The same of its worker."""
    threads: int
    handles: int
    connections: int

    def line(self, runs: str) -> str:
        """A row of the table."""
        return (
            f"| {runs} | {self.memory:.0f} | {self.worker:.0f} | {self.threads} | "
            f"{self.handles} | {self.connections} |"
        )


def main() -> int:
    """Carry it out; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--viewers", type=int, default=4, help="of each run")
    parser.add_argument("--threads", type=int, default=1, help="of the training")
    given = parser.parse_args()
    given.data_root = None
    with tempfile.TemporaryDirectory() as folder, app(Path(folder), given) as (port, pid):
        return asyncio.run(soaked(given, Store(Path(folder)), port, pid))


async def soaked(given: argparse.Namespace, store: Store, port: int, pid: int) -> int:
    """The runs, and what is held after them."""
    print("| runs | app MiB | worker MiB | threads | handles | connections |\n|" + "---|" * 6)
    first = None
    for number in range(1, given.runs + 1):
        async with asyncio.timeout(PATIENCE):
            await one_run(given.viewers, store, port)
        if number % EVERY == 0:
            now = held(pid, port)
            print(now.line(str(number)), flush=True)
            first = first or (now if number >= WARM_UP else None)
    await asyncio.sleep(COME_BACK)
    last_page = Page(port, "live", "")  # Streamlit forgets when the next one comes
    await last_page.open()
    await last_page.close()
    await asyncio.sleep(SETTLE)
    last = held(pid, port)
    print(last.line("all left"), flush=True)
    first = first or last
    grown = [
        f"{name} from {getattr(first, name):.0f} to {getattr(last, name):.0f}"
        for name, room in ROOM.items()
        if getattr(last, name) > getattr(first, name) + room
    ]
    print("grew: " + ", ".join(grown) if grown else "nothing grew")
    return 1 if grown else 0


async def one_run(viewers: int, store: Store, port: int) -> None:
    """Start a run from a page, follow it, leave, delete it."""
    before = {row.id for row in store.list(RUN)}
    lecturer = Page(port, "live", QUERY, host="localhost")
    await lecturer.open()
    await lecturer.rerun(press=lecturer.buttons["start"])
    while not (new := [row.id for row in store.list(RUN) if row.id not in before]):
        await asyncio.sleep(0.05)
    run = new[0]
    pages = [Page(port, "live", f"run={run}") for _ in range(viewers)]
    streams = [
        ChartStream(
            port, f"/kd/live?run={run}&lang=en&viewer=v{at}&charts={CHARTS}", reads=at % 4 != 3
        )
        for at in range(viewers)
    ]
    await asyncio.gather(*(one.open() for one in (*pages, *streams)))
    for leaving in (*pages[: viewers // 2], *streams[: viewers // 2]):
        await leaving.close()
    while store.row(run).state in ("queued", "running"):
        await asyncio.sleep(0.05)
    assert store.row(run).state == "finished", store.row(run).state
    for staying in (*pages[viewers // 2 :], *streams[viewers // 2 :], lecturer):
        await staying.close()
    store.delete(run)
    store.purge(run)


def held(pid: int, port: int) -> Held:
    """What the app and its worker hold now."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    workers = [child for child in children if "kdcore.worker" in command_of(child)]
    return Held(
        memory=memory_of(pid),
        worker=sum(map(memory_of, workers)),
        threads=sum(1 for _ in Path(f"/proc/{pid}/task").iterdir()),
        handles=sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        connections=connections_to(port),
    )


def command_of(pid: int | str) -> str:
    """The command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def memory_of(pid: int | str) -> float:
    """Resident memory of a process in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def connections_to(port: int) -> int:
    """Open connections to a port of this machine, as the server has them."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    local = [row.split() for row in rows]
    return sum(int(row[1].split(":")[1], 16) == port and row[3] in ("01", "08") for row in local)


if __name__ == "__main__":
    began = time.monotonic()
    status = main()
    print(f"{(time.monotonic() - began) / 60:.0f} min")
    sys.exit(status)
