"""The folder of static pages: whole, closed in itself, and saying what the app says."""

import json
import re
import shutil
import subprocess
from dataclasses import asdict, replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from support import events as make
from support.runs import record

from dashboard import __main__ as command
from dashboard.charts import OF_A_MOMENT, OVER_TIME
from dashboard.charts.parts.bins import WAYS
from dashboard.export import folder as writing
from dashboard.export import runs as choosing
from dashboard.export.answers import OTHERS, answers_in
from dashboard.export.bundle import bundle
from dashboard.export.pages import PAGES, USUAL, VARIED, charts, words_of_the_folder
from dashboard.export.playable import NOT_HERE, can_be_met, lesson_data
from dashboard.lessons.conditions import Comparison
from dashboard.lessons.finding import lessons
from dashboard.server import engine, routes
from dashboard.server.encoding import json_text
from dashboard.server.shared_records import run_history, run_settings
from dashboard.server.visitors import Role, acting_as
from dashboard.text.languages import words
from dashboard.text.viewer import speaking
from kdcore.errors import UserError
from kdcore.hub import Hub
from kdcore.store import Store

RUN = "recorded-all-labels"
WITHOUT_3 = "recorded-never-saw-3"
ALL_CHARTS = charts({"drop_classes": "3"})
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="there is no Node.js to run the script")


@pytest.fixture(scope="module", autouse=True)
def recordings(tmp_path_factory):
    """The run that is written, and an empty store."""
    hub = Hub(
        Store(
            tmp_path_factory.mktemp("store"),
            recordings=[engine.RECORDINGS / run for run in (RUN, WITHOUT_3)],
        )
    )
    with engine.use(hub):
        yield
    hub.close()


@pytest.fixture(scope="module")
def written(recordings, tmp_path_factory):
    """The folder with one of the runs in one language, for it shall be quick."""
    place = tmp_path_factory.mktemp("folder") / "lesson"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choosing, "RECORDED_RUNS", (RUN,))
        patch.setattr(writing, "LANGUAGES", ("zh",))
        writing.write_folder(place)
    return place


def in_node(program):
    """What a module prints as JSON."""
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", program], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


# ------------------------------------------------------------------------------------- the folder


def test_whatever_a_file_of_the_folder_names_is_in_the_folder(written):
    page = (written / "index.html").read_text(encoding="utf-8")
    script = (written / writing.APP).read_text(encoding="utf-8")
    beside = (written / writing.APP).parent
    named = [written / name for name in re.findall(r'(?:src|href)="([^"]+)"', page)]
    named += [beside / name for name in re.findall(r'stylesheet\("([^"]+)"\)', script)]
    named += [beside / name for name in re.findall(r'new URL\("([^"]+)", scriptAddress\)', script)]
    for sheet in beside.glob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        named += [beside / name for name in re.findall(r"(?:url\(|@import )[\"']?([^\"')]+)", text)]

    assert len(named) > 5
    assert [path for path in named if not path.is_file()] == []


def test_every_chart_has_a_file_for_whatever_the_page_can_set(written):
    place = written / "data" / RUN / "zh"
    binned = [f"-{bins}-{done}" for bins in WAYS for done in ("true", "false")]
    calibrated = ["-true", "-false"]
    ends = {(): [""], ("calibrated",): calibrated, ("bins", "calibrated"): binned}
    wanted = {
        f"figures-{name}{end}.js"
        for name in charts(run_settings(RUN))
        if name in OF_A_MOMENT
        for end in ends[VARIED.get(name, ())]
    }

    assert {path.name for path in place.iterdir()} == wanted | {"run.js"}


def test_nothing_in_the_folder_points_outside(written):
    own = [
        path
        for path in written.rglob("*")
        if path.is_file() and path != written / writing.PLOTLY and path.suffix != ".svg"
    ]
    outside = {
        address
        for path in own
        for address in re.findall(r"(?:https?:)?//[\w.]+\.\w{2,}[\w./]*", path.read_text("utf-8"))
    }

    assert {address for address in outside if "www.w3.org" not in address} == set()


def test_every_text_that_the_pages_ask_for_is_there():
    with speaking("zh"):
        told = words_of_the_folder([RUN], [])
    asked = {
        name
        for path in writing.BROWSER.glob("*.js")
        for name in re.findall(r"texts\.(\w+)", path.read_text(encoding="utf-8"))
    }

    assert asked
    assert asked - told["texts"].keys() == set()
    assert told["texts"]["name"] == words("zh")["component.static.name"]
    assert {f"nav_{name}" for name in PAGES} <= told["texts"].keys()


@pytest.mark.parametrize("name", [name for name in ALL_CHARTS if name in OF_A_MOMENT])
def test_a_chart_depends_on_no_other_setting_than_is_said(name):
    history, spoken = run_history(WITHOUT_3), words("en")
    changed = {"bins": 5, "calibrated": True, "bias": 2.5}
    varied = VARIED.get(name, ())

    def drawn(**settings):
        return json_text(OF_A_MOMENT[name](history, spoken, **USUAL | settings | OTHERS))

    same = {setting for setting in USUAL if drawn() == drawn(**{setting: changed[setting]})}
    assert same == USUAL.keys() - set(varied)


# ------------------------------------------------------------------------------------ the answers


@pytest.fixture(scope="module")
def answers(written):
    """``answers(paths)``: what the folder's ``fetch`` answers, in Node.js instead of a browser."""

    def answers(paths):
        source = writing.BROWSER / "recorded_source.js"
        return in_node(f"""
            import {{ readFileSync }} from "node:fs";
            import {{ runInThisContext }} from "node:vm";
            globalThis.window = globalThis;
            const app = {json.dumps((written / writing.APP).as_uri())};
            globalThis.document = {{
              baseURI: "http://localhost/", currentScript: {{ src: app }},
              createElement: () => ({{ remove() {{}} }}),
              head: {{ append: (script) => setImmediate(() => {{
                runInThisContext(readFileSync(new URL(script.src), "utf8"));
                script.onload();
              }}) }},
            }};
            const text = readFileSync({json.dumps(str(source))}, "utf8");
            const {{ fetch }} = await import("data:text/javascript," + encodeURIComponent(text));
            const found = [];
            for (const path of {json.dumps(paths)}) {{
              const answer = await fetch(new URL(`kd/${{path}}`, document.baseURI));
              found.push(answer.ok ? await answer.json() : null);
            }}
            console.log(JSON.stringify(found));
        """)

    return answers


@needs_node
def test_a_run_brings_its_notes_into_the_folder():
    run = "20260101-000000-aaaa"
    with acting_as(Role.LECTURER):
        record(engine.store(), run, make.whole_run())
        note = asdict(engine.store().pin(run, 1.5, "</script> 看这里"))
    name, values = next(answers_in("zh", run))
    source = (writing.BROWSER / "recorded_source.js").read_text(encoding="utf-8")
    heard = in_node(f"""
        globalThis.window = globalThis;
        globalThis.document = {{
          baseURI: "http://localhost/", currentScript: {{ src: "http://localhost/a/b/app.js" }},
          createElement: () => ({{ remove() {{}} }}),
          head: {{ append: () => kdcoreData("{run}/zh/run", {json_text(values)}) }},
        }};
        const {{ EventSource }} = await import(
          "data:text/javascript," + encodeURIComponent({json.dumps(source)}));
        const source = new EventSource("kd/live?run={run}&lang=zh&viewer=a&charts=");
        source.addEventListener("notes", ({{ data }}) => console.log(data));
    """)

    assert name == "run"
    assert heard == [note]


@needs_node
def test_the_folder_answers_as_the_app_does(answers):
    of_run = f"run={RUN}&lang=zh"
    paths = [
        f"figure/accuracy?{of_run}",
        f"figure/reliability?{of_run}&bins=30&calibrated=true&epoch=3",
        f"figure/reliability?{of_run}",
        f"figure/ece_by_bins?{of_run}&bins=60&calibrated=true&epoch=0",
        f"figure/confusion?{of_run}&epoch=10",
        f"moment?{of_run}&at=0",
        f"moment?{of_run}&at=3.25",
        f"moment?{of_run}&at=10",
        f"measures?{of_run}",
        f"soft?{of_run}&since=-1",
    ]
    with TestClient(Starlette(routes=routes.ROUTES)) as app:
        expected = [app.get(f"/kd/{path}").json() for path in paths]

    assert answers(paths) == expected


@needs_node
def test_soft_labels_come_from_an_epoch_on_and_what_is_not_there_is_said(answers):
    since, unknown = answers([f"soft?run={RUN}&lang=zh&since=8", f"figure/cka?run={RUN}&lang=zh"])

    assert [snapshot["epoch"] for snapshot in since["snapshots"]] == [9, 10]
    assert unknown is None


# ------------------------------------------------------------------------------------- the lessons


@pytest.mark.parametrize("lesson", lessons().found.values(), ids=lambda one: one.name)
def test_a_card_can_be_completed_or_says_that_it_needs_the_program(lesson):
    with speaking("en"):
        told = lesson_data(lesson, list(PAGES), dict.fromkeys(PAGES, "a page"))
    note = words("en")["component.static.needs_program"]

    for card, shown in zip(lesson.cards, told["cards"], strict=True):
        met = can_be_met(card, PAGES)
        assert shown["page"] in PAGES
        assert (shown["done"] is not None) == (card.done is not None and met)
        assert ("task" in shown) == ("task" in card.words["en"] and met)
        assert (note in shown["text"]) == (not met or card.run == "new" or card.part in NOT_HERE)
        if not met and card.done:
            assert card.words["en"]["task"] in shown["text"]


def test_what_a_recorded_run_can_show_is_known():
    card = lessons().found["temperature"].cards[0]
    possible = {
        ("temperature", Comparison("entropy", "at_least", 1.5)): True,
        ("live", Comparison("run_started", "equals", True)): True,
        ("live", Comparison("epoch", "at_least", 5)): True,
        ("live", Comparison("set_temperature", "at_least", 8)): False,
        ("calibration", Comparison("set_bins", "at_least", 60)): True,
        ("live", Comparison("set_bias", "at_least", 0.5)): True,
        ("landscape", Comparison("page", "equals", "landscape")): False,
        ("landscape", None): False,
        ("live", None): True,
    }

    for (page, done), expected in possible.items():
        assert can_be_met(replace(card, page=page, done=done), PAGES) == expected


# -------------------------------------------------------------------------------------- the script


def scripts_in(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return {path.name: path for path in folder.glob("*.js")}


SHADOW = "export const fetch = (what) => `recorded ${what}`;\nexport const unused = 1;\n"


@needs_node
def test_modules_become_one_script_in_the_order_in_which_they_need_one_another(tmp_path):
    scripts = scripts_in(
        tmp_path,
        shadow=SHADOW,
        numbers="export const ONE = 1, TWO = 2;\nexport function sum(a, b) { return a + b; }\n",
        place='import { TWO as two } from "./numbers.js";\n'
        'export const here = () => [two, new URL("x.css", import.meta.url).href];\n',
        entry='import { here } from "./place.js";\nimport {\n  ONE, sum,\n} from "./numbers.js";\n'
        "const two = 5;\nwindow.found = [...here(), sum(ONE, two), fetch('it')];\n",
    )
    script = bundle("entry.js", scripts, instead="shadow.js", names=("fetch",))
    found = in_node(f"""
        import {{ runInThisContext }} from "node:vm";
        globalThis.window = globalThis;
        globalThis.document = {{ currentScript: {{ src: "file:///folder/app.js" }} }};
        runInThisContext({json.dumps(script)});
        console.log(JSON.stringify(window.found));
    """)

    assert found == [2, "file:///folder/x.css", 6, "recorded it"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('import { two } from "./other.js";\n', r"other\.js does not export two"),
        ('import { one } from "./nothing.js";\n', r"entry\.js imports nothing\.js"),
        ('import all from "./other.js";\n', "not known"),
        ("export default 3;\n", "not known"),
        ('import { one } from "./round.js";\nexport const x = 1;\n', "import one another"),
    ],
)
def test_what_the_bundler_does_not_know_is_an_error(tmp_path, entry, message):
    scripts = scripts_in(
        tmp_path,
        shadow=SHADOW,
        other="export const one = 1;\n",
        round='import { x } from "./entry.js";\nexport const one = x;\n',
        entry=entry,
    )

    with pytest.raises(ValueError, match=message):
        bundle("entry.js", scripts, instead="shadow.js", names=("fetch",))


@needs_node
def test_the_script_of_the_pages_is_a_classic_script_of_all_views(written):
    script = written / writing.APP
    text = script.read_text(encoding="utf-8")

    subprocess.run([NODE, "--check", str(script)], check=True)
    assert "import.meta" not in text
    for name in ("temperature_lab", "microscope", "moment", "transport", "lesson_panel"):
        assert f"modules['{name}.js']" in text


@needs_node
def test_a_place_is_read_from_the_address_that_was_written_of_it():
    source = (writing.BROWSER / "folder_place.js").read_text(encoding="utf-8")
    place = {
        "page": "live",
        "run": "b",
        "lang": "zh",
        "lesson": "no-help",
        "card": 3,
        "bins": 30,
        "calibrated": True,
        "bias": -2.5,
        "projector": True,
        "chart": "losses",
    }
    usual = {
        "page": "start",
        "run": "a",
        "lang": "en",
        "lesson": "",
        "card": 1,
        "bins": None,
        "calibrated": False,
        "bias": None,
        "projector": False,
        "chart": "",
    }
    found = in_node(f"""
        const text = {json.dumps(source)};
        const {{ hashOf, placeOf }} =
          await import("data:text/javascript," + encodeURIComponent(text));
        const known = {{ pages: ["start", "live"], runs: ["a", "b"], languages: ["en", "zh"] }};
        const read = (hash) => placeOf(hash, known);
        console.log(JSON.stringify([
          read(hashOf({json.dumps(place)})), read(hashOf({json.dumps(usual)})),
          read("#page=x&run=%00&lang=fr&card=-2&bins=many"),
        ]));
    """)

    assert found == [place, usual, usual]


# ------------------------------------------------------------------------------------- the command


@pytest.fixture
def short(monkeypatch):
    """Only one file is written."""
    monkeypatch.setattr(
        writing, "_contents", lambda runs: iter([("data/one.js", b"x" * 1_500_000)])
    )


@pytest.mark.usefixtures("short")
def test_the_command_says_how_much_was_written(tmp_path, capsys):
    assert command.main(["export-lesson", str(tmp_path / "new" / "folder")]) == 0
    assert (tmp_path / "new" / "folder" / "data" / "one.js").is_file()
    assert "1.5 MB" in capsys.readouterr().out


@pytest.mark.usefixtures("short")
def test_a_folder_with_something_in_it_is_left_alone_unless_forced(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    assert command.main(["export-lesson", str(tmp_path)]) == 2
    assert "--force" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert command.main(["export-lesson", str(tmp_path), "--force", "--lang", "zh"]) == 0
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert "index.html" in capsys.readouterr().out


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("force", [False, True])
def test_a_file_is_no_folder(tmp_path, force):
    (tmp_path / "taken").write_text("", encoding="utf-8")

    with pytest.raises(UserError):
        writing.write_folder(tmp_path / "taken", force=force)


def test_a_lesson_that_cannot_be_read_is_named(short, tmp_path, monkeypatch, capsys):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "broken.toml").write_text("[", encoding="utf-8")
    monkeypatch.setenv("KDCORE_LESSONS", str(tmp_path / "own"))

    assert command.main(["export-lesson", str(tmp_path / "folder")]) == 0
    assert "broken.toml" in capsys.readouterr().err


def test_every_chart_of_the_pages_is_one():
    assert set(ALL_CHARTS) <= OVER_TIME.keys() | OF_A_MOMENT.keys()
