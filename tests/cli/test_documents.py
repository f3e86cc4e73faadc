"""README, CONTRIBUTING and the manual: their commands work, and what they name exists."""

import gzip
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from pkgutil import resolve_name
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from PIL import Image, ImageSequence
from support.documents import DOCUMENTS, ROOT, anchors, blocks, inline, links, programs, spans
from support.files import as_zip, idx, pictures_in, rows
from support.recording import recorded as recorded_run

from dashboard.lessons.finding import lessons
from dashboard.lessons.measures import measured
from dashboard.server.engine import RECORDED
from kdcore import RunConfig
from kdcore.cli.arguments import parser
from kdcore.data.idx import FILES
from kdcore.job import Job
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.kind import KINDS
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.store import Store, recorded

SMALL = RunConfig(
    dataset="digits",
    transfer_size=64,
    epochs=5,
    teacher="mlp:16",
    student="mlp:8",
    teacher_epochs=1,
    device="cpu",
)
SHORTER = {"epochs": "1", "teacher_epochs": "1", "transfer_size": "64", "trials": "2", "seeds": "0"}
"""What every command that trains gets at its end, as far as it has such settings."""
UNLESS_SAID = {"executor": "joint", "stages": "pruned"}
"""What it gets at its beginning, so that its own values win."""
OF_THE_SHELL = {".", "export", "python3", "pip"}
PATH = re.compile(r"[\w.*-]+(/[\w.*-]+)*/?")
SUFFIXES = (".py", ".md", ".toml", ".js", ".css")
IN_A_STORE = {*(kind.plural for kind in KINDS.values()), "teachers", "data", "trash"}


def executed(path):
    """What of a document is executed, in its order."""
    for block in blocks(path):
        if block.language == "python" and block.run:
            yield {"python": block.text}
        if block.language == "sh" and block.run:
            for words in block.commands():
                if programs(words)[1] == "kdcore":
                    yield {"command": programs(words)[2]}


def broken_off(store, config, at, **options):
    """A job that ends, as if its process had died, at its first event of this kind."""
    folder = store.create(config)
    events = recorded(Job(config, folder, **options), folder)
    assert any(event.kind == at for event in events), f"no {at}"
    events.close()
    return folder.id


def finished(store, config):
    folder = store.create(config)
    for event in recorded(Job(config, folder), folder):
        assert event.kind != "failed", event
    return folder.id


def stocked(place):
    """What words in capitals stand for in ``place``, and what they do after ``--resume``."""
    store = Store(place / "store")
    names = {
        name: finished(store, SMALL.replace(seed=at)) for at, name in enumerate(("OTHER", "RUN"))
    }
    names["DIR"] = "downloads"
    grid = SweepConfig(base=SMALL, temperatures=(1.0, 4.0), weights=(0.5,), seeds=(0,))
    space = SearchConfig(base=SMALL.replace(students="distilled"), trials=2)
    small = CompressionConfig.of(names["RUN"], SMALL, stages=("pruned",), epochs=1)
    stopped = {
        "RUN": broken_off(store, SMALL, "epoch"),
        "SWEEP": broken_off(store, grid, "sweep_prepared"),
        "SEARCH": broken_off(store, space, "trial_scored"),
        "COMPRESSION": broken_off(store, small, "stage_ended"),
    }
    run = finished(store, SMALL.replace(teacher="mlp:256,128", epochs=1))
    shutil.copy(store.find(run).path / "teacher.safetensors", place)
    write_mnist(place / "downloads" / "MNIST" / "raw")
    for name in ("photos.zip", "pets.zip"):
        as_zip(place / name, pictures_in(("cat", "dog"), 30, (32, 32)))
    table = "length,width,species\n" + rows(60, "{i},{i}.5,{name}")
    (place / "flowers.csv").write_text(table, encoding="utf-8")
    numbers = "size,price\n" + rows(60, "{i},{i}0.5")
    (place / "houses.csv").write_text(numbers, encoding="utf-8")
    (place / "settings.json").write_text(json.dumps(SMALL.to_dict()), encoding="utf-8")
    return names, stopped


def write_mnist(place):
    random = np.random.default_rng(0)
    place.mkdir(parents=True)
    for name, array in {
        FILES[0]: random.integers(0, 256, (200, 28, 28)),
        FILES[1]: np.arange(200) % 10,
        FILES[2]: random.integers(0, 256, (40, 28, 28)),
        FILES[3]: np.arange(40) % 10,
    }.items():
        (place / f"{name}.gz").write_bytes(gzip.compress(idx(array)))


def shortened(words):
    """A command that does the same with less."""
    options = vars(parser().parse_args(words))
    if options.get("resume") or options.get("branch") or words[0] == "again":
        return words  # the settings are those of another job
    before, after = (
        [
            part
            for name, value in less.items()
            if name in options
            for part in (f"--{name.replace('_', '-')}", value)
        ]
        for less in (UNLESS_SAID, SHORTER)
    )
    return [words[0], *before, *words[1:], *after]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_commands_of_the_documents_succeed(tmp_path):
    """All in one process, as most of the time would go into starting one for each."""
    (tmp_path / "stock").mkdir()
    names, stopped = stocked(tmp_path / "stock")
    items = []
    for name, path in DOCUMENTS.items():
        place = shutil.copytree(tmp_path / "stock", tmp_path / name)
        for item in executed(path):
            if words := item.get("command"):
                known = stopped if "--resume" in words else names
                item["command"] = shortened([known.get(word, word) for word in words])
            items.append(item | {"document": name, "place": str(place)})
    done = subprocess.run(
        [sys.executable, "-m", "support.execute_documents", str(tmp_path / "found.jsonl")],
        input="\n".join(map(json.dumps, items)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=880,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT)])},
    )
    found = (tmp_path / "found.jsonl").read_text(encoding="utf-8").splitlines()
    causes = [json.loads(line)["failed"] for line in found]

    assert len(causes) == len(items), done.stderr
    assert [pair for pair in zip(items, causes, strict=True) if pair[1]] == [], done.stderr


def test_every_page_that_has_commands_is_executed():
    assert {name for name, path in DOCUMENTS.items() if [*executed(path)]} >= {
        "README.md",
        *(f"docs/{page}.md" for page in ("getting-started", "methods", "resume", "python")),
    }


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_of_a_document_is_one(name):
    path = DOCUMENTS[name]
    shell = [
        words for block in blocks(path) if block.language == "sh" for words in block.commands()
    ]
    within = [shlex.split(span) for span in spans(path) if span.startswith("python -m ")]

    assert [words for words in (*shell, *within) if not is_command(*programs(words))] == []


def is_command(program, module, arguments):
    """Whether a program, or a module of Python, exists and takes such arguments."""
    files = [word for word in arguments if word.endswith((".py", ".txt"))]
    if not all((ROOT / file).is_file() for file in files):
        return False
    if module == "kdcore":
        return parser().parse_args(arguments) is not None
    if module.startswith("benchmarks."):
        text = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        return all(f'"{word}"' in text for word in arguments if word.startswith("--"))
    if module:
        return importlib.util.find_spec(module) is not None
    return program in OF_THE_SHELL or (Path(sys.executable).with_name(program)).is_file()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_that_a_document_names_exists(name):
    assert [span for span in spans(DOCUMENTS[name]) if not is_there(span)] == []


def is_there(span):
    """Whether a span is no path, or one of this project or of a store; capitals are any name."""
    first, _, rest = span.partition("/")
    if not PATH.fullmatch(span) or not (rest or span.endswith(SUFFIXES) or span.endswith("/")):
        return True
    if first in IN_A_STORE:
        return True
    pattern = re.sub(r"\b[A-Z]{2,}\b(?!\.md)", "*", span.rstrip("/"))
    return any(ROOT.glob(pattern if rest else f"**/{pattern}"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_says_to_be_in_a_file_is_in_it(name):
    text = DOCUMENTS[name].read_text(encoding="utf-8")
    pairs = re.findall(r"`(\w+)`\s+(?:in|of)\s+`([\w/]+\.\w+)`", text)
    wrong = [
        (word, file)
        for word, file in pairs
        if not re.search(rf"\b{word}\b", (ROOT / file).read_text(encoding="utf-8"))
    ]

    assert wrong == []


def test_a_glossary_names_where_its_words_are():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = text.partition("## Glossary")[2].splitlines()
    places = [line for line in lines if re.search(r"`\w+` in `[\w/]+\.py`", line)]

    assert len(places) > len(lines) / 2


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_name_in_python_that_a_document_uses_exists(name):
    for span in spans(DOCUMENTS[name]):
        if re.fullmatch(r"(kdcore|dashboard)(\.\w+)+", span):
            assert resolve_name(span)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name):
    path = DOCUMENTS[name]
    broken = []
    for link in links(path):
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


def test_every_page_of_the_manual_is_in_its_index():
    pages = {path.name for path in ROOT.glob("docs/*.md")} - {"README.md"}

    assert pages == {link for link in links(ROOT / "docs/README.md") if "/" not in link}


@pytest.mark.parametrize("room", ["kdcore", "dashboard", "kdcore/training"])
def test_the_tree_in_the_readme_has_every_room(room):
    trees = "".join(block.text for block in blocks(ROOT / "README.md") if not block.language)
    rooms = [path.parent.name for path in (ROOT / room).glob("*/__init__.py")]

    assert rooms
    assert [name for name in rooms if f"{name}/" not in trees] == []


def test_the_tree_in_the_readme_has_no_other_room():
    trees = "".join(block.text for block in blocks(ROOT / "README.md") if not block.language)
    named = set(re.findall(r"(?<![\w/])(?:\w+/)*\w+(?:/|\.py)(?!\w)", trees))
    places = [ROOT, *(ROOT / room for room in ("kdcore", "dashboard", "kdcore/training"))]
    places.append(ROOT / "dashboard/text")

    assert named
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_picture_is_there_and_is_told_to_those_who_cannot_see_it(name):
    shown = [token for token in inline(DOCUMENTS[name]) if token.type == "image"]

    assert [token.attrs["src"] for token in shown if len(token.content.split()) < 3] == []
    for token in shown:
        with Image.open(DOCUMENTS[name].parent / token.attrs["src"]) as picture:
            picture.load()


def test_every_picture_that_is_kept_is_shown_and_made_by_the_script():
    kept = {path.name for path in (ROOT / "docs/pictures").iterdir()}
    shown = {Path(link).name for path in DOCUMENTS.values() for link in links(path)}
    script = (ROOT / "scripts/make_pictures.py").read_text(encoding="utf-8")

    assert kept
    assert kept - shown == set()
    assert {name for name in kept if f'"{name}": ' not in script} == set()


def test_the_moving_picture_is_short_and_small():
    path = ROOT / "docs/pictures/live.gif"
    with Image.open(path) as picture:
        seconds = sum(frame.info["duration"] for frame in ImageSequence.Iterator(picture)) / 1000

    assert 8 <= seconds <= 15
    assert path.stat().st_size < 2_000_000


PLANS = ("docs/in-class.md", "docs/in-class.zh.md")


def plan(name):
    """A lesson plan's rows: minute, link, and the numbers with a decimal point of each."""
    rows = re.findall(r"^\| (\d+) \| (.*)$", (ROOT / name).read_text(encoding="utf-8"), re.M)
    return [
        (int(minute), re.findall(r"localhost:8501/(\S*?)\)", row), re.findall(r"\d+\.\d+", row))
        for minute, row in rows
    ]


@pytest.mark.parametrize("name", PLANS)
def test_the_figures_of_a_lesson_plan_are_those_of_the_recorded_runs(name):
    wrong = []
    for minute, addresses, figures in plan(name):
        taught = [
            re.search(r"lesson=([\w-]+)", address)[1] for address in addresses if "?l" in address
        ]
        runs = {lessons().found[lesson].recording for lesson in taught} or {RECORDED}
        known = {
            of["text"].strip("+−%") for run in runs for of in measured(recorded_run(run)).values()
        }
        wrong += [(minute, figure) for figure in figures if figure not in known | {"0.9"}]

    assert wrong == []


@pytest.mark.parametrize("name", PLANS)
def test_the_links_of_a_lesson_plan_open_cards_and_pages_that_there_are(name):
    for _, addresses, _ in plan(name):
        for address in addresses:
            parts = urlsplit(address)
            query = dict(parse_qsl(parts.query))
            assert not parts.path or (ROOT / f"dashboard/views/{parts.path}.py").is_file()
            if lesson := query.get("lesson"):
                assert 1 <= int(query["card"]) <= len(lessons().found[lesson].cards)


def test_a_lesson_plan_is_the_same_in_both_languages():
    english, chinese = (
        [
            (minute, [address.replace("&lang=zh", "") for address in addresses], sorted(figures))
            for minute, addresses, figures in plan(name)
        ]
        for name in PLANS
    )

    assert english == chinese
    assert [minute for minute, _, _ in english] == sorted(minute for minute, _, _ in english)
    assert english[-1][0] < 45
