"""How long one waits at the beginning, against another checkout where one is given.

``python -m benchmarks.startup --against DIR``

By turns, this checkout and the other: ``import kdcore``, the command line's help and a run's first
line; the app's first byte, its first screen in a browser that has never seen it, a second visit,
and a run's first student point, in an app that has just started and in one that is warm. Medians,
and in brackets the quickest rounds. Needs Chromium and the ``dev`` extra.
"""

import argparse
import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

HERE = Path(__file__).parents[1]
FIRST_RUN = ("run", "--dataset", "digits", "--epochs", "1", "--teacher-epochs", "1")
PATIENCE = 120.0
"""Seconds after which something has gone wrong."""
POLL = 0.005
STUDENT_POINTS = """() => {
  const plot = document.querySelector("[data-testid=chart-losses] .js-plotly-plot");
  return (plot?.data ?? []).some(trace => trace.x?.length);
}"""
FIRST_BUTTON = ".st-key-watch button:enabled"
"""What a newcomer presses: it starts the first run."""
ANOTHER_RUN = ".st-key-start-all_labels button:enabled"
"""With the teacher of the first one, which is not trained again."""
WARM = 3.0
"""Seconds after a run until the next one is started."""

Found = dict[str, float]


def main() -> None:
    """Measure round by round and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, metavar="DIR", help="another checkout")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=list(PARTS), default=None, help="one part of it")
    given = parser.parse_args()
    checkouts = [HERE, *([given.against.resolve()] if given.against else [])]
    parts = [PARTS[given.only]] if given.only else list(PARTS.values())
    rounds: dict[Path, list[Found]] = {checkout: [] for checkout in checkouts}
    with contextlib.suppress(KeyboardInterrupt):  # the table is of what has been measured
        for number in range(1, given.rounds + 1):
            for checkout in checkouts if number % 2 else checkouts[::-1]:
                found = {name: spent for part in parts for name, spent in part(checkout).items()}
                rounds[checkout].append(found)
                told = ", ".join(f"{name} {seconds:.2f}" for name, seconds in found.items())
                print(f"round {number}, {checkout.name}: {told}", file=sys.stderr, flush=True)
    print(f"{len(rounds[checkouts[-1]])} rounds, seconds: median (quickest)\n")
    print(table(*rounds.values()))


def table(here: list[Found], before: list[Found] | None = None) -> str:
    """A line a measurement, with the ratio where there is something to compare with."""
    if before is None:
        lines = ["| | seconds |", "|---|---|"]
        return "\n".join([*lines, *(f"| {name} | {_seconds(here, name)} |" for name in here[0])])
    lines = ["| | before | now | now / before |", "|---|---|---|---|"]
    for name in here[0]:
        ratio = median(one[name] for one in here) / median(one[name] for one in before)
        lines.append(
            f"| {name} | {_seconds(before, name)} | {_seconds(here, name)} | {ratio:.2f} |"
        )
    return "\n".join(lines)


def _seconds(rounds: list[Found], name: str) -> str:
    values = [found[name] for found in rounds]
    return f"{median(values):.2f} ({min(values):.2f})"


def command_line(checkout: Path) -> Found:
    """``import kdcore``, ``--help``, and a small run's first and last line."""
    with tempfile.TemporaryDirectory() as store:
        environment = environment_of(checkout, store)
        _, imported = lines_after(["-c", "import kdcore"], checkout, environment)
        _, torch = lines_after(["-c", "import torch"], checkout, environment)
        _, helped = lines_after(["-m", "kdcore", "--help"], checkout, environment)
        first, ended = lines_after(["-m", "kdcore", *FIRST_RUN], checkout, environment)
    return {
        "`import kdcore`": imported,
        "`kdcore --help`": helped,
        "`kdcore run`, first line": first,
        "of which Python and `import torch`": torch,
        "`kdcore run`, digits, one epoch, to its end": ended,
    }


def lines_after(
    arguments: list[str], checkout: Path, environment: dict[str, str]
) -> tuple[float, float]:
    """Seconds from the start of Python to its first line, and to its end."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        first = time.perf_counter() - began
        process.stdout.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)}: exit status {process.returncode}")
    return first, time.perf_counter() - began


def dashboard(checkout: Path) -> Found:
    """The app: its first byte, its first screen, a second visit, and two runs."""
    with (
        tempfile.TemporaryDirectory() as store,
        app(checkout, store) as (address, first_byte),
        sync_playwright() as playwright,
        visitor(playwright) as context,
    ):
        page, first_screen = open_start(context, address)
        first_run = press(page, FIRST_BUTTON)
        stop_run(page)
        page, second_visit = open_start(context, address)
        time.sleep(WARM)
        second_run = press(page, ANOTHER_RUN)
        stop_run(page)
    return {
        "`streamlit run` to the first byte": first_byte,
        "first screen, from then on": first_screen,
        "the same, second visit": second_visit,
        "Start to the first student point, at once": first_run,
        "the same, warm, teacher known": second_run,
    }


PARTS: dict[str, Callable[[Path], Found]] = {"command-line": command_line, "dashboard": dashboard}


def environment_of(checkout: Path, store: str) -> dict[str, str]:
    """What a process of a checkout sees."""
    return dict(os.environ, PYTHONPATH=str(checkout), KDCORE_STORE=store, PYTHONUNBUFFERED="1")


@contextmanager
def app(checkout: Path, store: str) -> Iterator[tuple[str, float]]:
    """The dashboard on a free port, and the seconds to its first byte."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)],
        cwd=checkout,
        env=environment_of(checkout, store),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            if server.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise SystemExit(f"the app of {checkout} did not start")
            time.sleep(POLL)
        yield f"http://localhost:{port}", time.perf_counter() - began
    finally:
        server.terminate()
        server.wait()


def _answers(port: int) -> bool:
    """Whether the first byte of the page arrives."""
    asked = http.client.HTTPConnection("localhost", port, timeout=PATIENCE)
    with contextlib.closing(asked), contextlib.suppress(OSError):
        asked.request("GET", "/")
        return bool(asked.getresponse().read(1))
    return False


@contextmanager
def visitor(playwright: Playwright) -> Iterator[BrowserContext]:
    """A browser that has never seen anything."""
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox"]
    )
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE * 1000)
    try:
        yield context
    finally:
        browser.close()


def open_start(context: BrowserContext, address: str) -> tuple[Page, float]:
    """The start page in a new tab, and the seconds until its first button can be pressed."""
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(FIRST_BUTTON)
    return page, time.perf_counter() - began


def press(page: Page, button: str) -> float:
    """Seconds from the click that starts a run to the first point of a student's line."""
    began = time.perf_counter()
    page.click(button)
    page.wait_for_function(STUDENT_POINTS, polling="raf")
    return time.perf_counter() - began


def stop_run(page: Page) -> None:
    """End the run that the page shows, if it has not ended, and leave."""
    stop = page.locator(".st-key-stop button:enabled")
    if stop.count():
        stop.click()
    page.wait_for_selector(".st-key-start button:enabled")
    page.close()


if __name__ == "__main__":
    main()
