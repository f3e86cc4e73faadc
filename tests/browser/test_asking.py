"""Draw your own, the 2-D playground and one step, with runs that have real weights."""

import pytest
from playwright.sync_api import expect
from support.pages import end_run, keep_errors, layout_faults, still, violations, visit

from kdcore import Run, RunConfig
from kdcore.store import Store, recorded

DIGITS, PLANE = "20260101-000000-dddd", "20260102-000000-eeee"
SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]


@pytest.fixture(scope="module")
def asked_app(served, tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("asked"))
    small = {"teacher": "mlp:16,8", "student": "mlp:8", "teacher_epochs": 8, "epochs": 8}
    for name, dataset in ((DIGITS, "digits"), (PLANE, "moons")):
        folder = store.create(RunConfig(dataset=dataset, unlabelled=0.5, **small), name)
        for _ in recorded(Run(folder.config, folder), folder):
            pass
    with served(store.root) as address:
        yield address


def draw(page, points):
    box = still(page, page.get_by_test_id("drawing-field"))
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def said(page):
    return page.locator(".kd-pad-said")


def heights(page):
    return page.evaluate(
        "[...document.querySelectorAll('.kd-of-teacher .kd-bar-fill')].map(b => b.style.height)"
    )


def test_all_learners_answer_a_drawing_and_t_needs_no_question(page, asked_app, until):
    errors = keep_errors(page)
    questions, over = [], []
    for event, found in (
        ("request", questions),
        ("requestfinished", over),
        ("requestfailed", over),
    ):
        page.on(event, lambda request, found=found: "kd/ask" in request.url and found.append(1))
    visit(page, f"{asked_app}/draw?run={DIGITS}")
    draw(page, SEVEN)
    for learner in range(3):
        expect(said(page).nth(learner)).to_contain_text("%")

    def all_is_answered():  # an answer may be followed by the next question
        answered = len(over)
        page.wait_for_timeout(500)
        return answered == len(over) == len(questions)

    until(all_is_answered)
    asked, before = len(questions), heights(page)

    slider = page.get_by_test_id("drawing-temperature")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")
    page.wait_for_function(
        "before => JSON.stringify([...document.querySelectorAll('.kd-of-teacher .kd-bar-fill')]"
        ".map(b => b.style.height)) !== JSON.stringify(before)",
        arg=before,
    )
    assert len(questions) == asked
    assert errors == []


def test_a_drawing_is_undone_made_harder_kept_and_brought_back(page, asked_app):
    visit(page, f"{asked_app}/draw?run={DIGITS}")
    draw(page, SEVEN)
    expect(said(page).first).to_contain_text("%")
    page.get_by_test_id("drawing-angle").fill("90")
    page.get_by_test_id("drawing-keep").click()
    kept = page.locator(".kd-pad-strip li")
    expect(kept).to_have_count(1)
    expect(kept.locator(".kd-pad-chip")).to_have_count(3)
    page.get_by_test_id("drawing-clear").click()
    expect(said(page).first).to_have_text("")
    page.get_by_test_id("drawing-usual").click()

    page.reload()
    page.locator(".kd-pad-kept").click()
    expect(said(page).first).to_contain_text("%")
    expect(page.get_by_test_id("drawing-angle")).to_have_value("90")
    page.get_by_test_id("drawing-undo").click()
    expect(said(page).first).to_have_text("")
    page.locator(".kd-pad-drop").click()
    expect(page.locator(".kd-pad-strip li")).to_have_count(0)


def test_one_draws_by_keyboard(page, asked_app):
    visit(page, f"{asked_app}/draw?run={DIGITS}")
    page.get_by_test_id("drawing-field").focus()
    page.keyboard.press("Space")
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    expect(said(page).first).to_contain_text("%")


def test_small_trained_networks_answer_without_a_question(page, asked_app):
    with page.expect_response(lambda found: '"layers"' in (found.request.post_data or "")):
        visit(page, f"{asked_app}/draw?run={DIGITS}")
    draw(page, SEVEN)
    expect(said(page).first).to_contain_text("%")
    page.wait_for_timeout(1000)
    questions = []
    page.on("request", lambda request: "kd/ask" in request.url and questions.append(request.url))
    page.get_by_test_id("drawing-clear").click()
    expect(said(page).first).to_have_text("")
    draw(page, SEVEN)
    expect(said(page).first).to_contain_text("%")
    assert questions == []


@pytest.mark.parametrize(
    ("address", "field"), [("draw?run=" + DIGITS, "drawing"), ("playground?plane=drawn", "point")]
)
def test_what_is_undone_while_the_pointer_is_down_is_drawn_no_further(
    page, asked_app, address, field
):
    visit(page, f"{asked_app}/{address}")
    canvas = page.get_by_test_id(f"{field}-field")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    undo = page.get_by_test_id("drawing-undo" if field == "drawing" else "points-undo")
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    expect(undo).to_be_enabled()
    canvas.press("Backspace")
    expect(undo).to_be_disabled()
    page.mouse.move(box["x"] + 90, box["y"] + 120, steps=5)
    page.mouse.up()
    page.wait_for_timeout(200)
    expect(undo).to_be_disabled()


def colours(page, learner):
    """How many different colours a map has."""
    return page.evaluate(
        "id => { const c = document.querySelector(`[data-testid=map-${id}]`);"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " const seen = new Set(); for (let i = 0; i < d.length; i += 400)"
        " seen.add(d[i] + ',' + d[i + 1] + ',' + d[i + 2]); return seen.size; }",
        learner,
    )


def test_the_plane_has_a_map_of_every_learner_and_of_every_hidden_unit(page, asked_app):
    errors = keep_errors(page)
    visit(page, f"{asked_app}/playground?run={PLANE}")
    for learner in ("teacher", "plain", "distilled"):
        expect(page.get_by_test_id(f"map-{learner}")).to_be_visible()
        assert colours(page, learner) > 10
    units = page.locator(".kd-of-distilled .kd-unit")
    expect(units).to_have_count(8)
    units.nth(2).hover()
    expect(page.locator(".kd-of-distilled .kd-plane-of-unit")).to_contain_text("unit 3")
    page.get_by_test_id("map-plain").hover()
    expect(page.locator(".kd-plane-place")).to_contain_text("Distilled student")
    assert errors == []


def test_a_run_starts_on_points_that_were_drawn(page, asked_app):
    visit(page, f"{asked_app}/playground?plane=drawn")
    box = still(page, page.get_by_test_id("point-field"))
    for name, left in (("0", 0.25), ("1", 0.75)):
        page.locator(f".kd-point-field .kd-choice [data-name='{name}']").click()
        page.mouse.move(box["x"] + left * box["width"], box["y"] + 0.1 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + left * box["width"], box["y"] + 0.9 * box["height"], steps=20)
        page.mouse.up()
    page.get_by_test_id("points-learn").click()
    page.wait_for_url("**run=2*")
    expect(page.get_by_test_id("map-distilled")).to_be_visible()
    end_run(page)


@pytest.mark.parametrize(
    "address", [f"draw?run={DIGITS}", f"playground?run={PLANE}", f"step?run={DIGITS}"]
)
@pytest.mark.parametrize("size", [(390, 844), (1440, 900)])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_with_a_run_the_pages_are_in_order(page, asked_app, address, size, language):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    visit(page, f"{asked_app}/{address}&lang={language}")

    assert layout_faults(page) == []
    assert violations(page) == []


def test_a_step_is_gone_through_by_keyboard_and_turned_without_a_question(page, asked_app):
    errors = keep_errors(page)
    visit(page, f"{asked_app}/step?run={DIGITS}")
    questions = []
    page.on("request", lambda request: "kd/ask" in request.url and questions.append(request.url))
    gradient, update = (
        page.locator(f'[data-phase="{phase}"] .kd-step-lines') for phase in ("gradient", "update")
    )
    expect(page.locator(".kd-step-card")).to_have_count(8)
    expect(gradient).to_be_hidden()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("phase-update")).to_have_attribute("aria-current", "step")
    page.get_by_test_id("step-take").click()
    expect(update).to_contain_text("→")
    before = gradient.inner_text()

    page.get_by_test_id("step-temperature").press("ArrowRight")
    expect(update).to_have_text("")
    assert gradient.inner_text() != before
    assert questions == []
    page.get_by_test_id("step-take").click()
    expect(update).to_contain_text("→")
    assert len(questions) == 1
    assert violations(page) == layout_faults(page) == errors == []


def test_on_a_phone_a_step_shows_one_phase_at_a_time(page, asked_app):
    page.set_viewport_size({"width": 390, "height": 844})
    visit(page, f"{asked_app}/step?run={PLANE}")
    cards = page.locator(".kd-step-card")
    for phase in range(8):
        expect(cards.nth(phase)).to_be_visible()
        assert sum(card.is_visible() for card in cards.all()) == 1
        assert layout_faults(page) == []
        page.keyboard.press("ArrowRight")
