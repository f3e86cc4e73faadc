"""Notes pinned to moments of a run: written, seen in another tab, found by a link, taken back."""

import re

from playwright.sync_api import expect
from support.compressions import RUN
from support.pages import RECORDED, layout_faults, violations, visit

TEXT = "Half way: <b>m</b> & f?"


def test_a_note_is_pinned_shared_linked_deleted_and_brought_back(page, context, stocked_app):
    other = context.new_page()
    visit(other, f"{stocked_app}/right?run={RUN}")
    visit(page, f"{stocked_app}/right?run={RUN}")
    page.get_by_test_id("scrubber").evaluate(
        "(slider) => { slider.value = 0.5; slider.dispatchEvent(new Event('input')); }"
    )
    page.keyboard.press("m")
    expect(page.get_by_test_id("note-text")).to_be_focused()
    expect(page.get_by_label("New note: Epoch 0.5")).to_be_visible()
    page.keyboard.type(TEXT)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("note-list")).to_contain_text(TEXT)
    expect(other.get_by_test_id("note-mark")).to_have_count(1)
    assert layout_faults(page) == []
    assert violations(page) == []

    page.get_by_test_id("note-edit").click()
    page.keyboard.type(" yes")
    late = []
    page.route("**/kd/note*", lambda route: late.append(route))
    with page.expect_request("**/kd/note*"):
        page.get_by_test_id("note-save").click()
    expect(page.get_by_test_id("note-text")).to_be_focused()  # or Escape would reach nothing
    late[0].continue_()
    page.unroute("**/kd/note*")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("notes")).to_be_focused()
    expect(page.get_by_test_id("note-bubble")).to_have_text(f"{TEXT} yes")
    expect(page).to_have_url(re.compile(r"run=[\w-]+&epoch=0\.5$"))

    visit(other, page.url)
    expect(other.get_by_test_id("note-bubble")).to_have_text(f"{TEXT} yes")
    expect(other.get_by_test_id("scrubber")).to_have_attribute(
        "aria-valuetext", f"Epoch 0.5 · Note: {TEXT} yes"
    )
    other.get_by_test_id("follow-live").click()
    expect(other).to_have_url(re.compile(r"run=[\w-]+$"))
    other.get_by_test_id("notes").click()
    other.get_by_test_id("note-jump").click()
    expect(other).to_have_url(re.compile(r"epoch=0\.5$"))

    other.get_by_test_id("note-delete").click()
    expect(page.get_by_test_id("note-mark")).to_have_count(0)
    expect(other.get_by_test_id("note-undo")).to_be_focused()
    other.keyboard.press("Enter")
    expect(other.get_by_test_id("note-jump")).to_be_focused()
    expect(page.get_by_test_id("note-mark")).to_have_count(1)
    other.get_by_test_id("note-delete").click()
    expect(page.get_by_test_id("note-mark")).to_have_count(0)


def test_a_recorded_run_says_that_it_takes_no_notes(page, app):
    visit(page, f"{app}/right?{RECORDED}")
    page.get_by_test_id("notes").click()
    expect(page.get_by_role("dialog", name="Notes of this run")).to_contain_text(
        "no note can be kept with it"
    )
    expect(page.get_by_test_id("note-text")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_note_that_is_not_saved_is_there_again_on_the_next_page(page, stocked_app):
    visit(page, f"{stocked_app}/right?run={RUN}")
    page.keyboard.press("m")
    page.keyboard.type("half a sentence")
    visit(page, f"{stocked_app}/calibration?run={RUN}")
    page.keyboard.press("m")
    expect(page.get_by_test_id("note-text")).to_have_value("half a sentence")
    expect(page.get_by_test_id("note-panel")).to_contain_text("not saved yet")

    page.get_by_test_id("note-save").click()
    expect(page.get_by_test_id("note-list")).to_contain_text("half a sentence")
    visit(page, f"{stocked_app}/right?run={RUN}")
    page.keyboard.press("m")
    expect(page.get_by_test_id("note-text")).to_have_value("")
    kept = page.get_by_role("listitem").filter(has_text="half a sentence")
    kept.get_by_test_id("note-delete").click()
    expect(kept).to_have_count(0)
