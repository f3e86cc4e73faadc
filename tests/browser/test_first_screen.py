"""What a newcomer meets: it moves at once, T acts in the browser, nothing leaves the machine."""

import json
import re

import pytest
from playwright.sync_api import expect
from support.pages import still, visit

PAGES = (
    "",
    "temperature",
    "live",
    "microscope",
    "calibration",
    "right",
    "landscape",
    "runs",
    "help",
)
T = "[data-testid=hero-temperature]"
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def bars(page):
    return page.evaluate(
        "[...document.querySelectorAll('.kd-hero-teacher .kd-bar-fill')]"
        ".map(bar => bar.style.height)"
    )


def test_the_first_screen_shows_an_example_its_label_and_the_teachers_answer(page, app, until):
    page.goto(app)
    hero = page.get_by_test_id("hero")
    expect(hero.locator("canvas.kd-example")).to_be_visible()

    expect(hero.locator(".kd-hero-label .kd-bar")).to_have_count(10)
    expect(hero.locator(".kd-hero-teacher .kd-bar")).to_have_count(10)
    before = bars(page)
    until(lambda: bars(page) != before)  # it moves by itself


def test_before_streamlits_scripts_there_is_the_outline_of_a_page_and_then_no_more(page, app):
    held = []
    page.route("**/static/js/index*.js", lambda route: held.append(route))
    page.goto(f"{app}/live", wait_until="commit")
    outline = page.locator("#first-screen")
    expect(outline).to_be_visible()

    for route in held:
        route.continue_()
    expect(page.locator("h1")).to_be_visible()
    expect(outline).to_have_count(0)


def test_the_recorded_run_plays_at_once(page, app, points, until):
    page.goto(app)
    until(lambda: points("accuracy") > 2)

    expect(page.locator(".kd-transport-state")).to_have_text("replay")


def test_dragging_t_melts_the_answer_without_a_message_to_the_server(page, app, until):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.on("request", lambda request: sent.append(request.url))
    page.goto(app)
    page.get_by_test_id("replay").click()  # its numbers come from the server
    expect(page.get_by_test_id("replay")).to_have_text("Replay")

    def is_silent():
        before = len(sent)
        page.wait_for_timeout(1500)
        return len(sent) == before

    until(is_silent)  # everything is loaded
    box = still(page, page.locator(T))
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.2 * box["width"], middle)
    page.mouse.down()
    page.wait_for_timeout(300)
    sent.clear()
    seen = set()
    for step in range(20):
        page.mouse.move(box["x"] + (0.2 + 0.035 * step) * box["width"], middle)
        page.evaluate(TWO_FRAMES)
        seen.add(tuple(bars(page)))
    page.mouse.up()
    page.wait_for_timeout(500)

    assert sent == []
    assert len(seen) > 10


def test_a_higher_t_makes_the_answer_flatter(page, app, until):
    page.goto(app)

    def share():
        text = page.locator(".kd-hero-teacher .kd-bar.kd-true .kd-bar-value").inner_text()
        return float(text.rstrip("%"))

    page.locator(".kd-hero [aria-label='T = 1']").click()
    until(lambda: share() > 90)
    page.locator(".kd-hero [aria-label='T = 20']").click()
    until(lambda: share() < 40)


def test_the_tab_of_the_browser_says_which_page_it_is(page, app):
    for address, title in (
        ("", "Start"),
        ("/live", "Live distillation"),
        ("/help?lang=zh", "帮助"),
    ):
        page.goto(f"{app}{address}")
        expect(page).to_have_title(f"{title} · kdcore")


def test_what_people_type_is_no_markup(page, app):
    page.goto(f"{app}/microscope?run=![x](a.png)+:smile:+$x$+*y*")

    expect(page.locator("[data-testid=stAlert]")).to_contain_text("![x](a.png) :smile: $x$ *y*")
    expect(page.locator("[data-testid=stAlert] img")).to_have_count(0)


def test_no_request_leaves_the_machine(context, page, app):
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    for name in PAGES:
        page.goto(f"{app}/{name}")
        page.wait_for_selector("h1")
        page.wait_for_timeout(800)

    assert asked
    assert [url for url in asked if not url.startswith((app, "data:", "blob:"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (1920, 1080)])
def test_no_page_is_wider_than_the_window(new_context, app, size, scheme):
    context = new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale="zh-CN"
    )
    page = context.new_page()
    for name in PAGES:
        visit(page, f"{app}/{name}")
        wide = page.evaluate("""() => [...document.querySelectorAll(
            '[data-testid=stMain], [class*=st-key-panel-], .kd-plot-frame')]
            .filter(node => node.scrollWidth > node.clientWidth + 2)
            .map(node => `${node.className} ${node.scrollWidth} > ${node.clientWidth}`)""")
        assert wide == [], name
    context.close()


NAVIGATION = """() => Math.max(0, ...[...document.querySelectorAll(
    '[data-testid=stTopNav] .rc-overflow-item:not([aria-hidden=true])')]
    .map(item => item.getBoundingClientRect().right))"""


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_the_navigation_ends_before_the_switches_beside_it(new_context, app, width, locale):
    context = new_context(viewport={"width": width, "height": 900}, locale=locale)
    page = context.new_page()
    visit(page, f"{app}/live")  # has a sidebar, so the navigation has least room

    assert 0 < page.evaluate(NAVIGATION) <= page.locator(".st-key-header").bounding_box()["x"]
    context.close()


def test_a_chinese_browser_is_greeted_in_chinese(new_context, app):
    context = new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(app)

    expect(page.locator("h1")).to_contain_text("教师")
    page.get_by_text("English").click()
    expect(page.locator("h1")).to_contain_text("What does a teacher know")
    expect(page).to_have_url(re.compile("lang=en"))
    context.close()


def test_the_projector_enlarges_the_type(page, app):
    page.goto(f"{app}/help")
    page.wait_for_selector("h1")
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    page.locator(".st-key-projector_button button").first.click()
    page.wait_for_function(f"{size} > {before}")

    expect(page).to_have_url(re.compile("projector=1"))


def test_the_microscope_shows_three_learners_and_answers_to_the_pointer(page, app, until):
    page.goto(f"{app}/microscope?run=recorded-mnist5k")
    maps = page.locator(".kd-micro-map canvas")
    expect(maps).to_have_count(3)
    label = page.locator(".kd-micro-truth b")
    expect(label).to_have_text("0")

    def pointed(share):
        """The label under the pointer at this share of the map's height, once the page stands."""
        height = maps.nth(1).bounding_box()["height"]
        maps.nth(1).hover(position={"x": 20, "y": share * height})
        return label.inner_text()

    until(lambda: pointed(0.97) == "9")
    pinned = pointed(0.5)
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(5, 5)
    expect(label).to_have_text(pinned)


def test_the_scrubber_takes_the_soft_labels_back_to_before_training(page, app):
    page.goto(f"{app}/microscope?run=recorded-mnist5k")
    told = page.locator(".kd-micro-epoch")
    expect(told).to_have_text("Epoch 20")
    before = page.locator(".kd-micro-answer").nth(2).inner_text()
    page.get_by_test_id("scrubber").focus()
    page.keyboard.press("Home")
    expect(told).to_have_text("Before training")

    assert page.locator(".kd-micro-answer").nth(2).inner_text() != before
    page.get_by_test_id("follow-live").click()
    expect(told).to_have_text("Epoch 20")


def test_what_the_browser_shows_is_what_was_recorded(page, app):
    """The softened answers of the browser against NumPy's."""
    page.goto(f"{app}/microscope?run=recorded-mnist5k")
    page.wait_for_selector(".kd-micro-map canvas")
    shown = page.evaluate("""async () => {
        const { decode, softmax } = await import('/kd/static/numbers.js');
        const message = await (await fetch('/kd/soft?run=recorded-mnist5k&since=-1')).json();
        const logits = decode(message.teacher, Float32Array);
        return JSON.stringify([[...logits.slice(0, 10)], [...softmax(logits.slice(0, 10), 10, 4)]]);
    }""")
    logits, probabilities = json.loads(shown)
    total = sum(2.718281828459045 ** (value / 4) for value in logits)
    expected = [2.718281828459045 ** (value / 4) / total for value in logits]

    assert probabilities == pytest.approx(expected, rel=1e-5)
