"""Charts without a mouse, without sight, by touch, on a phone, and in colours that can be told."""

import re

import pytest
from playwright.sync_api import expect
from support.pages import still, visit
from support.recording import DISTILLED, PLAIN, TEACHER

RIGHT = "right?run=recorded-mnist5k"
SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def label(page, name):
    return page.locator(f"[data-testid=chart-{name}] .kd-plot").get_attribute("aria-label")


def test_a_chart_over_time_says_its_newest_values(page, app):
    page.goto(f"{app}/{RIGHT}")
    page.wait_for_selector("[data-testid=chart-accuracy] .main-svg")

    assert label(page, "accuracy").endswith(
        f"Epoch 20: Teacher {TEACHER}, Plain student {PLAIN}, Distilled student {DISTILLED}."
    )


def test_the_message_follows_the_scrubber(page, app, until):
    page.goto(f"{app}/{RIGHT}")
    page.wait_for_selector("[data-testid=chart-accuracy] .main-svg")
    page.get_by_test_id("scrubber").focus()
    page.keyboard.press("Home")
    until(lambda: "Epoch 20" not in label(page, "accuracy"))
    page.keyboard.press("End")
    until(lambda: "Epoch 20" in label(page, "accuracy"))


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_every_chart_of_a_page_has_a_message(new_context, app, language):
    page = new_context(locale=language).new_page()
    for name in ("live", "right", "calibration"):
        visit(page, f"{app}/{name}?run=recorded-mnist5k")
        plots = page.locator(".kd-plot-frame:has(.main-svg, table) .kd-plot")
        expect(plots.nth(4)).to_have_attribute("aria-label", re.compile(r"\d"))
        labels = plots.evaluate_all("all => all.map(plot => plot.getAttribute('aria-label'))")
        assert len(labels) > 4
        assert [text for text in labels if not re.search(r"\d", text)] == []
    page.context.close()


def test_the_cells_of_a_map_are_read_by_keyboard(page, app):
    page.goto(f"{app}/{RIGHT}")
    chart = page.get_by_test_id("chart-confusion")
    page.wait_for_selector("[data-testid=chart-confusion] .main-svg")
    matrices = [
        trace["meta"]["values"]
        for trace in page.request.get(f"{app}/kd/figure/confusion?run=recorded-mnist5k").json()[
            "data"
        ]
    ]
    assert chart.locator("[tabindex='0']").count() == 1
    chart.get_by_role("application").focus()
    said = chart.get_by_role("status").last
    for key, text in (
        ("ArrowDown", f"True 0, answered 0: {matrices[0][0][0]}"),
        ("ArrowDown", f"True 1, answered 0: {matrices[0][1][0]}"),
        ("End", f"True 1, answered 9: {matrices[0][1][9]}"),
        ("ArrowRight", f"True 1, answered 0: {matrices[1][1][0]}"),
        ("ArrowUp", f"True 0, answered 0: {matrices[1][0][0]}"),
    ):
        page.keyboard.press(key)
        expect(said).to_have_text(text)
    expect(chart.locator(".hoverlayer text").first).to_contain_text("True 0, answered 0")

    page.keyboard.press("Escape")
    expect(said).to_have_text("")
    expect(chart.locator(".hoverlayer text")).to_have_count(0)


def test_the_class_table_of_the_lab_is_read_by_keyboard(page, app):
    page.goto(f"{app}/temperature?run=recorded-mnist5k")
    page.wait_for_selector(".kd-lab .kd-curve-line")
    page.locator(".kd-lab .kd-matrix canvas").focus()
    told = page.locator(".kd-lab .kd-matrix-sentence")
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("True 0: the teacher says 0 with")
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("True 0: the teacher says 1 with")
    page.keyboard.press("Escape")
    expect(told).not_to_contain_text("says 1")


@pytest.fixture
def phone(new_context):
    context = new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-GB"
    )
    return context.new_page()


def test_a_swipe_on_a_chart_scrolls_the_page_and_a_tap_shows_values(phone, app):
    visit(phone, f"{app}/{RIGHT}")
    plot = phone.locator("[data-testid=chart-accuracy] .kd-plot")
    touch = phone.context.new_cdp_session(phone)
    box = still(phone, plot)
    before = phone.evaluate(SCROLLED)
    across, begin = box["x"] + box["width"] / 2, box["y"] + 0.7 * box["height"]

    def event(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})
        phone.wait_for_timeout(16)

    event("touchStart", {"x": across, "y": begin})
    for step in range(1, 13):
        event("touchMove", {"x": across, "y": begin - 10 * step})
    event("touchEnd")
    phone.wait_for_function(f"before => {SCROLLED} > before + 60", arg=before)

    box = still(phone, plot)
    phone.touchscreen.tap(box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"])
    expect(phone.locator("[data-testid=chart-accuracy] .hoverlayer text").first).to_be_attached()


def test_on_a_phone_the_maps_stand_below_each_other(phone, app):
    phone.goto(f"{app}/{RIGHT}")
    chart = phone.get_by_test_id("chart-confusion")
    phone.wait_for_selector("[data-testid=chart-confusion] .main-svg")
    plots = chart.locator(
        ".cartesianlayer .subplot .bglayer, .cartesianlayer .subplot .heatmaplayer"
    )
    boxes = [box for box in (one.bounding_box() for one in plots.all()) if box]

    lefts = {round(box["x"]) for box in boxes}
    assert max(lefts) - min(lefts) < 40
    tops = sorted({round(box["y"]) for box in boxes})
    assert len(tops) == 4
    assert min(box["width"] for box in boxes) > 200


CONTRASTS = """async () => {
    const { contrast, parts, opaque } = await import('/kd/static/colours.js');
    const faults = [];
    const rgb = colour => colour && /^(rgb|#)/.test(colour) ? colour : null;
    for (const frame of document.querySelectorAll('.kd-plot-frame')) {
        const probe = getComputedStyle(frame);
        const paper = probe.getPropertyValue('--paper').trim();
        const name = frame.dataset.testid;
        const opacityOf = node => {
            let opacity = 1;
            for (let at = node; at !== frame; at = at.parentElement)
                opacity *= Number(getComputedStyle(at).opacity);
            return opacity;
        };
        const seen = (node, colour, share) =>
            contrast(opaque(colour, paper, share * opacityOf(node)), paper);
        const check = (kind, selector, least, ways) => {
            for (const node of frame.querySelectorAll(selector)) {
                const style = getComputedStyle(node);
                const found = ways.filter(way => rgb(style[way])).map(way =>
                    seen(node, style[way], Number(style[way + 'Opacity'] ?? 1)));
                const most = Math.max(...found);
                if (found.length && most < least) faults.push(`${name} ${kind} ${most.toFixed(2)}`);
            }
        };
        check('line', '.scatterlayer .js-line', 3, ['stroke']);
        check('mark', '.scatterlayer .points path', 3, ['fill', 'stroke']);
        check('whisker', '.errorbar path', 3, ['stroke']);
        check('bar', '.barlayer .point path', 3, ['fill', 'stroke']);
        check('legend', '.kd-plot-legend svg *', 3, ['fill', 'stroke']);
        check('edge', '.kd-surface path[stroke-width="0.9"]', 3, ['stroke']);
        check('tick', '.xtick text, .ytick text, .g-xtitle text, .g-ytitle text', 4.5, ['fill']);
        check('note', '.annotation-text', 4.5, ['fill']);
        check('word', '.kd-surface text', 4.5, ['fill']);
    }
    return faults;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_marks_and_words_stand_out_from_the_page(new_context, app, scheme):
    page = new_context(color_scheme=scheme, locale="en-GB").new_page()
    for name in ("live", "right", "calibration"):
        visit(page, f"{app}/{name}?run=recorded-mnist5k")
        expect(page.locator(".main-svg").first).to_be_attached()
        assert page.evaluate(CONTRASTS) == [], name
    page.context.close()


def test_numbers_in_cells_can_be_read_on_every_colour(page, app):
    page.goto(app)
    worst = page.evaluate("""async () => {
        const { colourOf, contrast, onColour } = await import('/kd/static/colours.js');
        const scale = [[0, '#00224e'], [0.5, '#7d7c78'], [1, '#fee838']];
        const shares = Array.from({ length: 101 }, (_, at) => at / 100);
        return Math.min(...shares.map(share => {
            const ground = colourOf(scale, false, share);
            return contrast(onColour(ground), ground);
        }));
    }""")

    assert worst >= 4.5


def test_no_two_ticks_of_an_axis_read_alike(page, app):
    for name in ("live", "right", "calibration"):
        visit(page, f"{app}/{name}?run=recorded-mnist5k")
        axes = page.evaluate("""() => [...document.querySelectorAll('.kd-plot .yaxislayer-above')]
            .map(axis => [...axis.querySelectorAll('.ytick text')].map(one => one.textContent))""")
        assert axes
        assert [ticks for ticks in axes if len(set(ticks)) < len(ticks)] == []


def test_the_closer_the_ticks_the_more_decimals_they_have(page, app, until):
    page.goto(f"{app}/{RIGHT}")
    page.wait_for_selector("[data-testid=chart-accuracy] .main-svg")
    page.evaluate("""Plotly.relayout(
        document.querySelector('[data-testid=chart-accuracy] .js-plotly-plot'),
        {'yaxis.range': [0.95, 0.97]})""")
    ticks = page.locator("[data-testid=chart-accuracy] .ytick text")
    until(lambda: "95.5%" in ticks.all_text_contents())
    assert len(set(ticks.all_text_contents())) == ticks.count()


def test_labels_of_marks_share_no_place(page, app):
    page.goto(app)
    marks = page.evaluate("""async () => {
        const { placeMarks } = await import('/kd/static/plot_names.js');
        const mark = (x, text) => ({ name: 'mark', text, x, y: 1, xref: 'x', font: { size: 11 } });
        const layout = {
            width: 300, height: 240, margin: { l: 40, r: 10, t: 10, b: 30 },
            xaxis: { range: [0, 10] },
            annotations: [mark(1, 'T=4'), mark(1.2, 'λ=0.5'), mark(1.4, 'T=5'), mark(6, 'T=6'),
                mark(9.9, 'learning rate=0.003')],
        };
        placeMarks(layout, { font: 'sans-serif' });
        return layout.annotations;
    }""")

    assert len({mark["y"] for mark in marks[:3]}) == 3
    assert marks[3]["y"] == 1
    assert marks[4]["xanchor"] == "right", "it would stick out of the chart"
