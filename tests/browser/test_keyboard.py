"""Everything is reached and moved by keyboard, and one sees where one is."""

import re

import pytest
from playwright.sync_api import expect
from support.pages import LOCALES, VISITS, visit

FOCUSED = """() => {
  const node = document.activeElement;
  if (node === document.body) return null;
  const style = getComputedStyle(node);
  const { x, y, width, height } = node.getBoundingClientRect();
  const text = node.textContent.trim().slice(0, 40);
  let shown = 1;
  for (let at = node; at; at = at.parentElement) shown *= getComputedStyle(at).opacity;
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  // a slider shows the focus at its thumb, a field at its frame; a table draws it round its cell,
  // for which an unseen cell within the canvas has the focus
  const itself = node.matches("input, textarea, canvas, canvas td, .kd-micro-rows");
  return {
    name: `${node.localName} ${node.getAttribute("aria-label") ?? text}`,
    key: [node.localName, node.className, x, y, text].join(),
    ofCharts: Boolean(node.closest(".modebar-container")),
    visible: shown > 0.5 && (itself || style.boxShadow !== "none" ||
      (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)),
    underTheBar: Boolean(top?.closest(".kd-transport")) && !node.closest(".kd-transport"),
  };
}"""
MOST_STOPS = 120


def stops(page):
    """What has the focus at each press of Tab, until it leaves the page or comes round."""
    seen = {}
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        page.wait_for_timeout(20)
        stop = page.evaluate(FOCUSED)
        if stop is None or stop["key"] in seen:
            break
        seen[stop["key"]] = stop
    return list(seen.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", VISITS)
def test_one_sees_what_has_the_focus(page, stocked_app, name):
    page.emulate_media(reduced_motion="reduce")  # no stop moves, and none takes long to look at
    visit(page, f"{stocked_app}/{VISITS[name]}")
    found = [stop for stop in stops(page) if not stop["ofCharts"]]

    assert len(found) > 5
    assert [stop["name"] for stop in found if not stop["visible"]] == []
    assert [stop["name"] for stop in found if stop["underTheBar"]] == []


@pytest.mark.parametrize(("address", "button"), [("", "Watch a student learn"), ("live", "Start")])
def test_start_is_six_presses_from_the_top_of_the_page(page, app, address, button):
    visit(page, f"{app}/{address}")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text(re.compile("Skip to"))
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text().endswith(button):
            break

    expect(page.locator(":focus")).to_have_text(re.compile(button))


def test_a_question_mark_lists_the_keys(page, app):
    visit(page, f"{app}/microscope")
    page.get_by_test_id("microscope-temperature").focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys.get_by_role("row")).not_to_have_count(1)
    expect(keys).to_contain_text("Projector mode on and off")
    page.keyboard.press("p")
    assert "projector" not in page.url
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    expect(page.get_by_test_id("microscope-temperature")).to_be_focused()


def test_a_question_mark_in_a_field_is_text(page, app):
    visit(page, f"{app}/landscape")
    field = page.get_by_label("Seeds", exact=True)
    field.press_sequentially("?")
    assert "?" in field.input_value()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_microscope_is_led_by_keys_alone(page, app):
    visit(page, f"{app}/microscope?run=recorded-mnist5k")
    rows = page.get_by_role("slider", name="Example")
    label = page.locator(".kd-micro-truth b")
    rows.focus()
    page.keyboard.press("End")
    expect(rows).to_have_attribute(
        "aria-valuetext", re.compile(r"200 / 200.*True label: 9.*Teacher")
    )
    expect(label).to_have_text("9")
    page.keyboard.press("PageUp")
    expect(rows).to_have_attribute("aria-valuenow", "190")
    page.keyboard.press("ArrowUp")
    expect(rows).to_have_attribute("aria-valuenow", "189")
    expect(page.get_by_text("pinned", exact=True)).to_be_visible()

    page.keyboard.press("+")
    expect(page.get_by_text("100 of 200 examples selected").first).to_be_visible()
    expect(rows).to_have_attribute("aria-valuenow", "189")
    page.keyboard.press("Escape")
    expect(page.get_by_text("pinned", exact=True)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_text("200 examples of the validation data").first).to_be_visible()
    page.keyboard.press("Home")
    expect(label).to_have_text("0")


@pytest.mark.parametrize(("language", "chosen"), [("en", "English"), ("zh", "简体中文")])
def test_the_language_switch_has_the_focus_on_the_chosen_one(new_context, app, language, chosen):
    context = new_context(locale=LOCALES[language])
    page = context.new_page()
    visit(page, f"{app}/help")
    page.locator(".st-key-projector_button button").first.focus()
    page.keyboard.press("Tab")

    expect(page.locator(":focus")).to_have_text(chosen)
    context.close()


def test_the_examples_of_the_laboratory_have_a_first_and_a_last(page, app):
    visit(page, f"{app}/temperature?run=recorded-mnist5k")
    options = page.get_by_role("option")
    options.first.focus()
    page.keyboard.press("End")
    expect(options.last).to_be_focused()
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    expect(options.first).to_be_focused()


def test_the_bars_menu_closes_with_escape(new_context, app):
    context = new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    page = context.new_page()
    visit(page, f"{app}/live?run=recorded-mnist5k")
    more = page.get_by_test_id("transport-more")
    expect(page.get_by_role("button", name="×16")).to_be_hidden()
    more.press("Enter")
    expect(page.get_by_role("button", name="×16")).to_be_visible()
    page.get_by_role("button", name="×16").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="×16")).to_be_hidden()
    expect(more).to_be_focused()
    context.close()


def test_a_run_of_the_table_is_ticked_by_keyboard(page, stocked_app):
    visit(page, f"{stocked_app}/runs")
    expect(page.get_by_text("Shift + Space ticks one")).to_be_visible()
    page.locator("[data-testid=data-grid-canvas]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(page.locator(".st-key-open button")).to_be_enabled()
