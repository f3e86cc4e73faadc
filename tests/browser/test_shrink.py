"""The Smaller page: a student of a run is shrunk, and what that did is drawn and said."""

import re

from playwright.sync_api import expect
from support.pages import main_block

NAMES = """() => {
  const plot = document.querySelector('[data-testid=chart-shrink_sizes] .js-plotly-plot');
  return [...new Set(plot?.data?.map(({ name }) => name) ?? [])];
}"""


STAGES = ["Teacher", "Uncompressed student", "Unstructured pruning", "Structured pruning"]


def test_a_students_stages_are_drawn_as_they_end_and_can_be_stopped_and_resumed(page, app, until):
    page.goto(f"{app}/live?dataset=digits&epochs=3&teacher_epochs=2&speed=0")
    page.locator(".st-key-start button").click()
    expect(page.locator(".kd-transport-state")).to_have_text("finished")

    page.goto(f"{app}/shrink?stages=pruned,narrow&again=2")
    page.locator(".st-key-start_shrink button").click()
    expect(main_block(page).get_by_text(re.compile("^finished after"))).to_be_visible()
    until(lambda: page.evaluate(NAMES) == STAGES)
    rows = page.locator("[data-testid=chart-shrink_table] tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(2)).to_contain_text("263 / 1,210")
    expect(page.get_by_text("The file itself does not become smaller")).to_be_visible()

    page.goto(f"{app}/shrink?again=10000")
    page.locator(".st-key-start_shrink button").click()
    expect(main_block(page).get_by_text(re.compile("re-distillation, epoch"))).to_be_visible()
    page.locator(".st-key-stop_shrink button").click()
    expect(main_block(page).get_by_text(re.compile("^stopped after"))).to_be_visible()

    page.locator(".st-key-go_on button").first.click()
    expect(main_block(page).get_by_text(re.compile("re-distillation, epoch"))).to_be_visible()
    expect(page.locator(".st-key-go_on")).to_have_count(0)
    expect(page.locator(".st-key-job_row input")).to_have_value(re.compile("· running ·"))
    page.locator(".st-key-stop_shrink button").click()
    expect(page.locator(".st-key-go_on button").first).to_be_visible()
