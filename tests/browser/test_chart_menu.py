"""What a chart's menu keeps: pictures, numbers, tables; and that nothing leaves the machine."""

import csv
import json
import re
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import expect
from support.recording import DISTILLED, PLAIN, TEACHER

from dashboard.text.languages import words

EN = words("en")
RIGHT = "right?run=recorded-mnist5k"
TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.fixture
def menu(page):
    """``menu("accuracy")``: the chart's menu, opened, and its chart."""

    def menu(name):
        chart = page.get_by_test_id(f"chart-{name}")
        button = chart.get_by_role("button", name="Chart menu")
        button.click()
        return chart, chart.get_by_role("menu")

    return menu


@pytest.fixture
def save(page, menu, tmp_path):
    """``save("accuracy", "csv")``: the path of the file that the menu saves."""

    def save(name, kind):
        _, items = menu(name)
        with page.expect_download() as download:
            items.locator(f"[data-action={kind}]").click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path

    return save


@pytest.fixture
def right(page, app):
    """The page "Who is right?" of the recorded run, with its charts."""
    page.goto(f"{app}/{RIGHT}")
    for name in ("accuracy", "error_origin", "confusion", "per_class"):
        page.wait_for_selector(f"[data-testid=chart-{name}] .main-svg")
    return page


def title_of(page, name):
    panel = page.locator(f"[class*=st-key-panel-{name}-]")
    return panel.get_by_role("heading").first.inner_text().strip()


def figure(page, app, name, run="recorded-mnist5k"):
    return page.request.get(f"{app}/kd/figure/{name}?run={run}").json()


def texts(path):
    return [node.text for node in ElementTree.parse(path).iter(TEXT) if node.text]


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_chart_has_one_button_and_no_word_of_plotlys(right):
    buttons = right.locator("[data-testid=chart-accuracy] button")
    names = buttons.evaluate_all(
        "all => all.map(b => b.getAttribute('aria-label') ?? b.textContent)"
    )
    assert names == ["Teacher", "Plain student", "Distilled student", "Chart menu"]

    button = right.locator("[data-testid=chart-accuracy]").get_by_role("button", name="Chart menu")
    box = button.bounding_box()
    assert min(box["width"], box["height"]) >= 24
    assert right.locator(".modebar-btn").count() == 0


def test_the_menu_answers_to_the_keyboard(right):
    chart = right.get_by_test_id("chart-accuracy")
    button = chart.get_by_role("button", name="Chart menu")
    button.focus()
    right.keyboard.press("Enter")
    expect(chart.get_by_role("menuitem").first).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    right.keyboard.press("ArrowUp")
    expect(chart.get_by_role("menuitem").last).to_be_focused()
    right.keyboard.press("Escape")
    expect(chart.get_by_role("menu")).to_be_hidden()
    expect(button).to_be_focused()


def test_a_picture_has_title_run_epoch_and_legend(right, save):
    told = texts(save("accuracy", "svg"))

    assert title_of(right, "accuracy") in told
    assert {"Teacher", "Plain student", "Distilled student"} <= set(told)
    (about,) = (text for text in told if "Recorded example" in text)
    assert "seed 0" in about
    assert "epoch 20" in about
    assert "Accuracy on test data" in told

    path = save("accuracy", "png")
    assert path.name == "accuracy-recorded-mnist5k-20.png"
    with Image.open(path) as picture:
        assert picture.size == (2400, 1500)
        assert picture.convert("RGB").getpixel((4, 4)) == (255, 255, 255)
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 50


def test_a_picture_shows_the_moment_of_the_scrubber(right, save):
    right.get_by_test_id("scrubber").focus()
    right.keyboard.press("Home")
    for _ in range(3):
        right.keyboard.press("ArrowRight")
    expect(right.locator(".kd-transport")).to_contain_text("Epoch 3")

    assert save("confusion", "svg").name == "confusion-recorded-mnist5k-3.svg"


def test_the_numbers_are_those_of_the_run(right, app, save):
    head, *rows = rows_of(save("accuracy", "csv"))
    teacher, plain, distilled = (trace["y"] for trace in figure(right, app, "accuracy")["data"])

    assert head == [
        "Epoch",
        "Teacher (Accuracy on test data, share from 0 to 1)",
        "Plain student (Accuracy on test data, share from 0 to 1)",
        "Distilled student (Accuracy on test data, share from 0 to 1)",
    ]
    assert [int(row[0]) for row in rows] == list(range(1, 21))
    assert [float(row[1]) for row in rows] == [teacher[0]] * 20
    assert [float(row[2]) for row in rows] == plain
    assert [float(row[3]) for row in rows] == distilled


def test_a_map_is_kept_cell_by_cell(right, app, save):
    head, *rows = rows_of(save("confusion", "csv"))
    matrix = figure(right, app, "confusion")["data"][1]["meta"]["values"]
    plain = {(row[1], row[2]): int(row[3]) for row in rows if row[0].startswith("Plain student")}

    assert head == ["Part", "True class \\ Answer", "Series", "Value"]
    assert plain == {
        (str(truth), str(answer)): matrix[truth][answer]
        for truth in range(10)
        for answer in range(10)
    }


def test_a_table_is_kept_with_plain_numbers(right, app, save):
    head, *rows = rows_of(save("cost", "csv"))

    assert head[3] == "Size, kB"
    assert [row[0] for row in rows] == ["Teacher", "Plain student", "Distilled student"]
    assert [float(row[2]) for row in rows] == [
        row[2] for row in figure(right, app, "cost")["sheet"]["rows"]
    ]


def test_a_table_for_a_paper(right, save):
    text = save("accuracy", "latex").read_text(encoding="utf-8")

    assert "\\begin{tabular}{lrrr}" in text
    assert "\\toprule" in text
    accuracies = " & ".join(found.replace("%", r"\%") for found in (TEACHER, PLAIN, DISTILLED))
    assert rf"20 & {accuracies} \\" in text


def test_latex_escapes_what_it_would_read_as_commands(right):
    escaped = right.evaluate("""async () => (await import('/kd/static/table_text.js'))
        .escaped('50% & $x_1$ #2 {a} \\\\ ~ ^ λ ± −1')""")

    assert escaped == (
        r"50\% \& \$x\_1\$ \#2 \{a\} \textbackslash{} \textasciitilde{} \textasciicircum{} "
        r"$\lambda$ $\pm$ $-$1"
    )


def test_mean_and_deviation_share_a_column_of_latex(right):
    text = right.evaluate("""async () => (await import('/kd/static/table_text.js')).latexOf([{
        title: '', columns: [{ title: 'λ' }, { title: 'kd', format: '.1%' },
            { title: '±', format: '.1%', error: 1 }], rows: [['0.5', 0.9512, 0.0083]] }], [])""")

    assert "$\\lambda$ & kd \\\\" in text
    assert "0.5 & 95.1\\% $\\pm$ 0.8\\% \\\\" in text


def test_commas_and_quotes_stay_in_their_cell_of_csv(right):
    text = right.evaluate("""async () => (await import('/kd/static/table_text.js')).csvOf([{
        title: '', columns: [{ title: 'Model' }, { title: 'a "b"' }],
        rows: [['mlp:256,128', null]] }], {})""")

    assert list(csv.reader(text.splitlines())) == [["Model", 'a "b"'], ["mlp:256,128", ""]]


def test_what_is_copied_is_on_the_clipboard(context, app, right, menu):
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app)
    chart, items = menu("accuracy")
    items.locator("[data-action=copy_csv]").click()
    expect(chart.locator(".kd-menu-remark")).to_have_text("Copied")
    assert right.evaluate("navigator.clipboard.readText()").startswith('Epoch,"Teacher (')

    _, items = menu("accuracy")
    items.locator("[data-action=copy_png]").click()
    kinds = "async () => (await navigator.clipboard.read()).flatMap(item => item.types)"
    right.wait_for_function(f"({kinds})().then(all => all.includes('image/png'))")


def test_a_chart_becomes_a_table_and_a_chart_again(right, menu):
    chart, items = menu("accuracy")
    items.locator("[data-action=table]").click()
    table = chart.get_by_role("table")
    expect(table.locator("thead th").first).to_have_text("Epoch")
    assert set(table.locator("thead th").evaluate_all("all => all.map(th => th.scope)")) == {"col"}
    last = table.locator("tbody tr").last
    expect(last.locator("th")).to_have_attribute("scope", "row")
    assert last.locator("th, td").all_inner_texts() == ["20", TEACHER, PLAIN, DISTILLED]
    expect(chart.locator(".main-svg").first).to_be_hidden()

    chart, items = menu("accuracy")
    items.get_by_text("Show as chart").click()
    expect(table).to_be_hidden()
    expect(chart.locator(".main-svg").first).to_be_visible()


def test_a_table_follows_the_scrubber(right, menu):
    chart, items = menu("accuracy")
    items.locator("[data-action=table]").click()
    rows = chart.locator("tbody tr")
    expect(rows).to_have_count(20)
    right.get_by_test_id("scrubber").focus()
    right.keyboard.press("Home")
    right.keyboard.press("ArrowRight")
    expect(rows).not_to_have_count(20)


def test_the_zoom_can_be_taken_back_where_there_is_one(right, menu):
    range_ = """() => document.querySelector('[data-testid=chart-accuracy] .js-plotly-plot')
        .layout.xaxis.range.map(Number)"""
    _, items = menu("accuracy")
    expect(items.locator("[data-action=reset]")).to_have_count(0)
    right.keyboard.press("Escape")
    right.evaluate("""Plotly.relayout(
        document.querySelector('[data-testid=chart-accuracy] .js-plotly-plot'),
        {'xaxis.range': [3, 9]})""")
    assert right.evaluate(range_) == [3, 9]

    _, items = menu("accuracy")
    items.locator("[data-action=reset]").click()
    right.wait_for_function(f"String(({range_})()) === '0,20'")


PAGES = {
    "calibration": ("reliability", "confidence_histogram", "nll_curve", "entropy", "risk_coverage"),
    "right": ("accuracy", "error_origin", "confusion", "per_class"),
    "live": ("accuracy", "losses", "loss_terms", "gradient_share", "agreement", "errors"),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_chart_can_be_kept_as_a_picture_and_numbers(page, app, save, name):
    page.goto(f"{app}/{name}?run=recorded-mnist5k")
    for chart in PAGES[name]:
        page.wait_for_selector(f"[data-testid=chart-{chart}] .main-svg")
        assert title_of(page, chart) in texts(save(chart, "svg"))
        head, *rows = rows_of(save(chart, "csv"))
        assert rows
        assert {len(row) for row in rows} == {len(head)}
        assert any(re.fullmatch(r"-?[\d.e-]+", cell) for row in rows for cell in row[1:])


def test_the_labs_curve_and_class_table_are_kept(page, app, tmp_path):
    page.goto(f"{app}/temperature?run=recorded-mnist5k")
    page.wait_for_selector(".kd-lab .kd-curve-line")
    told = []
    for button in page.locator(".kd-lab .kd-menu-button").all():
        button.click()
        with page.expect_download() as download:
            page.locator(".kd-menu:popover-open [data-action=svg]").click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        told.append((path.name, texts(path)))

    (curve, of_curve), (matrix, of_matrix) = told
    assert (curve, matrix) == (
        "temperature-curve-recorded-mnist5k.svg",
        "class-matrix-recorded-mnist5k.svg",
    )
    own = {
        name: EN[f"component.temperature_lab.{name}"] for name in ("curve", "matrix", "probability")
    }
    assert {own["curve"], "1/C = 10.0%"} <= {re.sub(r"\s%", "%", one) for one in of_curve}
    assert {own["matrix"], own["probability"]} <= set(of_matrix)


def test_the_microscopes_maps_are_kept(page, app, tmp_path):
    page.goto(f"{app}/microscope?run=recorded-mnist5k")
    page.wait_for_selector(".kd-micro-map canvas")
    for number, name in enumerate(("microscope", "class-matrices")):
        page.locator(".kd-micro .kd-menu-button").nth(number).click()
        with page.expect_download() as download:
            page.locator(".kd-menu:popover-open [data-action=png]").click()
        assert download.value.suggested_filename == f"{name}-recorded-mnist5k-20.png"
        download.value.save_as(tmp_path / "map.png")
        with Image.open(tmp_path / "map.png") as picture:
            colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 24)}
        assert (253, 231, 37) in colours, "the brightest of the scale"


def test_nothing_that_the_menu_does_leaves_the_machine(context, page, app, right, menu):
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app)
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    _, items = menu("accuracy")
    actions = items.get_by_role("menuitem").evaluate_all("all => all.map(i => i.dataset.action)")
    right.keyboard.press("Escape")
    for action in actions:
        _, items = menu("accuracy")
        items.locator(f"[data-action={action}]").click()
        page.wait_for_timeout(300)

    assert {"png", "svg", "csv", "latex", "table"} <= set(actions)
    assert [url for url in asked if not url.startswith((app, "data:", "blob:"))] == []


def test_the_menu_is_chinese_for_chinese(new_context, app):
    context = new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{app}/{RIGHT}")
    chart = page.get_by_test_id("chart-accuracy")
    chart.get_by_role("button", name="图表菜单").click()
    items = chart.get_by_role("menuitem").all_inner_texts()
    context.close()

    assert items
    assert all(re.search(r"[\u4e00-\u9fff]", item) for item in items)


FORMATS = [".0%", ".1%", ".2f", ".3g", ".4f", "d", "+.2f", ",.1f", ".2e"]


def test_numbers_are_written_as_their_format_asks(page, app):
    page.goto(app)
    values = [0.1234567, 12.3456, 0.000321, 1234.56, 3.3, 17.0]
    shown = page.evaluate(
        """async ([values, formats]) => {
        const { formatted } = await import('/kd/static/number_format.js');
        return values.map(value => formats.map(format => formatted(value, format)));
    }""",
        [values, FORMATS],
    )

    def expected(value, form):
        text = format(round(value) if form == "d" else value, form)
        return re.sub(r"e([+-])0*(\d)", r"e\1\2", text) if "e" in form else text

    plain = [[expected(value, form) for form in FORMATS] for value in values]
    for value, own, others in zip(values, shown, plain, strict=True):
        for form, one, other in zip(FORMATS, own, others, strict=True):
            same = float(one.rstrip("%").replace(",", "")) == float(
                other.rstrip("%").replace(",", "")
            )
            assert one == other or (form == ".3g" and same), (value, form, json.dumps([one, other]))
