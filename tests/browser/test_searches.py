"""The Searches page: what Optuna draws and what was compared are seen, and can be opened."""

import re

from playwright.sync_api import expect
from support.pages import visit

TRACES = """name => document.querySelector(
  `[data-testid=chart-${name}] .js-plotly-plot`)?.data?.map(({ name }) => name) ?? []"""


def test_optunas_figures_are_drawn_with_their_numbers_and_words(page, stocked_app, until):
    page.goto(f"{stocked_app}/searches?search=search-")
    until(lambda: len(page.evaluate(TRACES, "search_history")) == 2)
    until(lambda: len(page.evaluate(TRACES, "search_parallel")) == 3)
    parallel = page.get_by_test_id("chart-search_parallel")
    expect(parallel.locator(".kd-plot")).to_have_attribute(
        "aria-label", re.compile("the best, trial 2 with 96.0%: Learning rate 0.01")
    )

    parallel.get_by_role("button", name="Chart menu").click()
    page.get_by_text("Show as table").click()
    rows = parallel.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("dkd")


def test_a_selected_job_is_opened_from_the_list_of_runs(page, stocked_app):
    visit(page, f"{stocked_app}/runs?kind=teacher_selection")
    expect(page.locator(".st-key-open button")).to_be_disabled()
    table = page.locator("[data-testid=stDataFrame]")
    table.click(position={"x": 16, "y": 52})
    page.locator(".st-key-open button:enabled").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Searches and teacher selections")
    expect(page.get_by_test_id("chart-teacher_criteria").locator(".kd-plot")).to_have_attribute(
        "aria-label", re.compile("best mlp:64 with 94.0%")
    )
