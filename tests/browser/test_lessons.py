"""What a card does, and that every part which a card may name is there."""

import pytest
from playwright.sync_api import expect
from support.pages import visit

from dashboard.lessons.parts import PARTS

RUN = "recorded-never-saw-3"


def card(page):
    return page.get_by_test_id("lesson")


def test_dragging_t_completes_a_card_and_the_keys_go_on(page, app):
    visit(page, f"{app}/?lesson=soft-label&card=3")
    slider = page.get_by_test_id("hero-temperature")
    expect(card(page)).to_have_attribute("data-done", "false")
    slider.focus()
    slider.evaluate("node => { node.value = 75; node.dispatchEvent(new Event('input')); }")
    expect(card(page)).to_have_attribute("data-done", "true")
    page.locator("h1").click()
    page.keyboard.press("n")
    expect(card(page).locator(".kd-lesson-count")).to_have_text("4 / 9")
    page.keyboard.press("b")
    expect(card(page).locator(".kd-lesson-count")).to_have_text("3 / 9")


@pytest.mark.parametrize("name", [name for name, parts in PARTS.items() if parts])
def test_every_part_that_a_card_may_name_is_on_its_page(page, app, name):
    page.set_viewport_size({"width": 1440, "height": 1200})
    visit(page, f"{app}/{'' if name == 'start' else name}?run={RUN}")

    for part, selector in PARTS[name].items():
        expect(page.locator(selector).first, part).to_be_attached()


def test_a_card_on_a_phone_leaves_the_page_to_be_read(new_context, app):
    context = new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    visit(page, f"{app}/calibration?lesson=believe-ninety&card=4&run=recorded-mnist5k")
    box = card(page).bounding_box()
    assert box["height"] <= 0.51 * 844
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_test_id("lesson-fold").click()
    assert card(page).bounding_box()["height"] < box["height"]
    context.close()
