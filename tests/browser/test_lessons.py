"""A lesson played to its end, and that every part which a card may name is there."""

import pytest
from playwright.sync_api import expect
from support.pages import visit

from dashboard.lessons.parts import PARTS
from dashboard.text.languages import words

RUN = "recorded-never-saw-3"
EN = words("en")


def card(page):
    return page.get_by_test_id("lesson")


def go_on(page, number):
    """To the next card, which has this number."""
    page.get_by_test_id("lesson-next").click()
    expect(card(page).locator(".kd-lesson-count")).to_have_text(f"{number} / 9")


def predict(page, option):
    card(page).locator(".kd-lesson-predict button").nth(option).click()
    expect(card(page)).to_have_attribute("data-done", "true")


def test_the_missing_three_is_played_to_its_end_on_the_recorded_run(page, app):
    visit(page, f"{app}/lessons")
    page.locator(".st-key-begin-missing-three button").click()
    expect(card(page).get_by_role("heading").first).to_have_text("No 3 for the students")
    go_on(page, 2)
    predict(page, 0)
    expect(card(page)).to_contain_text(EN["component.lesson_panel.later"])
    go_on(page, 3)
    predict(page, 3)
    page.reload()  # where one stopped is in the address, and the prediction in the browser
    chosen = card(page).locator(".kd-lesson-predict button").nth(3)
    expect(chosen).to_have_attribute("aria-pressed", "true")
    go_on(page, 4)
    expect(page.locator(".st-key-start.kd-lesson-part")).to_be_visible()
    page.get_by_test_id("lesson-recording").click()
    expect(card(page)).to_have_attribute("data-done", "true")
    go_on(page, 5)
    expect(card(page)).to_have_attribute("data-done", "false")
    expect(page.get_by_test_id("lesson-result")).to_have_count(0)
    page.get_by_test_id("replay").click()
    expect(card(page)).to_have_attribute("data-done", "true")
    results = page.get_by_test_id("lesson-result")
    expect(results).to_have_count(2)
    measured = page.evaluate(
        "async run => await (await fetch(`/kd/measures?run=${run}`)).json()", RUN
    )
    for at, name in enumerate(("dropped_right_plain", "dropped_right_distilled")):
        expect(results.nth(at)).to_contain_text(measured[name]["text"])
    go_on(page, 6)
    expect(page.get_by_role("heading", level=1)).to_have_text(EN["right.title"])
    expect(card(page)).to_have_attribute("data-done", "true")
    go_on(page, 7)
    page.locator(".kd-micro-tools select").select_option("sort_plain")
    rows = page.locator(".kd-micro-rows[role=slider]")
    rows.focus()
    for _ in range(60):
        page.keyboard.press("ArrowDown")
        if card(page).get_attribute("data-done") == "true":
            break
    expect(card(page)).to_have_attribute("data-done", "true")
    go_on(page, 8)
    bias = page.locator(".st-key-bias input[type=range]")
    expect(bias).to_be_visible()
    bias.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(card(page)).to_have_attribute("data-done", "true")
    page.keyboard.press("Escape")
    go_on(page, 9)
    expect(card(page).locator(".kd-lesson-all li")).to_have_count(2)
    page.get_by_test_id("lesson-next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(EN["lessons.title"])
    expect(card(page)).to_have_count(0)


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
