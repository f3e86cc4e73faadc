"""A run from its start to its stop, steered by hand, in one tab and in two."""

import re
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from support.compressions import RUN as STOCKED_RUN
from support.pages import AT_REST, layout_faults, visit

ZOOM = """() => {
  const plot = document.querySelector('[data-testid=chart-losses] .js-plotly-plot');
  return plot.layout.xaxis.range.map(Number);
}"""


def test_start_points_pause_step_stop(page, app, start, newest, until):
    run = start()
    first = newest("losses")
    until(lambda: newest("losses") > first + 0.5)

    page.locator(".st-key-pause button").click()
    expect(page.locator(".st-key-pause button")).to_contain_text("Resume")

    def recorded():
        """Where the chart would end if it were drawn anew."""
        chart = page.request.get(f"{app}/kd/figure/losses?run={run}").json()
        return max(trace["x"][-1] for trace in chart["data"] if trace["x"])

    def at_rest():
        before = newest("losses")
        page.wait_for_timeout(1500)
        return newest("losses") == before == recorded()

    until(at_rest)
    ends = [newest("losses")]
    for _ in range(2):
        page.locator(".st-key-step button").click()
        until(lambda: newest("losses") > ends[-1])
        until(at_rest)
        ends.append(newest("losses"))
    assert ends[1] - ends[0] == pytest.approx(ends[2] - ends[1])  # a batch each

    page.locator(".st-key-stop button").click()
    expect(page.locator(".st-key-start button")).to_be_enabled()
    expect(page.locator(".st-key-buttons")).to_contain_text("stopped")


def test_points_come_several_times_a_second(page, start, newest, until):
    start()

    def in_two_seconds():
        seen = set()
        for _ in range(40):
            page.wait_for_timeout(50)
            seen.add(newest("losses"))
        return len(seen)

    until(lambda: in_two_seconds() >= 4)  # a busy machine may need a moment


def test_a_slider_acts_on_the_run_and_leaves_a_mark(page, start, until):
    start()
    page.locator(".st-key-T input").focus()
    page.keyboard.press("ArrowRight")
    marks = page.locator("[data-testid=chart-losses] .annotation-text")
    expect(marks.first).to_contain_text("T=5")

    page.locator(".st-key-weight input").focus()
    page.keyboard.press("ArrowLeft")
    expect(marks.nth(1)).to_contain_text("λ=0.85")


def test_a_methods_own_slider_acts_and_its_panel_grows(page, start, points, until):
    start("method=dkd:beta=2&epochs=1000&speed=40&teacher_epochs=3")
    until(lambda: points("decoupled") > 2)
    page.locator(".st-key-own_beta input").focus()
    page.keyboard.press("ArrowRight")
    marks = page.locator("[data-testid=chart-decoupled] .annotation-text")
    expect(marks.first).to_contain_text("β=2.5")
    until(lambda: "method=dkd%3Abeta%3D2.5" in page.url)


@pytest.mark.parametrize(
    ("query", "slider", "written"),
    [
        ("", "T", r"[?&]T=([\d.]+)"),
        ("method=dkd:beta=2", "own_beta", r"beta%3D([\d.]+)"),
        ("also=2*logit_mse", "own_logit_mse_weight", r"also=([\d.]+)"),
    ],
)
def test_a_slider_that_is_moved_quickly_ends_alike_everywhere(
    page, start, until, query, slider, written
):
    start(f"epochs=1000&speed=40&teacher_epochs=3&{query}")
    thumb = page.locator(f".st-key-{slider} input")
    value = page.locator(f".st-key-{slider} [data-testid=stSliderThumbValue]")
    began, step = float(value.text_content()), float(thumb.get_attribute("step"))
    thumb.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(120)
    last = pytest.approx(12.0 if slider == "T" else began + 5 * step)
    mark = page.locator("[data-testid=chart-losses] .annotation-text").last

    def ends():
        numbers = re.search(written, page.url), re.search(r"[=×]([\d.]+)", mark.text_content())
        return float(value.text_content()), *(float(found[1]) for found in numbers if found)

    expect(mark).to_be_attached()
    until(lambda: ends() == (last, last, last))
    page.wait_for_timeout(2500)  # nothing sets it back
    assert ends() == (last, last, last)


def test_several_teachers_and_terms_are_seen_while_they_act(page, start, points, until):
    start(
        "epochs=1000&speed=40&teacher_epochs=3&teacher=mlp:32+%2B+mlp:16&teacher_mixing=entropy"
        "&also=0.5*logit_mse"
    )
    until(lambda: points("teacher_weights") > 1 and points("terms") > 1)
    page.locator(".st-key-own_logit_mse_weight input").focus()
    page.keyboard.press("ArrowRight")
    marks = page.locator("[data-testid=chart-terms] .annotation-text")
    expect(marks.first).to_contain_text("logit_mse×0.525")
    expect(page.locator("[data-testid=chart-teachers]")).to_contain_text("Teacher 2 · mlp:16")


def test_what_a_generator_makes_is_shown_and_can_be_looked_back_at(page, app, start, until):
    run = start("method=generator&weight=1&epochs=50&speed=20&transfer_size=300&teacher_epochs=3")
    pictures = page.locator("[data-testid=chart-generated] .imagelayer image")
    expect(pictures).to_have_count(24)
    before = page.request.get(f"{app}/kd/figure/generated?run={run}&epoch=0").json()
    untrained = before["layout"]["images"][0]["source"]

    page.get_by_test_id("scrubber").focus()
    page.keyboard.press("Home")
    until(lambda: pictures.first.get_attribute("href") == untrained)
    page.get_by_test_id("follow-live").click()
    until(lambda: pictures.first.get_attribute("href") != untrained)


def test_charts_are_not_rebuilt_and_keep_their_zoom(page, start, newest, until):
    start()
    page.evaluate("document.querySelector('[data-testid=chart-losses] .js-plotly-plot').mark = 1")
    page.evaluate("""Plotly.relayout(
        document.querySelector('[data-testid=chart-losses] .js-plotly-plot'),
        {'xaxis.range': [0.1, 0.4]})""")
    before = newest("losses")
    until(lambda: newest("losses") > before + 0.5)
    page.locator(".st-key-T input").focus()
    page.keyboard.press("ArrowRight")
    before = newest("losses")
    until(lambda: newest("losses") > before + 0.5)

    assert page.evaluate(ZOOM) == [0.1, 0.4]
    assert (
        page.evaluate("document.querySelector('[data-testid=chart-losses] .js-plotly-plot').mark")
        == 1
    )


def test_the_scrubber_looks_back_while_the_run_goes_on(page, start, points, until):
    start()
    until(lambda: points("losses") > 8)
    page.get_by_test_id("scrubber").focus()
    page.keyboard.press("Home")
    until(lambda: points("losses") <= 2)
    page.wait_for_timeout(600)
    assert points("losses") <= 2

    page.get_by_test_id("follow-live").click()
    until(lambda: points("losses") > 8)


def test_a_reload_finds_the_run_and_the_settings_again(page, start, points, until):
    run = start("epochs=1000&speed=40&teacher_epochs=3&batch_size=64&T=9.5")
    page.reload()
    until(lambda: points("losses") > 3)

    assert f"run={run}" in page.url
    assert "batch_size=64" in page.url
    expect(page.locator(".st-key-T [data-testid=stSliderThumbValue]")).to_have_text("9.5")


def test_a_second_tab_follows_the_same_run(context, page, app, start, until):
    run = start()
    second = context.new_page()
    second.goto(f"{app}/live")
    second.wait_for_selector("[data-testid=chart-losses] .js-plotly-plot")
    until(lambda: f"run={run}" in second.url)

    second.locator(".st-key-pause button").click()
    expect(page.locator(".st-key-pause button")).to_contain_text("Resume")


def test_one_click_on_the_first_screen_starts_a_live_run(page, app, no_run_stays, points, until):
    page.goto(app)
    page.locator(".st-key-watch button").click()
    until(lambda: points("losses") > 0)
    expect(page.locator("h1")).to_contain_text("Does the teacher help?")


def test_an_uploaded_archive_becomes_the_data(page, app, tmp_path, until, points):
    rng = np.random.default_rng(0)
    path = tmp_path / "shades.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, level in (("dark", 40), ("light", 200)):
            for number in range(40):
                picture = rng.normal(level, 20, (12, 12)).clip(0, 255).astype(np.uint8)
                with archive.open(f"{name}/{number}.png", "w") as file:
                    Image.fromarray(picture).save(file, "png")
    page.goto(f"{app}/live?dataset=digits&teacher_epochs=2&epochs=3&speed=20")
    page.get_by_text("Bring your own data").click()
    page.set_input_files("input[type=file]", path)
    until(lambda: "shades.zip" in page.url)
    page.keyboard.press("Escape")
    page.locator(".st-key-start button").click()
    until(lambda: points("losses") > 0)

    expect(
        page.locator("[data-testid=stMain] [data-testid=stCaptionContainer]").first
    ).to_contain_text("shades.zip")


def test_a_damaged_archive_is_said_and_the_app_goes_on(page, app, tmp_path, until):
    path = tmp_path / "broken.zip"
    path.write_bytes(b"PK\x03\x04 and then nothing")
    page.goto(f"{app}/live")
    page.get_by_text("Bring your own data").click()
    page.set_input_files("input[type=file]", path)
    until(lambda: "broken.zip" in page.url)
    page.keyboard.press("Escape")
    page.locator(".st-key-start button").click()

    expect(page.locator("[data-testid=stAlert]").last).to_contain_text("broken.zip")
    expect(page.locator(".st-key-start button")).to_be_enabled()


def test_two_runs_are_laid_side_by_side(page, app, start, until):
    for seed in (1, 2):
        start(f"epochs={seed}&teacher_epochs=3&speed=0&seed={seed}")
        expect(page.locator(".st-key-buttons")).to_contain_text("finished")
    visit(page, f"{app}/runs")
    table = page.locator("[data-testid=stDataFrame] .dvn-scroller")
    for row in (1, 2):
        table.click(position={"x": 18, "y": 35 * row + 17})
        expect(page.locator(".st-key-open button")).to_be_enabled(enabled=row == 1)
        page.wait_for_function(AT_REST)

    expect(page.locator("[data-testid=chart-accuracy] .js-plotly-plot")).to_have_count(2)
    expect(page.locator("[data-testid=stTable]", has_text="Seed").first).to_be_visible()

    def axes():
        return page.evaluate("""() => [...document.querySelectorAll(
            '[data-testid=chart-accuracy] .js-plotly-plot')].map(plot =>
                [plot.layout?.xaxis.range, plot.layout?.yaxis.range].flat().map(Number))""")

    until(lambda: axes()[0] == axes()[1] and len(axes()[0]) == 4)
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_stopped_run_goes_on_and_is_branched(page, start, points, until):
    first = start("epochs=30&speed=4&teacher_epochs=3&transfer_size=900")  # two minutes
    until(lambda: points("accuracy") > 1)
    page.locator(".st-key-stop button").click()
    expect(page.locator(".st-key-buttons")).to_contain_text("stopped")
    page.locator(".st-key-go_on button").first.click()
    expect(page.locator(".st-key-stop button")).to_be_enabled()
    page.locator(".st-key-speed input").press("End")  # and on without a rest
    expect(page.locator(".st-key-buttons")).to_contain_text("finished")
    assert f"run={first}" in page.url
    until(lambda: points("accuracy") == 30)

    page.get_by_test_id("scrubber").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.get_by_test_id("branch").click()
    field = page.locator(".st-key-branch-temperature input")
    field.fill("12")
    field.press("Tab")
    page.wait_for_timeout(1000)
    page.wait_for_function(AT_REST)
    page.locator(".st-key-branch_start button").click()
    expect(page.locator(".st-key-buttons")).to_contain_text(f"branch of {first} from epoch 25")
    assert f"run={first}" not in page.url
    marks = page.locator("[data-testid=chart-losses] .annotation-text")
    expect(marks.filter(has_text="T=12").first).to_be_attached()
    expect(page.locator("[data-testid=chart-accuracy]")).to_contain_text(
        "Distilled student, parent"
    )
    expect(page.locator(".st-key-buttons")).to_contain_text("finished")


def test_the_bar_of_a_run_that_can_be_branched_fits_into_a_small_window(page, stocked_app):
    page.set_viewport_size({"width": 1190, "height": 800})
    visit(page, f"{stocked_app}/live?run={STOCKED_RUN}")

    expect(page.get_by_test_id("branch")).to_be_visible()
    assert [fault for fault in layout_faults(page) if "kd-transport" in fault] == []
