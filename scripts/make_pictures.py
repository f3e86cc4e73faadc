"""Make ``docs/pictures/`` from the running app: what is seen there has happened in it.

``python scripts/make_pictures.py [NAME …]``, all of them by default, on a quiet machine with
Chromium. The app is started from this checkout with an empty store, pages are steered as a person
steers them, and ``live.gif`` is what the browser has drawn meanwhile. What lasts longer than the
picture may, as on a busy machine, is shown faster, and the script says how much: then the README
has to say so too. Only the arrow of the pointer is added, as a browser without a screen draws none;
and before the recording the teacher is trained, which a later run of the same settings takes over.
"""

import base64
import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, CDPSession, Locator, Page, sync_playwright

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "docs" / "pictures"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
WINDOW = {"width": 1280, "height": 800}
PATIENCE = float(os.environ.get("KDCORE_PATIENCE", "120"))
"""Seconds that anything may take."""
STILL = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
"""Streamlit has drawn the page."""
WIDTH = 960
"""Of the moving picture, in pixels."""
TICK = 0.1
"""Seconds between two of its frames."""
RUN = "dataset=mnist5k&unlabelled=0.95&weight=0.9&speed=160"
"""The settings of the first scenario of the Start page."""
POINTS = """count => Math.max(0, ...(document.querySelector(
  "[data-testid=chart-accuracy] .js-plotly-plot")?.data ?? []).map(({ x }) => x.length)) > count"""
"""The accuracy of more epochs than this is drawn."""
POINTER = """addEventListener("DOMContentLoaded", () => {
  const pointer = document.createElement("div");
  pointer.innerHTML = `<svg width="24" height="24" viewBox="0 0 16 16"><path d="M2 1v12l3.2-3
    2 4.6 2.2-1-2-4.4h4.4z" fill="#000" stroke="#fff"/></svg>`;
  pointer.ariaHidden = "true";
  pointer.style = "position:fixed;left:-99px;top:0;z-index:2147483647;pointer-events:none";
  document.documentElement.append(pointer);
  addEventListener("pointermove", ({ clientX, clientY }) => {
    pointer.style.left = `${clientX - 3}px`;
    pointer.style.top = `${clientY - 1}px`;
  }, true);
});"""


class Recording:
    """What a page draws between ``begin`` and ``end``, several times."""

    def __init__(self, page: Page):
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.on("Page.screencastFrame", self._keep)
        self._drawn: list[tuple[float, str]] = []
        self.frames: list[Image.Image] = []
        """One each ``TICK`` seconds."""

    def begin(self) -> None:
        """Go on recording."""
        self._drawn.clear()
        self._session.send("Page.startScreencast", {"format": "png"})

    def end(self, *, at_most: float) -> float:
        """Stop, and keep what was drawn; how many times as fast it is shown.

        Args:
            at_most: seconds; what took longer, as on a busy machine, is shown so much faster.
        """
        until = time.time()
        self._session.send("Page.stopScreencast")
        drawn = sorted(self._drawn)
        lasted = until - drawn[0][0]
        shown = min(lasted, at_most)
        for tick in range(round(shown / TICK)):
            moment = drawn[0][0] + tick * TICK * lasted / shown
            _, newest = max(frame for frame in drawn if frame[0] <= moment)
            with Image.open(io.BytesIO(base64.b64decode(newest))) as picture:
                self.frames.append(_smaller(picture.convert("RGB")))
        return lasted / shown

    def _keep(self, frame: dict[str, Any]) -> None:
        self._drawn.append((frame["metadata"]["timestamp"], frame["data"]))
        self._session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})


def main(chosen: list[str]) -> int:
    """Make each picture and print its size."""
    if unknown := [name for name in chosen if name not in PICTURES]:
        print(f"make_pictures: {unknown[0]} is none of {', '.join(PICTURES)}", file=sys.stderr)
        return 2
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        print(f"make_pictures: none of {', '.join(CHROMIUM)} is installed", file=sys.stderr)
        return 1
    PLACE.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as store,
        served(Path(store)) as app,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name in chosen or PICTURES:
            path = PLACE / name
            with visitor(browser) as page:
                PICTURES[name](page, app, path)
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
        browser.close()
    return 0


@contextlib.contextmanager
def served(store: Path) -> Iterator[str]:
    """The app of this checkout on a free port, over a store."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
    environment = os.environ | {"KDCORE_STORE": str(store), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*command, "--server.port", str(port)], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    ) as app:
        address = f"http://localhost:{port}"
        try:
            for _ in range(round(5 * PATIENCE)):
                with (
                    contextlib.suppress(OSError),
                    urllib.request.urlopen(f"{address}/_stcore/health"),
                ):
                    break
                time.sleep(0.2)
            yield address
        finally:
            app.terminate()


@contextlib.contextmanager
def visitor(browser: Browser) -> Iterator[Page]:
    """A page of somebody who has never been here."""
    context = browser.new_context(viewport=WINDOW, locale="en-GB", color_scheme="light")
    context.set_default_timeout(PATIENCE * 1000)
    context.add_init_script(POINTER)
    yield context.new_page()
    context.close()


def live(page: Page, app: str, path: Path) -> None:
    """T is dragged on the Start page; then a run is started and T is dragged while it learns."""
    open_page(page, f"{app}/live?{RUN}&epochs=1")
    press(page, "start")
    wait_for_end(page)

    recording = Recording(page)
    open_page(page, app)
    hero = page.locator(".st-key-temperature-hero")
    hero.get_by_role("button", name="Pause the demonstration").click()
    slider = hero.locator("input[type=range]")
    drag(page, slider, 0.31, 0.2)
    page.wait_for_timeout(300)
    recording.begin()
    page.wait_for_timeout(500)
    drag(page, slider, 0.2, 0.85, seconds=3)
    page.wait_for_timeout(800)
    faster = [recording.end(at_most=5)]

    open_page(page, f"{app}/live?{RUN}&epochs=10")
    page.locator(".st-key-start button").hover()
    recording.begin()
    page.wait_for_timeout(300)
    press(page, "start")
    chart = page.get_by_test_id("chart-accuracy")
    page.wait_for_function(POINTS, arg=3)
    track = page.locator(".st-key-T [data-orientation=horizontal] [data-orientation=horizontal]")
    drag(page, track, 0.5, 10 / 14, seconds=1.2)
    chart.locator(".annotation-text").first.wait_for()
    wait_for_end(page)
    page.wait_for_timeout(2000)
    faster.append(recording.end(at_most=9.5))
    save_moving(recording.frames, path)
    print(f"{path.name}: shown {faster[0]:.1f} and {faster[1]:.1f} times as fast as it was")


def playground(page: Page, app: str, path: Path) -> None:
    """Three spirals, ten labels, after the last epoch."""
    open_page(page, f"{app}/playground?plane=spirals&pupil=mlp:16")
    press(page, "start_plane")
    wait_for_end(page)
    page.set_viewport_size({"width": WINDOW["width"], "height": 1100})  # the maps are whole
    page.wait_for_timeout(3000)
    save(page, path)


def step(page: Page, app: str, path: Path) -> None:
    """The gradients of both terms, on the recorded run."""
    open_page(page, f"{app}/step?run=recorded-mnist5k")
    page.locator(".kd-step-card").last.wait_for()
    page.get_by_test_id("phase-gradient").click()
    page.wait_for_timeout(2000)
    save(page, path)


def lesson(page: Page, app: str, path: Path) -> None:
    """A card with a prediction and what was measured."""
    open_page(page, f"{app}/?lesson=soft-label&card=2")
    page.get_by_role("button", name="15% to 40%").click()
    page.wait_for_timeout(2000)
    save(page, path)


def open_page(page: Page, address: str) -> None:
    """Open a page and wait until it is drawn."""
    page.goto(address)
    page.locator("h1").first.wait_for()
    page.wait_for_function(STILL)
    page.wait_for_timeout(1500)


def press(page: Page, key: str) -> None:
    """Press a button."""
    page.locator(f".st-key-{key} button").click()


def wait_for_end(page: Page) -> None:
    """Wait until the run that was started is over."""
    page.locator(".st-key-stop button:enabled").wait_for()
    page.locator(".st-key-stop button:disabled").wait_for()


def drag(page: Page, slider: Locator, start: float, end: float, *, seconds: float = 0.2) -> None:
    """Drag a slider's handle; both places are shares of its length."""
    box = slider.bounding_box()
    assert box, "a slider that is shown has a place"
    at = [box["x"] + share * box["width"] for share in (start, end)]
    y = box["y"] + box["height"] / 2
    page.mouse.move(at[0], y)
    page.mouse.down()
    steps = max(1, round(seconds / 0.05))
    for number in range(1, steps + 1):
        page.mouse.move(at[0] + (at[1] - at[0]) * number / steps, y)
        page.wait_for_timeout(1000 * seconds / steps)
    page.mouse.up()


def save(page: Page, path: Path) -> None:
    """What the window shows, with few colours."""
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        few.save(path, optimize=True)


def save_moving(frames: list[Image.Image], path: Path) -> None:
    """Frames as a GIF that begins again, in the colours that most of them have in common."""
    some = frames[:: max(1, len(frames) // 12)]
    sheet = Image.new("RGB", (WIDTH, sum(frame.height for frame in some)))
    for number, frame in enumerate(some):
        sheet.paste(frame, (0, number * frame.height))
    palette = sheet.quantize(255)  # one is left for what stays as it was
    few = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    few[0].save(
        path, save_all=True, append_images=few[1:], duration=1000 * TICK, loop=0, optimize=True
    )


def _smaller(picture: Image.Image) -> Image.Image:
    height = round(picture.height * WIDTH / picture.width)
    return picture.resize((WIDTH, height), Image.Resampling.LANCZOS)


PICTURES: dict[str, Callable[[Page, str, Path], None]] = {
    "live.gif": live,
    "playground.png": playground,
    "step.png": step,
    "lesson.png": lesson,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
