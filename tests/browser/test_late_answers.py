"""Calls, files and answers that come late, in another order or not at all, in the components alone.

No app: the scripts are served from their folders, and the test itself is whoever answers them.
"""

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.server.encoding import base64_of
from dashboard.server.examples import example_message
from dashboard.server.routes import COMPONENTS

PLACE = "http://components.test/"
FILES = {path.name: path for kind in ("js", "css") for path in COMPONENTS.glob(f"*/*.{kind}")}
KINDS = {".js": "text/javascript", ".css": "text/css"}
# pauses are short; a stream, a request and the words of a component are what the test makes them
STAND_INS = """
window.pause = window.setTimeout.bind(window);
window.setTimeout = (act, wait, ...given) => pause(act, (wait ?? 0) / 20, ...given);
window.streams = [];
window.EventSource = class {
  readyState = 0;
  constructor(address) { this.address = String(address); this.told = {}; streams.push(this); }
  addEventListener(name, listener) { this.told[name] = listener; }
  tell(name, values) { this.told[name]({ data: JSON.stringify(values) }); }
  open() { this.readyState = 1; this.onopen(); }
  close() { this.readyState = 2; }
};
window.asked = [];
window.fetch = (address) => new Promise((answer, fail) => asked.push({
  address: String(address), fail: () => fail(new TypeError("lost")),
  answer: (values, ok = true) => answer({ ok, json: async () => values }),
}));
window.words = new Proxy({}, { get: (_, name) => (name === "toJSON" ? null : name + " {epoch}") });
"""


@pytest.fixture
def bench(page):
    """A page with nothing on it, from which the scripts can be imported.

    ``bench.lost`` has the names of files whose next request is lost.
    """

    def serve(route):
        name = route.request.url.removeprefix(PLACE).removeprefix("kd/static/")
        if name in page.lost:
            page.lost.remove(name)
            route.abort()
        elif name in FILES:
            kind = KINDS[FILES[name].suffix]
            route.fulfill(body=FILES[name].read_bytes(), content_type=kind)
        else:
            page_text = "<!doctype html><html lang=en><title>Bench</title><main></main></html>"
            route.fulfill(body=page_text, content_type="text/html")

    page.lost = []
    page.route(f"{PLACE}**", serve)
    page.add_init_script(STAND_INS)
    page.goto(PLACE)
    return page


CHART = {
    "name": "losses", "run": "a-run", "language": "en", "over_time": True, "height": 200,
    "params": {}, "title": "Losses",
}  # fmt: skip
CARD = {"hidden": [], "title": "Card", "text": "", "page": "live", "epoch": None}
PANEL = {
    "lesson": "one", "title": "One", "page": "live", "pages": {}, "card": 0, "run": "a-run",
    "recording": "a-run", "started": False, "set": {}, "language": "en", "cards": [CARD, CARD],
}  # fmt: skip
RUN = {"run": "a-run", "language": "en"}
LEARNERS = {"plain": "Plain", "distilled": "Distilled", "teacher": "Teacher"}
VIEWS = {
    "live_plot": (CHART, CHART | {"height": 300}),
    "live_plot-other": (CHART, CHART | {"name": "accuracy"}),
    "lesson_panel": (PANEL, PANEL | {"card": 1}),
    "transport": (RUN, RUN | {"branch": True}),
    "transport-alike": (RUN, RUN),
    "moment": (RUN | {"part": "formula"}, RUN | {"part": "scores", "learners": LEARNERS}),
}
"""The data of two calls that follow each other, by component."""


@pytest.mark.parametrize("name", VIEWS)
def test_a_call_that_comes_back_after_the_next_one_takes_no_view_away(bench, name):
    shown = bench.evaluate(
        """async ([script, ...calls]) => {
            const { mount } = await import(`/kd/static/${script}.js`);
            const parent = document.querySelector("main");
            const [first, second] = calls.map(data => mount(parent, { ...data, words }, () => {}));
            (await first)(); // as Streamlit does with a call that was overtaken
            const leave = await second;
            await new Promise(requestAnimationFrame);
            const shown = parent.childElementCount;
            leave();
            return [shown, parent.childElementCount];
        }""",
        [name.partition("-")[0], *VIEWS[name]],
    )

    assert shown == [1, 0]


def test_a_view_that_leaves_while_it_is_built_is_not_shown(bench):
    shown = bench.evaluate(
        """async ([data]) => {
            const { mount } = await import("/kd/static/transport.js");
            const parent = document.querySelector("main");
            const first = mount(parent, { ...data, words });
            (await mount(parent, { ...data, words }))();
            await first;
            return parent.childElementCount;
        }""",
        [RUN],
    )

    assert shown == 0


def test_a_style_sheet_that_was_lost_is_asked_for_again(bench):
    bench.lost += ["controls.css", "controls.css"]
    bench.evaluate("async () => (await import('/kd/static/dom.js')).stylesheet('controls.css')")

    bench.wait_for_function("document.querySelector('link')?.sheet?.cssRules.length")  # not empty
    assert bench.lost == []
    assert bench.locator("link").count() == 1


def test_the_chart_library_that_was_lost_is_asked_for_again(bench):
    figure = {"data": [{"type": "bar", "x": [1], "y": [2]}], "layout": {}}
    scripts = []
    bench.route("**/plotly.min.js", lambda route: scripts.append(route) or route.abort())
    bench.evaluate(
        """async ([data, replace]) => {
            const { mount } = await import("/kd/static/live_plot.js");
            await mount(document.querySelector("main"), { ...data, words });
            streams[0].open();
            streams[0].tell("figure", { name: "losses", replace });
        }""",
        [CHART, figure],
    )

    bench.wait_for_function(
        "performance.getEntriesByName(document.baseURI + 'kd/plotly.min.js').length > 1"
    )
    assert len(scripts) > 1


VIEW = """const { runView } = await import("/kd/static/bus.js");
const run = runView("a-run", "en");
const rest = () => new Promise(done => pause(done, 80));
const charts = address => new URL(address).searchParams.get("charts");
run.join();
streams[0].open();
await rest();
asked.pop()?.answer({ connected: true });
await rest();
"""


def told(bench, acts):
    """What was asked, by the charts that were named, after some acts on a run's view."""
    program = f"async () => {{ {VIEW} {acts} return asked.map(one => charts(one.address)); }}"
    return bench.evaluate(program)


def test_charts_are_named_one_message_after_the_other(bench):
    acts = """run.show("losses"); await rest(); run.show("accuracy"); await rest();
    if (asked.length > 1) return ["both at once"];
    asked[0].answer({ connected: true }); await rest();"""

    assert told(bench, acts) == ["losses", "losses,accuracy"]


@pytest.mark.parametrize(
    "answer", ["fail()", "answer({ connected: false })", "answer({ error: 'no' }, false)"]
)
def test_charts_that_the_app_did_not_get_are_named_again(bench, answer):
    acts = f"""run.show("losses"); await rest(); asked[0].{answer}; await rest(); await rest();
    asked[1]?.answer({{ connected: true }}); await rest(); await rest();"""

    assert told(bench, acts) == ["losses", "losses"]


def test_a_stream_that_was_refused_is_asked_for_again_while_somebody_looks(bench):
    refused = "streams.at(-1).readyState = 2; streams.at(-1).onerror();"
    counts = bench.evaluate(
        f"""async () => {{ {VIEW} const counts = [];
        {refused} counts.push(run.connected); await rest(); await rest();
        counts.push(streams.length); streams.at(-1).open(); counts.push(run.connected);
        const leave = run.join(); return counts; }}"""
    )

    assert counts == [False, 2, True]


def test_what_waits_for_an_answer_begins_anew_where_it_was_called_meanwhile(bench):
    """So the last soft labels of a run are fetched though those before are on their way."""
    kept = {"watched_points": np.zeros((2, 2), np.float32), "watched_labels": np.zeros(2, np.int64)}
    teacher = base64_of(np.zeros((2, 2)), "<f4")
    message = example_message(kept) | {"classes": ["a", "b"], "teacher": teacher}
    logits = base64_of(np.zeros((2, 2)), "<f4")
    since = bench.evaluate(
        """async ([data, message, logits]) => {
            const { mount } = await import("/kd/static/microscope.js");
            const rest = () => new Promise(done => pause(done, 120));
            const soft = () => asked.filter(one => one.address.includes("soft"));
            const state = { state: "running", live: true, position: 1, snapshots: [0],
              prepared: true };
            await mount(document.querySelector("main"), { ...data, words });
            streams[0].open();
            streams[0].tell("state", state);
            await rest();
            streams[0].tell("state", { ...state, live: false, snapshots: [0, 1] });
            await rest();
            soft()[0].answer({ ...message, snapshots: [{ epoch: 0, plain: logits }] });
            await rest();
            soft()[1]?.answer({ snapshots: [{ epoch: 1, plain: logits }] });
            await rest();
            return soft().map(one => new URL(one.address).searchParams.get("since"));
        }""",
        [
            RUN | {"learners": LEARNERS, "menu": {"words": {}, "caption": "", "run": "a-run"}},
            message,
            logits,
        ],
    )

    assert since == ["-1", "0"]
    expect(bench.locator(".kd-micro-epoch")).to_have_text("epoch 1")


def chart_of_a_moment(bench, acts):
    """What the note of a chart says in the end that was asked for twice: before and at epoch 1."""
    bench.evaluate(
        f"""async ([data]) => {{
            const {{ mount }} = await import("/kd/static/live_plot.js");
            const rest = () => new Promise(done => pause(done, 60));
            await mount(document.querySelector("main"), {{ ...data, words }});
            streams[0].open();
            streams[0].tell("state", {{ live: false, position: 1, snapshots: [1] }});
            await rest();
            window.figures = () => asked.filter(one => one.address.includes("figure"));
            {acts}
        }}""",
        [CHART | {"over_time": False}],
    )
    return bench.locator(".kd-plot-note")


def test_the_failure_of_an_older_question_does_not_hide_the_newer_answer(bench):
    note = chart_of_a_moment(
        bench, "figures()[0].fail(); await rest(); figures()[1].answer({ empty: 'the newer' });"
    )

    expect(note).to_have_text("the newer")


def test_a_chart_that_was_lost_on_its_way_is_asked_for_again(bench):
    note = chart_of_a_moment(
        bench,
        "figures()[0].answer({ empty: 'the older' }); figures()[1].fail();"
        "while (figures().length < 3) await rest();"
        "figures()[2].answer({ empty: 'the newer' });",
    )

    expect(note).to_have_text("the newer")


def test_a_moment_that_was_lost_on_its_way_is_asked_for_again(bench):
    moment = {"scores": {}, "headline": "ahead", "reasons": "", "numbers": ""}
    bench.evaluate(
        """async ([data, moment]) => {
            const { mount } = await import("/kd/static/moment.js");
            const { runView } = await import("/kd/static/bus.js");
            const rest = () => new Promise(done => pause(done, 30));
            const asks = () => asked.filter(one => one.address.includes("moment"));
            await mount(document.querySelector("main"), { ...data, words });
            streams[0].open();
            streams[0].tell("state", { live: false, position: 2, snapshots: [] });
            runView("a-run", "en").setCursor(1);
            while (asks().length < 1) await rest();
            asks()[0].fail();
            while (asks().length < 2) await rest();
            asks()[1].answer(moment);
        }""",
        [RUN | {"part": "moment", "learners": LEARNERS}, moment],
    )

    expect(bench.locator(".kd-headline")).to_have_text("ahead")


def test_a_moment_that_is_read_slowly_does_not_cover_the_end_of_a_replay(bench):
    older = {"scores": {}, "headline": "before the end", "reasons": "", "numbers": ""}
    bench.evaluate(
        """async ([data, older]) => {
            const { mount } = await import("/kd/static/moment.js");
            const { runView } = await import("/kd/static/bus.js");
            const rest = () => new Promise(done => pause(done, 60));
            let read = null;
            const json = () => new Promise(done => (read = done));
            window.fetch = async () => ({ ok: true, json });
            await mount(document.querySelector("main"), { ...data, words });
            streams[0].open();
            streams[0].tell("state", { live: false, position: 2, snapshots: [],
              moment: { ...older, headline: "the end" } });
            runView("a-run", "en").setCursor(1);
            while (!read) await rest();
            runView("a-run", "en").setCursor(null);
            await rest();
            read(older);
            await rest();
        }""",
        [RUN | {"part": "moment", "learners": LEARNERS}, older],
    )

    expect(bench.locator(".kd-headline")).to_have_text("the end")
