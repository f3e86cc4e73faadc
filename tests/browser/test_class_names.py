"""Names of classes: many, long, Chinese or two; none is cut off, lies on another or on its head."""

import pytest
from support.pages import layout_faults, visit
from support.runs import record_classes

from kdcore.store import Store

KINDS = {
    "20260101-000000-0100": [f"class_{number:03}" for number in range(100)],
    "20260101-000000-0101": [
        "eublepharis_macularius_leucistic_male",
        "gekko_gecko",
        "correlophus_ciliatus_harlequin",
        "phelsuma_grandis",
    ],
    "20260101-000000-0102": ["圆形", "绿色三角形（等边）", "红色正方形", "蓝色六边形", "紫色椭圆"],
    "20260101-000000-0103": ["yes", "no"],
}
SHOWN = """side => [...document.querySelectorAll(`.kd-names-${side}`)].map(names =>
  [...names.children].filter(name => name.checkVisibility()).map(name =>
    ({ text: name.textContent, turned: getComputedStyle(name).rotate })))"""


@pytest.fixture(scope="module")
def app_of_classes(tmp_path_factory, served):
    store = Store(tmp_path_factory.mktemp("classes"))
    for run, classes in KINDS.items():
        record_classes(store, run, classes)
    with served(store.root) as address:
        yield address


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("name", ["temperature", "microscope"])
@pytest.mark.parametrize("run", KINDS, ids=lambda run: run[-4:])
def test_names_of_classes_have_room(new_context, app_of_classes, run, name, width):
    context = new_context(
        viewport={"width": width, "height": 900}, locale="en-GB", reduced_motion="reduce"
    )
    page = context.new_page()
    visit(page, f"{app_of_classes}/{name}?run={run}")
    page.wait_for_function("document.querySelector('.kd-names-left span')")
    page.wait_for_timeout(300)
    shown = {side: page.evaluate(SHOWN, side) for side in ("above", "below", "left")}
    faults = layout_faults(page)
    context.close()

    assert faults == []
    rows = [row for rows in shown.values() for row in rows if row]
    assert len(rows) >= 3
    few = len(KINDS[run]) <= 12
    for row in rows:
        assert len(row) == len(KINDS[run]) if few else 3 <= len(row) < 60
    assert {one["turned"] for row in rows for one in row if not one["text"].isascii()} <= {"none"}
