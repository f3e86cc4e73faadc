"""Every page without what a screen reader, a keyboard or weak eyes would stumble over."""

import re
from itertools import product

import pytest
from playwright.sync_api import expect
from support.pages import LOCALES, VISITS, violations, visit
from support.recording import TEACHER

LARGE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LOOKS = [*product([LARGE], LOCALES, ("light", "dark")), (PHONE, "en", "light")]


@pytest.mark.slow
@pytest.mark.parametrize(("size", "language", "scheme"), LOOKS)
@pytest.mark.parametrize("name", VISITS)
def test_axe_finds_nothing_serious(new_context, stocked_app, name, size, language, scheme):
    context = new_context(
        viewport=size, color_scheme=scheme, locale=LOCALES[language], has_touch=size == PHONE
    )
    page = context.new_page()
    visit(page, f"{stocked_app}/{VISITS[name]}")
    found = violations(page)
    context.close()

    assert found == []


def test_the_page_says_which_language_it_is_in(new_context, app):
    for language, tag in (("en", "en"), ("zh", "zh-Hans")):
        context = new_context(locale=LOCALES[language])
        page = context.new_page()
        visit(page, f"{app}/help")
        expect(page.locator("html")).to_have_attribute("lang", tag)
        context.close()


@pytest.mark.parametrize(
    ("address", "name"), [("", "hero"), ("temperature?run=recorded-mnist5k", "temperature-lab")]
)
def test_the_bars_say_their_values(page, app, address, name):
    page.goto(f"{app}/{address}")
    bars = page.get_by_test_id(name).locator(".kd-bars").last
    expect(bars).to_have_attribute("aria-label", re.compile(r"\d%"))


def test_what_the_keyboard_does_to_t_is_said_once_it_has_come_to_rest(page, app):
    page.goto(app)
    said = page.get_by_test_id("hero").get_by_role("status")
    page.get_by_test_id("hero-temperature").focus()
    page.keyboard.press("End")
    expect(said).to_contain_text("T = 20.0")


def test_where_a_run_stands_is_said(page, app):
    page.goto(f"{app}/live?run=recorded-mnist5k")
    expect(page.get_by_test_id("status-aloud")).to_contain_text("finished")
    expect(page.get_by_test_id("moment").get_by_role("status")).to_contain_text(
        f"Teacher {TEACHER}"
    )


def test_who_wants_no_motion_gets_none(new_context, app):
    context = new_context(reduced_motion="reduce", locale="en-GB")
    page = context.new_page()
    visit(page, app)
    bars = page.locator(".kd-hero-teacher .kd-bar-fill")
    before = bars.evaluate_all("bars => bars.map(bar => bar.style.height)")
    page.wait_for_timeout(1500)

    assert bars.evaluate_all("bars => bars.map(bar => bar.style.height)") == before
    expect(page.locator(".kd-transport-state")).to_contain_text("finished")
    running = page.evaluate(
        "document.getAnimations().filter(one => one.playState === 'running').length"
    )
    assert running == 0
    context.close()


def test_the_demonstration_can_be_paused_and_goes_on(page, app, until):
    page.goto(app)
    button = page.get_by_test_id("demonstration")
    heights = "bars => bars.map(bar => bar.style.height).join()"
    bars = page.locator(".kd-hero-teacher .kd-bar-fill")
    expect(button).to_have_text("Pause the demonstration")
    button.click()
    expect(button).to_have_text("Play the demonstration")
    resting = bars.evaluate_all(heights)
    page.wait_for_timeout(800)
    assert bars.evaluate_all(heights) == resting

    button.click()
    expect(button).to_have_text("Pause the demonstration")
    until(lambda: bars.evaluate_all(heights) != resting)


SMALL = """() => [...document.querySelectorAll(".kd :is(button, select, input, [role=option])")]
  .filter(node => node.checkVisibility() && !node.closest(".modebar-container"))
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 23.9 || height < 23.9)
  .map(([node, { width, height }]) => `${node.outerHTML.slice(0, 90)} ${width}×${height}`)"""


@pytest.mark.parametrize("address", ["", "temperature", "live", "microscope", "calibration"])
def test_a_finger_hits_what_it_aims_at(new_context, app, address):
    context = new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    visit(page, f"{app}/{address}?run=recorded-mnist5k")
    if address != "temperature" and page.get_by_test_id("transport-more").count():
        page.get_by_test_id("transport-more").click()

    assert page.evaluate(SMALL) == []
    context.close()
