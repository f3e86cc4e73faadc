"""A browser that waits for the page's code does not lose what the address says."""

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize(
    ("address", "start", "sign"),
    [
        (
            "landscape?Ts=1, 4&weights=0.3, 1&seeds=3&epochs=7&student=mlp:20",
            "start_sweep",
            "sweep=",
        ),
        ("live?T=8&weight=0.3&lr=0.01&epochs=7&student=mlp:20", "start", "run="),
    ],
)
def test_a_start_before_all_widgets_are_loaded_keeps_the_settings_of_the_address(
    page, app, address, start, sign
):
    kept, wanted = [], re.compile(r"/static/js/(TextInput|Slider|Selectbox|NumberInput)\.")
    page.route(wanted, lambda route: kept.append(route))
    page.goto(f"{app}/{address}")
    page.locator(f".st-key-{start} button").click()
    expect(page).to_have_url(re.compile(sign))
    while kept:
        kept.pop().continue_()
        page.wait_for_timeout(300)
    expect(page.get_by_role("combobox", name="Student", exact=True)).to_have_value("mlp:20")
    page.wait_for_timeout(2500)  # the page has been drawn again by then
    for part in re.findall(r"(?<=[?&])[^&]+", f"?{address.partition('?')[2]}"):
        assert part in unquote(page.url.replace("+", " "))
