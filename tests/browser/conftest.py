"""A real app on a free port and a real Chromium; where there is none, the tests are skipped."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect, sync_playwright
from support import events as make
from support.compressions import RUN as STOCKED_RUN
from support.compressions import record_compression
from support.pages import AT_REST, PATIENCE, end_run
from support.recognition import record_recognition
from support.robustness import record_robustness
from support.runs import record
from support.searches import record_search, record_selection, write_study
from support.sweeps import record_sweep

from dashboard.server.engine import LIVE_STATES
from kdcore.jobs.kind import RUN
from kdcore.store import Store

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=PATIENCE * 1000)


def pytest_itemcollected(item):
    """All of these drive a browser."""
    item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """With a failure goes what the page showed."""
    report = yield
    page = item.funcargs.get("page")
    if report.when == "call" and report.failed and page is not None and not page.is_closed():
        report.sections.append(("What the page shows", _shown(page)))
    return report


def _shown(page):
    with contextlib.suppress(PlaywrightError):
        return "\n".join([page.url, page.evaluate(STATE), page.inner_text("body")[:3000]])
    return "the page does not answer"


def chromium():
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None and os.environ.get("KDCORE_REQUIRE_BROWSER"):
        pytest.fail("KDCORE_REQUIRE_BROWSER is set, but there is no Chromium")
    return found


@pytest.fixture(scope="session")
def served():
    """``with served(folder) as address``: the app over the store in that folder."""
    return _served


@pytest.fixture(scope="session")
def restarting():
    """``with restarting(folder) as (address, restart)``: the same, and it comes again at once."""
    return _restarting


@pytest.fixture(scope="session")
def app_store(tmp_path_factory):
    """The store of ``app``."""
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def app(app_store):
    """The app's address."""
    with _served(app_store.root) as address:
        yield address


@pytest.fixture(scope="session")
def stocked_app(tmp_path_factory):
    """The address of an app that has a finished job of every kind to show."""
    store = Store(tmp_path_factory.mktemp("stocked"))
    run = record(store, STOCKED_RUN, make.whole_run())
    run.write("distilled.safetensors", b"")  # its size and contents are not looked at
    record_sweep(store)
    record_compression(store)
    record_robustness(store)
    record_recognition(store)
    write_study(record_search(store).path)
    record_selection(store)
    with _served(store.root) as address:
        yield address


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """A shared app over ``tmp_path``: how the lecturer's machine calls it, and how a class does."""
    monkeypatch.setenv("KDCORE_SHARE", "1")
    with _served(tmp_path) as address:
        yield address, address.replace("localhost", "kd.localhost")


@contextlib.contextmanager
def _served(store):
    """The app over a store, on a free port."""
    if chromium() is None:
        pytest.skip("no Chromium is installed")
    for _ in range(3):  # somebody else may have taken the port meanwhile
        server, address = _begin(store)
        if _answers(server, address):
            break
    try:
        yield address
    finally:
        _end(server)


@contextlib.contextmanager
def _restarting(store):
    """The app, and a function that kills it as a power cut would and begins it at its address."""
    if chromium() is None:
        pytest.skip("no Chromium is installed")
    server, address = _begin(store)
    assert _answers(server, address)

    def restart():
        nonlocal server
        server.kill()
        server.wait()
        server, _ = _begin(store, int(address.rpartition(":")[2]))
        assert _answers(server, address)

    try:
        yield address, restart
    finally:
        _end(server)


def _end(server):
    server.terminate()
    try:
        server.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        raise


def _begin(store, port=0):
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("localhost", port))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)],
        cwd=ROOT,
        env=dict(os.environ, KDCORE_STORE=str(store), OMP_NUM_THREADS="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return server, f"http://localhost:{port}"


def _answers(server, address):
    """Whether the app answers before it ends; one that is only slow is waited for."""
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health"):
            return True
        time.sleep(0.2)
    return server.poll() is None


@pytest.fixture(scope="session")
def browser():
    if chromium() is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser):
    """``new_context(locale="zh-CN")``: a fresh visitor, who has gone when the test is over."""
    opened = []

    def new_context(**how):
        context = browser.new_context(**how)
        context.set_default_timeout(PATIENCE * 1000)
        opened.append(context)
        return context

    yield new_context
    for context in opened:
        context.close()


@pytest.fixture
def context(new_context):
    """A fresh visitor at a desk."""
    return new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")


@pytest.fixture
def page(context):
    page = context.new_page()
    page.mistakes = []
    page.on("pageerror", lambda error: page.mistakes.append(str(error)))
    yield page
    assert page.mistakes == []


STATE = "Object.entries({...document.querySelector('[data-testid=stApp]')?.dataset}).join('; ')"
POINTS = """name => {
  const plot = document.querySelector(`[data-testid=chart-${name}] .js-plotly-plot`);
  return plot?.data ? Math.max(0, ...plot.data.map(trace => trace.x.length)) : 0;
}"""

NEWEST = """name => {
  const plot = document.querySelector(`[data-testid=chart-${name}] .js-plotly-plot`);
  return plot?.data ? Math.max(0, ...plot.data.map(trace => trace.x.at(-1) ?? 0)) : 0;
}"""


@pytest.fixture
def points(page):
    """``points("losses")``: how many points the longest line of a chart has."""
    return lambda name: page.evaluate(POINTS, name)


@pytest.fixture
def newest(page):
    """``newest("losses")``: where the last point of a chart over time is, in epochs.

    Unlike the number of points it only ever grows: long lines are downsampled.
    """
    return lambda name: page.evaluate(NEWEST, name)


@pytest.fixture
def until(page):
    """Wait until a function of no arguments is true."""

    def until(true, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "it did not happen in time"
            page.wait_for_timeout(50)

    return until


@pytest.fixture
def no_run_stays(page, app, app_store):
    """Whatever page the test ends on, no run stays for the next one to wait for."""
    yield
    for row in app_store.list(RUN):
        if row.state in LIVE_STATES:
            page.goto(f"{app}/live?run={row.id}")
            page.wait_for_selector(":is(.st-key-start, .st-key-stop) button:enabled")
            end_run(page)


@pytest.fixture
def start(page, app, no_run_stays, points, until):
    """``start("epochs=50")``: a run that was started by hand and shows its first points.

    The usual one takes ten minutes: it is not over while a test acts on it.
    """

    def start(query="epochs=1000&speed=40&teacher_epochs=3"):
        page.goto(f"{app}/live?dataset=digits&{query}")
        page.locator(".st-key-start button").click()
        until(lambda: points("losses") > 0)
        page.wait_for_function(AT_REST)  # the rest of the page is drawn too
        page.wait_for_timeout(1000)
        page.wait_for_url(re.compile(r"[?&]run="))
        return re.search(r"run=([\w-]+)", page.url)[1]

    return start
