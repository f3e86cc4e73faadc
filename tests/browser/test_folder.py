"""The folder of static pages, opened from the disk while the network is cut."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from support.pages import LOCALES, keep_errors, layout_faults, violations

from dashboard.export.pages import PAGES
from dashboard.server.engine import RECORDED, RECORDINGS
from dashboard.text.languages import words

ROOT = Path(__file__).parents[2]
RUN = "recorded-never-saw-3"
OWN = "20260101-000000-aaaa"
LARGE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
DRAWN = """() => document.querySelector("h1") && document.querySelector(".kd-folder-head a")
  && [...document.querySelectorAll("[data-testid^=chart-]")].every(chart =>
    chart.querySelector(".js-plotly-plot")?.data || chart.querySelector("table")
    || !chart.querySelector(".kd-plot-note")?.hidden && chart.querySelector(".kd-plot")?.hidden)"""
DATA = """name => JSON.stringify(document.querySelector(
  `[data-testid=chart-${name}] .js-plotly-plot`)?.data.map(({ x, y }) => [x, y]))"""
MOVE = "(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }"


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """The folder as the command writes it, with a run of the store."""
    place = tmp_path_factory.mktemp("export") / "lesson"
    store = place.parent / "store"
    shutil.copytree(RECORDINGS / "recorded-all-labels", store / "runs" / OWN)
    subprocess.run(
        [sys.executable, "-m", "dashboard", "export-lesson", str(place), "--run", "last"],
        cwd=ROOT,
        env=os.environ | {"KDCORE_STORE": str(store), "OMP_NUM_THREADS": "1"},
        check=True,
    )
    return place


@pytest.fixture
def visit(new_context, folder):
    """``visit(hash, …)``: a page of the folder in a new window without a network.

    Whatever it asked for lay in the folder, and nothing went wrong.
    """
    opened = []

    def visit(place="", size=LARGE, language="en"):
        context = new_context(
            viewport=size, locale=LOCALES[language], offline=True, has_touch=size == PHONE
        )
        page = context.new_page()
        asked, errors = [], keep_errors(page)
        page.on("request", lambda request: asked.append(request.url))
        opened.append((context, asked, errors))
        page.goto(f"{(folder / 'index.html').as_uri()}#{place}")
        page.wait_for_function(DRAWN)
        return page

    yield visit
    for context, asked, errors in opened:
        context.close()
        assert [
            url for url in asked if not url.startswith((folder.as_uri(), "data:", "blob:"))
        ] == []
        assert errors == []


@pytest.mark.parametrize(("language", "size"), [("en", LARGE), ("zh", PHONE)])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_from_the_disk(visit, name, language, size):
    page = visit(f"page={name}&lang={language}&run={RUN}", size, language)
    page.wait_for_timeout(1000)

    expect(page.locator(".kd-folder-head a[aria-current=page]")).to_be_visible()
    assert layout_faults(page) == []
    assert violations(page, preload=False) == []


def test_a_run_of_ones_own_comes_first_and_start_shows_the_recorded_one(visit):
    page = visit("page=live")
    expect(page.get_by_test_id("run")).to_have_value(OWN)
    expect(page.get_by_test_id("chart-accuracy")).to_have_attribute("data-run", OWN)
    page.locator(".kd-folder-head a").first.click()
    expect(page.get_by_test_id("chart-accuracy")).to_have_attribute("data-run", RECORDED)


@pytest.mark.parametrize("size", [LARGE, PHONE])
def test_projector_mode_shows_one_chart_at_a_time_by_keyboard(visit, size):
    page = visit(f"page=live&run={OWN}", size)
    page.keyboard.press("p")
    deck = page.get_by_test_id("deck")
    expect(deck.get_by_test_id("chart-accuracy")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(deck.get_by_test_id("chart-wrong_teacher")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.get_by_test_id("next_chart").click()
    expect(deck.get_by_test_id("chart-losses")).to_be_visible()
    page.wait_for_function(DRAWN)
    assert "chart=losses" in page.url
    assert layout_faults(page) == []
    assert violations(page, preload=False) == []
    page.keyboard.press("p")
    expect(page.get_by_test_id("chart-fidelity")).to_be_attached()


def test_the_keys_are_listed_by_their_key_and_by_a_button(visit):
    page = visit("page=microscope", PHONE, "zh")
    keys = page.locator("dialog.kd-keys")
    page.keyboard.press("?")
    expect(keys).to_contain_text(words("zh")["keys.does.microscope"])
    expect(keys).not_to_contain_text(words("zh")["keys.does.pause"])
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    page.get_by_test_id("keys").click()
    expect(keys).to_be_visible()
    assert violations(page, preload=False) == []


def test_the_lab_follows_t(visit):
    page = visit("page=temperature")
    entropy = page.locator("[data-testid=temperature-lab] .kd-readout-value").first
    before = entropy.text_content()
    page.get_by_test_id("lab-temperature").evaluate(MOVE, 75)

    expect(entropy).not_to_have_text(before)


def test_the_time_slider_and_the_bins_change_the_charts(visit):
    page = visit(f"page=calibration&run={RUN}")
    newest = page.evaluate(DATA, "reliability")
    page.get_by_test_id("scrubber").evaluate(MOVE, 1)
    page.wait_for_function(f"([name, old]) => ({DATA})(name) !== old", arg=["reliability", newest])
    early = page.evaluate(DATA, "reliability")
    page.get_by_test_id("bins").select_option("60")
    page.wait_for_function(f"([name, old]) => ({DATA})(name) !== old", arg=["reliability", early])

    assert "bins=60" in page.url


def test_the_microscope_shows_every_learner(visit):
    page = visit(f"page=microscope&run={RUN}")

    expect(page.locator(".kd-micro-map canvas")).to_have_count(3)
    page.locator(".kd-micro-rows[role=slider]").press("ArrowDown")
    expect(page.locator(".kd-micro-glass")).to_be_visible()


def test_a_lesson_stays_while_one_moves_through_the_pages_until_it_is_left(visit):
    page = visit("page=lessons")
    card, pages = page.get_by_test_id("lesson"), page.locator(".kd-folder-head a")
    page.get_by_test_id("begin-temperature").click()
    page.get_by_test_id("lesson-next").click()
    pages.nth(list(PAGES).index("microscope")).click()
    expect(card.locator(".kd-lesson-count")).to_have_text("2 / 10")
    page.get_by_test_id("lesson-open").click()
    expect(page.get_by_test_id("temperature-lab")).to_be_visible()
    page.get_by_test_id("lesson-leave").click()
    expect(card).to_have_count(0)
    pages.nth(list(PAGES).index("calibration")).click()
    expect(page.get_by_test_id("bins")).to_be_visible()
    expect(card).to_have_count(0)


def test_the_language_can_be_changed(visit):
    page = visit("page=live")
    page.get_by_test_id("lang-zh").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(
        words("zh")["component.static.live_title"]
    )
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


@pytest.mark.parametrize("language", LOCALES)
def test_a_lesson_is_played_to_its_end(visit, folder, language):
    spoken = words(language)
    page = visit("page=lessons", LARGE, language)
    card, done = page.get_by_test_id("lesson"), ("data-done", "true")
    page.get_by_test_id("begin-missing-three").click()

    def go_on(number):
        page.get_by_test_id("lesson-next").click()
        expect(card.locator(".kd-lesson-count")).to_have_text(f"{number} / 9")

    expect(card).to_contain_text(spoken["component.static.needs_program"])
    for number in (2, 3):
        go_on(number)
        card.locator(".kd-lesson-predict button").nth(0).click()
        expect(card).to_have_attribute(*done)
    go_on(4)
    page.get_by_test_id("lesson-recording").click()
    expect(card).to_have_attribute(*done)
    go_on(5)
    page.get_by_test_id("scrubber").evaluate(MOVE, 10)
    expect(card).to_have_attribute(*done)
    file = (folder / "data" / RUN / "measures.js").read_text(encoding="utf-8")
    measured = json.loads(file[file.index("{") : file.rindex(")")])
    expect(page.get_by_test_id("lesson-result").first).to_contain_text(
        measured["dropped_right_plain"]["text"]
    )
    go_on(6)
    expect(card).to_have_attribute(*done)
    go_on(7)
    page.locator(".kd-micro-tools select").select_option("sort_plain")
    rows = page.locator(".kd-micro-rows[role=slider]")
    rows.focus()
    for _ in range(60):
        page.keyboard.press("ArrowDown")
        if card.get_attribute("data-done") == "true":
            break
    expect(card).to_have_attribute(*done)
    go_on(8)
    page.get_by_test_id("bias").evaluate(MOVE, 1)
    expect(card).to_have_attribute(*done)
    go_on(9)
    expect(card.locator(".kd-lesson-all li")).to_have_count(2)
    page.get_by_test_id("lesson-next").click()
    expect(card).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        spoken["component.static.lessons_title"]
    )
