"""Opening every page of the app in a browser, and what is wrong with what is seen there."""

import contextlib
import os
import time
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from dashboard.text.languages import LANGUAGES, words

PATIENCE = float(os.environ.get("KDCORE_PATIENCE", "120"))
"""Seconds for which a test waits."""
RECORDED = "run=recorded-mnist5k"
VISITS = {
    "start": "",
    "lessons": "lessons",
    "lesson-card": f"calibration?lesson=believe-ninety&card=3&{RECORDED}",
    "temperature": f"temperature?{RECORDED}",
    "live": "live",
    "live-recorded": f"live?{RECORDED}",
    "live-projected": f"live?{RECORDED}&projector=1",
    "step": f"step?{RECORDED}",
    "microscope": f"microscope?{RECORDED}",
    "draw": "draw",
    "playground": "playground",
    "calibration": f"calibration?{RECORDED}",
    "uncertainty": f"uncertainty?{RECORDED}",
    "right": f"right?{RECORDED}",
    "landscape": "landscape",
    "landscape-projected": "landscape?projector=1",
    "searches": "searches?search=search-",
    "teacher-selection": "searches?search=teacher-selection-",
    "shrink": "shrink",
    "robustness": "robustness",
    "recognition": "recognition",
    "regression": "regression",
    "evidence": "evidence",
    "evidence-recipe": "evidence?experiment=controls",
    "evidence-worked": "evidence?experiment=binary_example",
    "runs": "runs",
    "help": "help",
    "classroom": "classroom",
}
"""By name: the page and its query."""
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
AT_REST = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
# the script is over, and every chart is drawn or says why it is not
READY = """waiting =>
  document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
  && document.querySelector("h1, .st-key-deck, .st-key-buttons") && window.__kdFrame?.installed
  && !document.querySelector("[data-testid=stSkeleton]")
  && [...document.querySelectorAll("[data-testid^=stBidiComponent]")].every(component =>
    component.querySelector(".kd") || component.closest(".st-key-page-frame"))
  && [...document.querySelectorAll(".kd-plot-note")].every(note =>
    note.checkVisibility() === false || !waiting.includes(note.textContent))"""
WAITING = [
    words(language)[f"component.{part}.waiting"]
    for language in LANGUAGES
    for part in ("live_plot", "microscope")
]
FAULTS = (
    (Path(__file__).with_name("layout_faults.js")).read_text(encoding="utf-8").split("\n\n", 1)[1]
)
STREAMLITS_OWN = "/_stcore/"
"""In the address of what Streamlit's page asks for in vain: it looks where the server's root is."""


def visit(page, address):
    """Open a page and wait until it stands still."""
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(address)
    page.wait_for_function(READY, arg=WAITING)
    page.wait_for_timeout(400)


def still(page, locator):
    """The box of something that is in sight, once it has stopped moving."""
    locator.scroll_into_view_if_needed()
    until, before = time.monotonic() + PATIENCE, None
    while (box := locator.bounding_box()) is None or box != before:
        assert time.monotonic() < until, "it goes on moving"
        before = box
        page.wait_for_timeout(250)
    return box


def end_run(page):
    """Stop the run that the page shows, unless it ends by itself.

    On a busy machine a page may stand still for a click only after a while.
    """
    stop = page.locator(".st-key-stop button")
    until = time.monotonic() + PATIENCE
    while stop.is_enabled() and time.monotonic() < until:
        with contextlib.suppress(PlaywrightTimeout):
            page.locator(".st-key-stop button:enabled").click(timeout=5000)
            break
    expect(stop).to_be_disabled()


def keep_errors(page):
    """A list that grows by what the page's scripts and its console call an error."""
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: (
            message.type == "error"
            and STREAMLITS_OWN not in message.location.get("url", "")
            and errors.append(f"{message.text} {message.location.get('url', '')}")
        ),
    )
    return errors


def layout_faults(page):
    """What scrolls sideways, is cut off or lies on another; one line each."""
    return page.evaluate(FAULTS)


def violations(page, *, preload=True):
    """What axe finds: serious or critical, or headings and landmarks in disorder; a line each.

    Without ``preload`` it fetches no style sheets, which a page from the disk may not.
    """
    options = {"resultTypes": ["violations"], "preload": preload}
    response = Axe().run(page, options=options).response
    return [
        f"{found['impact']} {found['id']}: {node['target']} {node['html'][:150]}"
        for found in response["violations"]
        if found["impact"] in ("serious", "critical")
        or found["id"] in ("heading-order", "landmark-unique")
        for node in found["nodes"]
    ]


def main_block(page):
    """What is seen of a page, without the sentences that are only read aloud."""
    return page.get_by_test_id("stMainBlockContainer")
