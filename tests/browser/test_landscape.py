"""The landscape: a sweep fills the map while it trains, and its places answer to the pointer."""

import re
import time

import pytest
from playwright.sync_api import expect
from support.pages import main_block, still

QUERY = (
    "dataset=digits&Ts=1, 4, 16&weights=0.3, 1&seeds=0, 1&epochs=40&teacher_epochs=2"
    "&metric=test_accuracy"
)
MEANS = """() => document.querySelector('[data-testid=chart-landscape] .js-plotly-plot')
  ?.data?.[0]?.z?.flat() ?? []"""

NEXT_LABELS = """surface => new Promise(resolve => requestAnimationFrame(() =>
  requestAnimationFrame(() => resolve(
    [...surface.querySelectorAll(".kd-surface-label")].map(label => label.textContent)))))"""


@pytest.fixture
def swept(page, app, until):
    """A sweep that was started by hand and is over."""
    began = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    page.goto(f"{app}/landscape?{QUERY}")
    page.locator(".st-key-start_sweep button").click()
    until(lambda: any(sweep >= began for sweep in re.findall(r"sweep=sweep-([\w-]+)", page.url)))
    sweep = re.search(r"sweep-[\w-]+", page.url)[0]
    page.wait_for_selector(f"[data-testid=chart-cell_curves][data-run={sweep}]")  # the last chart
    expect(main_block(page).get_by_text(re.compile("12 students finished"))).to_be_visible()
    expect(page.locator(".st-key-start_sweep button")).to_be_enabled()
    return page


def test_the_map_fills_in_while_the_students_learn_until_stop(page, app, until):
    page.goto(f"{app}/landscape?{QUERY.replace('epochs=40', 'epochs=600')}")
    page.locator(".st-key-start_sweep button").click()
    seen = set()

    def fills_in():
        means = page.evaluate(MEANS)
        if len(means) == 6 and None not in means:  # not those of a sweep before
            seen.add(tuple(means))
        return len(seen) > 2

    until(fills_in)
    page.locator(".st-key-stop_sweep button").click()
    expect(main_block(page).get_by_text(re.compile("^stopped after"))).to_be_visible()
    expect(page.locator(".st-key-start_sweep button")).to_be_enabled()


def test_a_place_shows_its_curves_and_opens_its_run(swept, until):
    page = swept
    chart = page.locator("[data-testid=chart-landscape] .js-plotly-plot")
    curves = page.get_by_test_id("chart-cell_curves")
    chart.scroll_into_view_if_needed()

    def pointed(across, up):
        box = chart.bounding_box()
        page.mouse.move(box["x"] + across * box["width"], box["y"] + up * box["height"])
        return curves.inner_text()

    until(lambda: "T 16, λ 0.3" in pointed(0.3, 0.25))
    until(lambda: "T 1, λ 1" in pointed(0.65, 0.75))

    page.mouse.down()
    page.mouse.up()
    expect(page).to_have_url(re.compile("at=1_1"))
    page.locator("[class*=st-key-open-]").first.locator("button").click()
    expect(page.locator("h1")).to_have_text(re.compile("Does the teacher help"))
    expect(page).to_have_url(re.compile(r"run=sweep-[\w-]+\.0002"))
    expect(page.locator(".kd-transport-state")).to_have_text("finished")


def test_the_surface_turns_and_tells_its_places(swept, until):
    page = swept
    surface = page.locator("[data-testid=chart-landscape_surface] .kd-surface")
    axes = """surface => [...surface.querySelectorAll(".kd-surface-axis")]
      .map(({ x }) => x.baseVal[0].value)"""
    until(lambda: surface.locator("path").count() > 20)
    box = still(page, surface)
    before = surface.evaluate(axes)
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 80, middle[1] + 10, steps=4)
    page.mouse.up()
    until(lambda: surface.evaluate(axes) != before)
    page.mouse.dblclick(box["x"] + box["width"] - 8, box["y"] + 8)  # where no place can be chosen
    until(lambda: surface.evaluate(axes) == before)

    def label_text():
        """What stands beside the surface's leftmost place: T 16, λ 0.3."""
        box = surface.bounding_box()  # what is drawn above it may move it still
        for across in range(10, 200, 12):
            for down in range(40, int(box["height"]), 24):
                page.mouse.move(box["x"] + across, box["y"] + down)
                if words := surface.evaluate(NEXT_LABELS):
                    return words[0]
        return ""

    until(lambda: label_text().startswith("T 16, λ 0.3: 9"))


def test_a_place_is_chosen_by_keyboard_on_the_map_and_on_the_surface(swept, until):
    page = swept
    chart = page.get_by_test_id("chart-landscape")
    chart.get_by_role("application").focus()
    said = chart.locator("[role=status]").last
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("T 16, λ 0.3: 9")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("T 4, λ 1: 9")
    expect(page.get_by_test_id("chart-cell_curves")).to_contain_text("T 4, λ 1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("at=4_1"))
    expect(page.get_by_text("Runs with T = 4, λ = 1:")).to_be_visible()

    surface = page.locator("[data-testid=chart-landscape_surface] .kd-surface")
    surface.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+ArrowUp")
    until(lambda: surface.locator(".kd-surface-label").all_text_contents())
    label_text = surface.locator(".kd-surface-label").text_content()
    place = re.match(r"T ([\d.]+), λ ([\d.]+)", label_text)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"at={place[1]}_{place[2]}(&|$)"))


def test_a_guess_is_made_by_keyboard(swept, until):
    page = swept
    page.get_by_text("Guess first").click()
    until(lambda: set(page.evaluate(MEANS)) == {0})
    plot = page.get_by_test_id("chart-landscape").get_by_role("application")
    plot.focus()
    assert not re.search(r"\d\d\.\d%", plot.get_attribute("aria-label"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("guess=16_1"))
    expect(page.get_by_text(re.compile("Your guess"))).to_be_visible()


def test_a_guess_is_made_before_the_values_are_seen(swept, app, until):
    page = swept
    page.get_by_text("Guess first").click()
    until(lambda: set(page.evaluate(MEANS)) == {0})
    expect(page.get_by_text("Best cell on validation data")).to_have_count(0)
    box = page.locator("[data-testid=chart-landscape] .js-plotly-plot").bounding_box()
    page.mouse.click(box["x"] + 0.35 * box["width"], box["y"] + 0.5 * box["height"])

    expect(page).to_have_url(re.compile("guess=4_0.3"))
    expect(page.get_by_text(re.compile("Your guess"))).to_be_visible()
    until(lambda: min(page.evaluate(MEANS)) > 0)
