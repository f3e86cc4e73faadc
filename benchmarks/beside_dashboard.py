"""What an open dashboard costs the training.

``python -m benchmarks.beside_dashboard --data-root DIR``

The same run in the app's worker, by turns with no page open, with a browser that follows it,
and with a second page beside it that keeps the process of the app busy all the time; batches a
second, read off the log of the run. The worker chooses its threads as it always does.
Needs Chromium and the ``dev`` extra.
"""

import argparse
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import BrowserContext, sync_playwright

from kdcore.jobs.kind import RUN
from kdcore.jobs.run.events import Batch
from kdcore.store import Store

WARM_UP, WINDOW = 3.0, 10.0
ALWAYS_ASKING = """address => {
  const ask = () => fetch(address).then(answer => answer.text()).then(ask);
  ask();
}"""
"""What a page does that keeps the app's process busy all the time, without drawing."""
MODES = ("no page", "followed", "beside a busy page")


def main() -> None:
    """Measure round by round and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    rates: dict[str, list[float]] = {mode: [] for mode in MODES}
    with tempfile.TemporaryDirectory() as folder, app(Path(folder)) as address:
        query = (
            f"dataset=mnist&data_root={given.data_root.resolve()}&teacher=mlp:500"
            "&student=mlp:250&teacher_epochs=1&epochs=1000&batch_size=128&speed=0"
        )
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            for number in range(1, given.rounds + 1):
                for mode in MODES:
                    context = browser.new_context(viewport={"width": 1440, "height": 900})
                    rate = measure(context, mode, f"{address}/live?{query}", Store(Path(folder)))
                    rates[mode].append(rate)
                    print(f"round {number}, {mode}: {rate:.0f} batches a second", flush=True)
            browser.close()
    alone = median(rates[MODES[0]])
    for mode in MODES:
        print(
            f"{mode}: {median(rates[mode]):.0f} batches a second, {median(rates[mode]) / alone:.0%}"
        )


def measure(context: BrowserContext, mode: str, address: str, store: Store) -> float:
    """Start a run, arrange the pages of ``mode``, and count batches for a while."""
    page = context.new_page()
    page.goto(address)
    page.locator(".st-key-start button").click()
    page.wait_for_selector("[data-testid=chart-losses] .js-plotly-plot", timeout=120_000)
    run = re.search(r"run=([\w-]+)", page.url)[1]  # type: ignore[index]
    if mode == MODES[0]:
        page.close()
    if mode == MODES[2]:
        busy = context.new_page()
        busy.goto(address.split("/live")[0] + "/kd/static/icon.svg")
        busy.evaluate(ALWAYS_ASKING, f"/kd/figure/reliability?run={run}")
    time.sleep(WARM_UP)
    first = newest(store, run)
    time.sleep(WINDOW)
    last = newest(store, run)
    stop = context.new_page()
    stop.goto(f"{address.split('?')[0]}?run={run}")
    stop.locator(".st-key-stop button").click()
    stop.wait_for_selector(".st-key-start button:enabled")
    context.close()
    return (last.step - first.step) / (last.seconds - first.seconds)


def newest(store: Store, run: str) -> Batch:
    """The newest batch event of the run."""
    return [event for event in store.find(run, RUN).events() if isinstance(event, Batch)][-1]


@contextmanager
def app(store: Path) -> Iterator[str]:
    """The dashboard on a free port."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    environment = dict(os.environ, KDCORE_STORE=str(store))
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}"
    while server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health"):
            break
        time.sleep(0.2)
    yield address
    server.terminate()
    server.wait()


if __name__ == "__main__":
    main()
