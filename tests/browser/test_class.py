"""A class in real browsers: who follows, who steers, and what a page may fetch."""

import re

import pytest
from playwright.sync_api import expect
from support.pages import AT_REST, RECORDED, keep_errors, layout_faults, violations, visit

from dashboard.server.sharing import TOKEN_FILE
from dashboard.text.languages import words

ELSEWHERE = "http://example.invalid/"
PICTURE = f"![x]({ELSEWHERE}a.png)"
BLOCKED = """() => new Promise(done => {
  document.addEventListener("securitypolicyviolation", event => done(event.effectiveDirective));
  document.body.append(Object.assign(new Image(), { src: "http://example.invalid/b.png" }));
})"""


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
CURSOR = "() => [...window.__kd.runs.values()].find(view => view.shown)?.cursor"
TEMPERATURE = "() => window.__kdReadings.values.temperature?.temperature"


def test_a_follower_looks_and_the_lecturers_link_steers(shared, new_context, tmp_path):
    address, token = shared[1], tmp_path / TOKEN_FILE
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


def pull(page, slider, value):
    """Move a slider as somebody who drags it does."""
    page.get_by_test_id(slider).evaluate(
        """(input, value) => {
          input.value = value;
          input.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        value,
    )


def test_a_phone_follows_explores_returns_and_votes_over_a_restart(
    restarting, page, new_context, tmp_path, monkeypatch
):
    monkeypatch.setenv("KDCORE_SHARE", "1")
    with restarting(tmp_path) as (address, restart):
        context = new_context(locale="zh-CN", **PHONE)
        phone, zh = context.new_page(), words("zh")
        lecturer, mistakes = page, []
        phone.on("pageerror", lambda error: mistakes.append(str(error)))
        where = phone.get_by_test_id("class-where")
        visit(lecturer, f"{address}/live?{RECORDED}")
        visit(phone, address.replace("localhost", "kd.localhost"))

        # page, run and epoch
        phone.wait_for_url(re.compile(r"/live\?.*recorded-mnist5k"))
        expect(where).to_have_text(zh["component.class_bar.is_follows"])
        expect(lecturer.get_by_test_id("class-viewers")).to_have_text("1 viewer")
        phone.get_by_test_id("scrubber").wait_for()
        pull(lecturer, "scrubber", 5)
        phone.wait_for_function(f"({CURSOR})() === 5")

        # on their own, and back with one tap
        phone.get_by_test_id("scrubber").focus()
        phone.keyboard.press("ArrowRight")
        expect(where).to_have_text(zh["component.class_bar.is_explores"])
        pull(lecturer, "scrubber", 9)
        lecturer.goto(f"{address}/temperature?{RECORDED}")
        pull(lecturer, "lab-temperature", 70)
        assert phone.evaluate(CURSOR) == 6
        phone.get_by_test_id("class-way").tap()
        phone.wait_for_url(re.compile("/temperature"))
        wanted = lecturer.evaluate(TEMPERATURE)
        phone.wait_for_function(f"({TEMPERATURE})() === {wanted}")

        # controls closed
        lecturer.get_by_test_id("class-lock").click()
        expect(where).to_have_text(zh["component.class_bar.is_locked"])
        phone.locator("[data-testid=lab-temperature]").press("ArrowRight")
        assert phone.evaluate(TEMPERATURE) == wanted
        lecturer.get_by_test_id("class-lock").click()
        expect(where).to_have_text(zh["component.class_bar.is_follows"])

        # a question, over a restart, with a vote while nobody answers
        lecturer.locator(".st-key-header a").first.click()
        lecturer.locator(".st-key-ask_class button:enabled").click()
        phone.get_by_test_id("class-option-0").tap()
        message = phone.get_by_test_id("class-message")
        expect(message).to_have_text(zh["component.class_bar.counted"])
        assert layout_faults(phone) == violations(phone) == []
        context.set_offline(True)
        phone.get_by_test_id("class-fold").tap()
        if not phone.get_by_test_id("class-option-2").is_visible():
            phone.get_by_test_id("class-fold").tap()
        phone.get_by_test_id("class-option-2").tap()
        expect(phone.get_by_role("dialog")).to_have_count(0)  # Streamlit's, over the question
        restart()
        context.set_offline(False)
        expect(lecturer.get_by_test_id("class-bars").locator("li").nth(2)).to_contain_text("1 ·")

        # revealed beside what happened
        lecturer.get_by_test_id("class-reveal").click()
        bars = phone.get_by_test_id("class-bars")
        expect(bars.locator("li").nth(2)).to_contain_text(zh["component.class_bar.yours"])
        expect(bars.locator("li").nth(0)).to_contain_text(zh["component.class_bar.came_true"])
        expect(phone.get_by_test_id("class-outcome")).to_contain_text("90")
        assert (layout_faults(lecturer), violations(lecturer), mistakes) == ([], [], [])


@pytest.mark.parametrize("where", ["landscape?projector=1", f"live?{RECORDED}&projector=1", "live"])
def test_the_line_of_a_class_covers_nothing_of_the_page(shared, page, where):
    visit(page, f"{shared[0]}/{where}")
    line = page.get_by_test_id("class-bar").bounding_box()
    below = page.locator("h1, [data-testid=moment]").first.bounding_box()

    assert line["y"] + line["height"] <= below["y"]
