"""A run's report, opened from the disk while the network is cut."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from support.pages import LOCALES, keep_errors, layout_faults, violations

from dashboard.text.languages import words

ROOT = Path(__file__).parents[2]
RUN = "recorded-never-saw-3"
SIZES = {"en": {"width": 1440, "height": 900}, "zh": {"width": 390, "height": 844}}


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    place = tmp_path_factory.mktemp("report") / "report.html"
    subprocess.run(
        [sys.executable, "-m", "dashboard", "export-report", RUN, str(place)],
        cwd=ROOT,
        env=os.environ | {"KDCORE_STORE": str(place.parent / "store"), "OMP_NUM_THREADS": "1"},
        check=True,
    )
    return place


@pytest.mark.parametrize("language", SIZES)
def test_it_opens_alone_and_moves_with_the_epoch(new_context, file, language):
    size = SIZES[language]
    context = new_context(viewport=size, locale=LOCALES[language], offline=True)
    page = context.new_page()
    errors, asked = keep_errors(page), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{file.as_uri()}#lang={language}")

    spoken = words(language)
    expect(page.get_by_role("heading", name=spoken["panel.accuracy.title"])).to_be_visible()
    expect(page.locator("[data-testid=chart-accuracy] .js-plotly-plot")).to_be_visible()
    expect(page.get_by_text(spoken["component.static.all_settings"], exact=True)).to_be_visible()
    table = page.get_by_test_id("chart-calibration_table").locator("table")
    table.scroll_into_view_if_needed()
    expect(table).to_be_visible()
    last = table.inner_text()
    slider = page.get_by_role("slider").last
    slider.focus()
    slider.press("Home")
    expect(table).not_to_have_text(last, use_inner_text=True)
    assert layout_faults(page) == []
    assert violations(page) == []
    context.close()
    assert [url for url in asked if not url.startswith((file.as_uri(), "data:", "blob:"))] == []
    assert errors == []
