"""A follower's page of a live run: the stream moves it, nothing asks again by itself."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import expect
from support.pages import AT_REST, PATIENCE, violations, visit

from benchmarks.followers import ChartStream, Page
from dashboard.text.languages import words
from kdcore.jobs.kind import RUN
from kdcore.store import Store

QUERY = "dataset=digits&epochs=1000&speed=40&teacher_epochs=3"
SLOW = "dataset=digits&epochs=3&speed=80&teacher_epochs=1"


def test_controls_and_panels_of_a_follower_move_with_the_lecturers_run(shared, page, new_context):
    here, elsewhere = shared
    sent = []
    phone = new_context(
        locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ).new_page()
    phone.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    visit(page, f"{here}/live?{QUERY}")
    page.locator(".st-key-start button").click()
    page.wait_for_url("**run=*")
    visit(phone, f"{elsewhere}/live?run=last")
    shown = phone.locator(".kd-followed-row[data-name=temperature] .kd-followed-value")
    expect(shown).to_have_text("4")
    phone.get_by_test_id("chart-losses").wait_for()  # the students have begun: other panels
    phone.wait_for_function(AT_REST)
    phone.wait_for_timeout(1500)
    before = len(sent)

    page.locator(".st-key-T input").press("ArrowRight")
    expect(shown).to_have_text("5")
    phone.wait_for_timeout(3000)
    assert sent[before:] == []  # not asked for: it came
    assert violations(phone) == []

    page.locator(".st-key-stop button").click()
    expect(phone.get_by_text(words("zh")["state.stopped"]).first).to_be_visible()


def test_a_class_of_real_connections_hears_all_and_nobody_is_held_back(shared, tmp_path):
    """Also where some never read what they are sent, and others leave in the middle."""
    port = int(shared[0].rsplit(":", 1)[1])
    with ThreadPoolExecutor(1) as thread:  # the browser's loop runs in this one
        steps = thread.submit(asyncio.run, class_of(port, Store(tmp_path))).result(PATIENCE)

    assert len(steps) == 7
    assert min(steps) == max(steps) > 50


async def class_of(port, store):
    """The last step of a run, and those of which the readers heard last."""
    lecturer = Page(port, "live", SLOW, host="localhost")
    await lecturer.open()
    await lecturer.rerun(press=lecturer.buttons["start"])
    while not (rows := store.list(RUN)):
        await asyncio.sleep(0.1)
    run = rows[0].id
    streams = [
        ChartStream(
            port,
            f"/kd/live?run={run}&lang=en&viewer=v{at}&charts=accuracy,losses",
            reads=at % 3 != 2,
        )
        for at in range(12)
    ]
    pages = [Page(port, "live", f"run={run}") for _ in streams]
    await asyncio.gather(*(one.open() for one in (*streams, *pages)))
    for gone in (*streams[9:], *pages[9:]):
        await gone.close()
    while store.row(run).state in ("queued", "running"):
        await asyncio.sleep(0.2)
    last = max(event.step for event in store.find(run, RUN).events() if event.kind == "batch")
    heard = [one for one in streams[:9] if one.reads]
    while any(one.messages[-1][1] < last for one in heard):
        await asyncio.sleep(0.1)
    found = [one.messages[-1][1] for one in heard]
    for one in (*streams[:9], *pages[:9], lecturer):
        await one.close()
    return [last, *found]
