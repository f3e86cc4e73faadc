"""A class in real browsers: who follows, who steers, and what a page may fetch."""

import re

import pytest
from playwright.sync_api import expect
from support.pages import AT_REST, keep_errors, layout_faults, violations, visit

from dashboard.server.sharing import TOKEN_FILE
from dashboard.text.languages import words

ELSEWHERE = "http://example.invalid/"
PICTURE = f"![x]({ELSEWHERE}a.png)"
BLOCKED = """() => new Promise(done => {
  document.addEventListener("securitypolicyviolation", event => done(event.effectiveDirective));
  document.body.append(Object.assign(new Image(), { src: "http://example.invalid/b.png" }));
})"""


@pytest.fixture
def shared(served, tmp_path, monkeypatch):
    """The address of a shared app, by a name that is not this machine's own, and its token."""
    monkeypatch.setenv("KDCORE_SHARE", "1")
    with served(tmp_path) as address:
        yield address.replace("localhost", "kd.localhost"), tmp_path / TOKEN_FILE


def test_a_follower_looks_and_the_lecturers_link_steers(shared, new_context):
    address, token = shared
    page = new_context(locale="en-GB", viewport={"width": 390, "height": 844}).new_page()
    errors, foreign = keep_errors(page), []
    page.on("request", lambda asked: asked.url.startswith(ELSEWHERE) and foreign.append(asked.url))
    visit(page, f"{address}/live?teacher={PICTURE}&run={PICTURE}&dataset={PICTURE}")
    start = page.locator(".st-key-start button").first  # with help there are two, one is seen

    expect(start).to_be_disabled()
    expect(page.get_by_text(words("en")["classroom.follower"])).to_be_visible()
    assert page.get_by_text(PICTURE.removesuffix("http://example.invalid/a.png)")).count() >= 3
    assert page.locator("[href*='example.invalid'], [src*='example.invalid']").count() == 0
    assert (errors, foreign, layout_faults(page), violations(page)) == ([], [], [], [])

    assert page.evaluate(BLOCKED) == "img-src"

    page.goto(f"{address}/kd/lecturer/{token.read_text()}")
    page.wait_for_url(re.compile(r"kd\.localhost:\d+/(\?.*)?$"))
    visit(page, f"{address}/live")
    page.wait_for_function(AT_REST)
    expect(start).to_be_enabled()
