"""Lessons as files: what they may say, what is wrong with one, and what their figures are."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import events as make
from support.recording import recorded

import dashboard
from dashboard.lessons.__main__ import main
from dashboard.lessons.conditions import BOUNDS, EXAMPLES, SHOWN, Comparison, comparison
from dashboard.lessons.finding import BUNDLED, OWN, lessons
from dashboard.lessons.format import LessonError, _Reader, read_lesson
from dashboard.lessons.measures import MEASURES, Found, measured
from dashboard.lessons.parts import PARAMETERS, PARTS, SETTINGS
from dashboard.lessons.problems import Wrong
from dashboard.page.lesson import NOT_COMPARED
from dashboard.page.settings.values import KEYS
from dashboard.say.examples import most_ambiguous_example, most_telling_example
from dashboard.server.engine import RECORDED_RUNS, RECORDINGS
from dashboard.text.languages import LANGUAGES, words
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.record import RunRecord
from kdcore.store import JobFolder

CODE = Path(dashboard.__file__).parent
BUNDLED_LESSONS = {path.stem: read_lesson(path) for path in BUNDLED.glob("*.toml")}
NODE = shutil.which("node")


def texts_of(lesson, language):
    """All of a lesson's texts in a language."""
    for words_ in (lesson.words, *(card.words for card in lesson.cards)):
        for text in words_[language].values():
            yield from text if isinstance(text, list) else [text]


def names_in(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


# ------------------------------------------------------------------------- those that are bundled


def test_seven_lessons_of_eight_to_twelve_cards_come_with_the_program():
    assert len(BUNDLED_LESSONS) >= 7
    assert list(lessons().found) == list(dict.fromkeys(lessons().found))
    assert sorted(lessons().found) == sorted(BUNDLED_LESSONS)
    assert {name: len(one.cards) for name, one in BUNDLED_LESSONS.items()
            if not 8 <= len(one.cards) <= 12} == {}  # fmt: skip


@pytest.mark.parametrize("name", BUNDLED_LESSONS)
def test_most_cards_are_completed_by_something_one_does(name):
    cards = BUNDLED_LESSONS[name].cards

    assert sum(bool(card.done or card.predict) for card in cards) > len(cards) / 2
    assert any(card.predict for card in cards)


@pytest.mark.parametrize("name", BUNDLED_LESSONS)
def test_the_recorded_run_of_a_lesson_has_the_settings_of_its_live_run(name):
    lesson = BUNDLED_LESSONS[name]
    assert lesson.recording in RECORDED_RUNS
    wanted = RunConfig(**lesson.settings).to_dict() if lesson.settings else {}
    config = JobFolder(RECORDINGS / lesson.recording, RUN).config.to_dict()

    assert {key for key in wanted if config[key] != wanted[key]} <= NOT_COMPARED


@pytest.mark.parametrize("name", BUNDLED_LESSONS)
def test_every_figure_that_a_lesson_names_is_measured_on_its_recorded_run(name):
    lesson = BUNDLED_LESSONS[name]
    found = measured(recorded(lesson.recording))
    named = {one for language in LANGUAGES for text in texts_of(lesson, language)
             for one in names_in(text)}  # fmt: skip
    predicted = {card.predict.measure for card in lesson.cards if card.predict}

    assert named | predicted <= found.keys()


@pytest.mark.parametrize("name", BUNDLED_LESSONS)
def test_both_languages_name_the_same_figures(name):
    lesson = BUNDLED_LESSONS[name]
    english, chinese = (list(texts_of(lesson, language)) for language in ("en", "zh"))

    assert [names_in(text) for text in english] == [names_in(text) for text in chinese]


@pytest.mark.parametrize("name", BUNDLED_LESSONS)
def test_chinese_cards_have_chinese_punctuation_and_no_figure_stands_in_a_text(name):
    lesson = BUNDLED_LESSONS[name]
    narrow = re.compile(r"[\u4e00-\u9fff] ?[,:;?!]|[,;?!] ?[\u4e00-\u9fff]")

    label = words("zh")["component.temperature_lab.ratio"]  # as it stands on the page

    texts = [text.replace(label, "") for text in texts_of(lesson, "zh")]
    assert [text for text in texts if narrow.search(text)] == []
    then = [card.words[language].get("then", "") for card in lesson.cards for language in LANGUAGES]
    assert [text for text in then if re.search(r"\d+\.\d+%", text)] == []


# ---------------------------------------------------------------------- what pages and parts are


def test_a_card_may_open_every_page_but_those_of_the_lessons_and_of_the_class():
    views = {path.stem for path in (CODE / "views").glob("[!_]*.py")}

    assert PARTS.keys() == views - {"lessons", "classroom"}


def test_the_address_parameters_are_those_of_the_pages():
    assert SETTINGS == KEYS
    for page in PARAMETERS:
        source = (CODE / "views" / f"{page}.py").read_text(encoding="utf-8")
        source += "".join(path.read_text("utf-8") for path in (CODE / "page").rglob("*.py"))
        for name in PARAMETERS[page] - set(KEYS.values()):
            assert re.search(rf'read_param\(\s*"{name}"', source), name


NAMED = re.compile(r'data-testid="([\w-]+)"|st-key-(?:panel-)?(\w+)|\.(kd-[\w-]+)')


def test_every_part_is_named_in_the_code_of_the_pages():
    """The browser test looks whether it is there; this finds a renamed one in a second."""
    source = "".join(
        path.read_text("utf-8")
        for path in CODE.rglob("*")
        if path.suffix in (".py", ".js") and "lessons" not in path.parts
    )
    named = {
        one
        for parts in PARTS.values()
        for selector in parts.values()
        for found in NAMED.findall(selector)
        for one in filter(None, found)
    }

    assert len(named) > 20
    assert [one for one in named if not re.search(rf'["\s]{one}["\s]', source)] == []


# --------------------------------------------------------------------------------- the conditions


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"opens": "microscope"}, ("page", "equals", "microscope")),
        ({"shown": "entropy", "at_least": 1.5}, ("entropy", "at_least", 1.5)),
        ({"setting": "temperature", "at_most": 2}, ("set_temperature", "at_most", 2)),
        ({"setting": "calibrated", "equals": True}, ("set_calibrated", "equals", True)),
        ({"run": "started"}, ("run_started", "equals", True)),
        ({"run": "finished"}, ("run_finished", "equals", True)),
        ({"run": "epoch", "at_least": 5}, ("epoch", "at_least", 5)),
        ({"example": "students_differ"}, ("students_differ", "equals", True)),
    ],
)
def test_a_condition_is_one_comparison(condition, expected):
    assert comparison(condition) == Comparison(*expected)


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({}, "condition_form"),
        ({"opens": "live", "run": "started"}, "condition_form"),
        ({"shown": "entropy", "at_least": 1, "at_most": 2}, "condition_form"),
        ({"shown": "entropy", "above": 1}, "condition_form"),
        ({"shown": "entropy"}, "condition_bound"),
        ({"shown": "entropy", "at_least": "much"}, "condition_bound"),
        ({"setting": "weight", "at_least": True}, "condition_bound"),
        ({"run": "epoch"}, "condition_bound"),
        ({"shown": "loss", "at_least": 1}, "unknown"),
        ({"opens": "nowhere"}, "unknown"),
        ({"run": "forgotten"}, "unknown"),
        ({"setting": "colour", "equals": 1}, "unknown"),
    ],
)
def test_what_is_no_condition_is_refused(condition, code):
    with pytest.raises(Wrong) as caught:
        comparison(condition)
    assert caught.value.code == code


CASES = [
    # condition, page of the card, readings, completed
    ("entropy", "at_least", 1.5, {"page": "here", "entropy": 1.5}, True),
    ("entropy", "at_least", 1.5, {"page": "here", "entropy": 1.49}, False),
    ("entropy", "at_least", 1.5, {"page": "here"}, False),
    ("entropy", "at_least", 1.5, {"page": "here", "entropy": None}, False),
    ("entropy", "at_least", 1.5, {"page": "elsewhere", "entropy": 2}, False),
    ("temperature", "at_most", 0.6, {"page": "here", "temperature": 0.6}, True),
    ("temperature", "at_most", 0.6, {"page": "here", "temperature": 0.7}, False),
    ("set_calibrated", "equals", True, {"page": "here", "set_calibrated": True}, True),
    ("set_calibrated", "equals", True, {"page": "here", "set_calibrated": False}, False),
    ("set_bins", "equals", 60, {"page": "here", "set_bins": 60}, True),
    ("set_method", "equals", "kd", {"page": "here", "set_method": "kd"}, True),
    ("page", "equals", "right", {"page": "right"}, True),
    ("page", "equals", "right", {"page": "here"}, False),
]


@pytest.mark.skipif(NODE is None, reason="node is not installed; a browser test plays a lesson")
def test_the_browser_completes_a_card_when_its_comparison_holds():
    script = (CODE / "components/lesson_panel/lesson_conditions.js").as_uri()
    cases = [
        ({"done": dict(zip(("reading", "bound", "value"), case[:3], strict=True)), "page": "here"},
         case[3]) for case in CASES
    ]  # fmt: skip
    program = f"""
    const {{ isCompleted, outcome, withMeasures }} = await import({json.dumps(script)});
    const cases = {json.dumps(cases)};
    console.log(JSON.stringify([
      cases.map(([card, readings]) => isCompleted(card, readings)),
      isCompleted({{ done: null, page: "here" }}, {{ page: "here" }}),
      [-9, -2, 0, 1.99, 2, 9, null, undefined].map((value) => outcome({{ cuts: [-2, 2] }}, value)),
      withMeasures("{{a}} and {{b}}", {{ a: {{ text: "1%" }} }}, "?"),
      withMeasures("{{{{a}}}} and {{{{{{a}}}}}}", {{ a: {{ text: "1%" }} }}, "?"),
    ]));"""
    done = subprocess.run(
        [NODE, "--input-type=module", "--eval", program], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout) == [
        [case[4] for case in CASES],
        False,
        [0, 1, 1, 1, 2, 2, None, None],
        "1% and ?",
        "{a} and {1%}",
    ]


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_what_the_browser_has_kept_of_a_lesson_fits_the_cards_that_there_are():
    script = (CODE / "components/lesson_panel/lesson_progress.js").as_uri()
    nothing = {"card": 0, "done": [], "chosen": {}}
    cases = [
        # kept, what is used with three cards, of which the middle one has two options
        (None, nothing),
        ("null", nothing),
        ("{", nothing),
        ('{"card": -1, "done": null, "chosen": 7}', nothing),
        ('{"card": "2", "done": ["0", 0.5], "chosen": {"1": "a"}}', nothing),
        (
            '{"card": 2, "done": [0, 1], "chosen": {"1": 1}}',
            {"card": 2, "done": [0, 1], "chosen": {"1": 1}},
        ),
        (
            '{"card": 9, "done": [0, 1, 9], "chosen": {"0": 0, "1": 2, "9": 0}}',
            {"card": 2, "done": [0], "chosen": {}},
        ),
    ]
    program = f"""
    const {{ fitting, progressOf }} = await import({json.dumps(script)});
    const cards = [{{}}, {{ predict: {{}}, options: ["a", "b"] }}, {{}}];
    console.log(JSON.stringify({json.dumps([kept for kept, _ in cases])}.map((kept) => {{
      globalThis.localStorage = {{ getItem: () => kept }};
      return fitting(progressOf("any"), cards);
    }})));"""
    done = subprocess.run(
        [NODE, "--input-type=module", "--eval", program], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout) == [used for _, used in cases]


# ---------------------------------------------------------------------------------- own lessons

CARD = """
[[card]]
page = "temperature"
part = "curve"
done = { shown = "entropy", at_least = 1 }
[card.en]
title = "A"
text = "{accuracy_plain}"
task = "C"
[card.zh]
title = "甲"
text = "乙"
task = "丙"
"""
SIMPLE = (
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.dates()
    | st.just(10**400)
)
ANYTHING = st.recursive(
    SIMPLE,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["opens", "shown", "setting", "run", "en", "a"]), inner)
    ),
    max_leaves=4,
)
HEAD = """
recording = "recorded-mnist5k"
[en]
title = "T"
about = "A"
ask = ["?"]
goes_wrong = ["!"]
[zh]
title = "题"
about = "关于"
ask = ["？"]
goes_wrong = ["！"]
"""


def problems(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    try:
        read_lesson(path)
    except LessonError as error:
        found = error
    else:
        return []
    for language in LANGUAGES:
        assert len(found.lines(words(language))) == len(found.problems)
    return [(problem.card, problem.code) for problem in found.problems]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ('page = "temperature"', 'page = "nowhere"', [(1, "unknown")]),
        ('page = "temperature"', "", [(1, "missing")]),
        ('part = "curve"', 'part = "bias"', [(1, "unknown")]),
        ('part = "curve"', 'colour = "red"', [(1, "unknown_key")]),
        ('part = "curve"', 'parameters = { T = "4" }', [(1, "unknown")]),
        ('part = "curve"', 'run = "new"', [(1, "new_run")]),
        ('part = "curve"', 'epoch = "first"', [(1, "no_number")]),
        ('part = "curve"', "reveals = 1", [(1, "no_flag")]),
        ('part = "curve"', 'predict = { measure = "gain", cuts = [2, 1] }', [(1, "cuts")]),
        ('part = "curve"', 'predict = { measure = "dropped", cuts = [1] }', [(1, "cuts")]),
        ('part = "curve"', 'predict = { measure = "gain", cuts = [1] }', [(1, "done_and_predict")]),
        (
            'part = "curve"\ndone = { shown = "entropy", at_least = 1 }',
            'predict = { measure = "gain", cuts = [1], hides = true }',
            [(1, "hides_nothing")],
        ),
        (
            'part = "curve"\ndone = { shown = "entropy", at_least = 1 }',
            'predict = { measure = "gain", cuts = [1], hides = "curve" }',
            [(1, "hides")],
        ),
        (
            'part = "curve"\ndone = { shown = "entropy", at_least = 1 }',
            'predict = { measure = "gain", cuts = [1], hides = ["curve", "bias"] }',
            [(1, "unknown")],
        ),
        ('shown = "entropy", at_least = 1', 'run = "begun"', [(1, "unknown")]),
        ('done = { shown = "entropy"', 'done = { shown = "first"', [(1, "unknown")]),
        ('page = "temperature"\npart = "curve"', 'page = "live"', [(1, "not_shown_there")]),
        ('task = "C"\n', "", [(1, "no_text")]),
        ('title = "甲"\n', 'title = "甲"\nthen = "丁"\n', [(1, "languages_differ")]),
        ("{accuracy_plain}", "{accuracy}", [(1, "unknown")]),
        ("{accuracy_plain}", "{", [(1, "placeholder")]),
        ('recording = "recorded-mnist5k"', 'recording = "mine"', [(0, "recording")]),
        ('recording = "recorded-mnist5k"', "", [(0, "missing")]),
        ('[en]\ntitle = "T"', "[settings]\nweight = 7\n[en]\ntitle = 'T'", [(0, "settings")]),
        ('[en]\ntitle = "T"', "[settings]\ncolour = 7\n[en]\ntitle = 'T'", [(0, "unknown")]),
        ("ask = [", "asks = [", [(0, "no_text")]),
        ("[[card]]", "[card", [(0, "unreadable")]),
        ('page = "temperature"', "page = []", [(1, "unknown")]),
        ('part = "curve"', "part = {}", [(1, "unknown")]),
        ('part = "curve"', "run = 0", [(1, "unknown")]),
        ('part = "curve"', "epoch = -1", [(1, "no_number")]),
        ('part = "curve"', "epoch = nan", [(1, "no_number")]),
        ('part = "curve"', f"minutes = 1{'0' * 400}", [(1, "no_number")]),
        ('part = "curve"', "minutes = inf", [(1, "no_number")]),
        ('task = "C"', "task = 7", [(1, "no_text")]),
        ('task = "C"', 'task = "C"\nthen = ["D"]', [(1, "no_text")]),
        ("{accuracy_plain}", "{accuracy_plain:.1f}", [(1, "placeholder")]),
        ("{accuracy_plain}", "{accuracy_plain!r}", [(1, "placeholder")]),
        ("{accuracy_plain}", "{{accuracy}}", []),
        ('"recorded-mnist5k"', '"../recordings/recorded-mnist5k"', [(0, "recording")]),
        ('"recorded-mnist5k"', f'"{"a" * 300}"', [(0, "recording")]),
        ('"recorded-mnist5k"', '"recorded-mnist5k\\u0000"', [(0, "recording")]),
        ('"recorded-mnist5k"', f'"{"9" * 5000}"', [(0, "recording")]),
        ('"recorded-mnist5k"', "9" * 5000, [(0, "unreadable")]),
        ('"recorded-mnist5k"', "[" * 5000 + "]" * 5000, [(0, "unreadable")]),
        (
            'part = "curve"\ndone = { shown = "entropy", at_least = 1 }',
            'part = "curve"\npredict = { measure = "gain", cuts = [nan] }',
            [(1, "cuts")],
        ),
        (
            'part = "curve"\ndone = { shown = "entropy", at_least = 1 }',
            'part = "curve"\npredict = { measure = "gain", cuts = [1], hide = true }',
            [(1, "unknown_key")],
        ),
    ],
)
def test_what_is_wrong_with_a_lesson_is_said_with_its_card(tmp_path, old, new, expected):
    assert problems(tmp_path, (HEAD + CARD).replace(old, new, 1)) == expected


@pytest.mark.parametrize(
    ("page", "done", "code"),
    [
        ("temperature", 'shown = "entropy", at_least = 2.4', "never"),
        ("temperature", 'shown = "entropy", at_least = nan', "condition_bound"),
        ("temperature", 'shown = "temperature", at_most = 0', "never"),
        ("temperature", 'shown = "highest", equals = 1.5', "never"),
        ("step", 'shown = "phase", at_least = 9', "never"),
        ("live", 'run = "epoch", at_least = 31', "never"),
        ("live", 'run = "epoch", at_least = 20', None),
        ("live", 'example = "pinned"', "not_shown_there"),
        ("microscope", 'example = "pinned"', None),
        ("right", 'setting = "temperature", at_least = 8', "not_shown_there"),
        ("live", 'setting = "temperature", at_least = 101', "never"),
        ("live", 'setting = "temperature", equals = "warm"', "never"),
        ("live", 'setting = "method", at_least = 1', "never"),
        ("live", 'setting = "optimizer", equals = "sgd"', None),
        ("live", 'setting = "optimizer", equals = {}', "never"),
        ("live", 'setting = "bias", at_least = 10.5', "never"),
        ("calibration", 'setting = "bins", equals = 7', "never"),
        ("calibration", 'setting = "bins", equals = 60', None),
        ("calibration", 'setting = "calibrated", equals = "yes"', "never"),
    ],
)
def test_a_card_that_nobody_could_complete_is_refused(tmp_path, page, done, code):
    card = CARD.replace('"temperature"\npart = "curve"', f'"{page}"').replace(
        'shown = "entropy", at_least = 1', done
    )

    assert problems(tmp_path, HEAD + card) == ([(1, code)] if code else [])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ((HEAD + CARD).encode("utf-8-sig"), None),
        ((HEAD + CARD).replace("\n", "\r\n").encode(), None),
        ((HEAD + CARD).encode("utf-16"), "not_utf8"),
        ((HEAD + CARD).encode("gb18030"), "not_utf8"),
        (b"# " + b"-" * (1 << 20), "too_large"),
        (None, "no_file"),
    ],
)
def test_a_file_is_read_however_an_editor_saved_it_or_says_what_to_do(tmp_path, content, code):
    path = tmp_path / "mine.toml"
    path.mkdir() if content is None else path.write_bytes(content)
    if code is None:
        assert read_lesson(path).words["zh"]["title"] == "题"
        return
    with pytest.raises(LessonError) as raised:
        read_lesson(path)

    assert [problem.code for problem in raised.value.problems] == [code]
    assert all("mine.toml" in raised.value.lines(words(language))[0] for language in LANGUAGES)


@settings(max_examples=40)
@given(data=st.data())
def test_whatever_stands_in_a_lesson_is_read_or_named(data):
    """Every value may be any other one."""
    tree = tomllib.loads(HEAD + CARD)
    place: Any = tree
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(ANYTHING)
    reader = _Reader("mine")
    reader.lesson(tree)
    for language in LANGUAGES:
        lines = LessonError("mine.toml", reader.problems).lines(words(language))
        assert all(line.startswith("mine.toml") for line in lines)


def test_a_card_that_is_no_table_is_named(tmp_path):
    assert problems(tmp_path, "card = [1]\n" + HEAD) == [(1, "no_table")]


def test_all_mistakes_are_said_at_once(tmp_path):
    wrong = HEAD.replace("recorded-mnist5k", "x") + CARD.replace('"curve"', '"x"') * 2

    assert problems(tmp_path, wrong) == [(0, "recording"), (1, "unknown"), (2, "unknown")]


def test_a_prediction_has_an_option_for_every_range(tmp_path):
    card = CARD.replace('done = { shown = "entropy", at_least = 1 }', "").replace(
        "[card.en]", '[card.predict]\nmeasure = "gain"\ncuts = [-1, 1]\n[card.en]'
    )
    for letter, options in (("C", '["a", "b", "c"]'), ("丙", '["一", "二"]')):
        card = card.replace(f'task = "{letter}"', f'question = "?"\noptions = {options}')

    assert problems(tmp_path, HEAD + card) == [(1, "options")]
    assert problems(tmp_path, HEAD + card.replace('"二"]', '"二", "三"]')) == []


def test_own_lessons_follow_the_bundled_ones_and_may_replace_them(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text(HEAD + CARD, encoding="utf-8")
    (tmp_path / "temperature.toml").write_text(HEAD + CARD, encoding="utf-8")
    (tmp_path / "wrong.toml").write_text("[[card]]", encoding="utf-8")
    monkeypatch.setenv(OWN, str(tmp_path))
    found = lessons()

    assert list(found.found) == [*BUNDLED_ORDER, "mine"]
    assert len(found.found["temperature"].cards) == 1
    assert [error.file for error in found.errors] == ["wrong.toml"]


BUNDLED_ORDER = list(lessons().found)


@pytest.mark.parametrize("own", ["nowhere", "~nobody-of-this-name/lessons", "file.toml"])
def test_a_folder_of_lessons_that_is_none_is_named(tmp_path, monkeypatch, own):
    (tmp_path / "file.toml").write_text(HEAD + CARD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(OWN, own)
    found = lessons()

    assert list(found.found) == BUNDLED_ORDER
    assert [(error.file, error.problems[0].code) for error in found.errors] == [(own, "no_folder")]


def test_a_file_that_cannot_be_looked_at_or_named_leaves_the_other_lessons(tmp_path, monkeypatch):
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "un\x07readable.toml").write_text(HEAD + CARD, encoding="utf-8")
    (tmp_path / "well.toml").write_text(HEAD + CARD, encoding="utf-8")
    monkeypatch.setenv(OWN, str(tmp_path))
    found = lessons()

    assert list(found.found) == [*BUNDLED_ORDER, "well"]
    assert [error.problems[0].code for error in found.errors] == ["no_file", "file_name"]


def test_a_lesson_that_was_changed_is_read_anew(tmp_path, monkeypatch):
    monkeypatch.setenv(OWN, str(tmp_path))
    path = tmp_path / "mine.toml"
    for count in (1, 2):
        path.write_text(HEAD + CARD * count, encoding="utf-8")
        assert len(lessons().found["mine"].cards) == count


def test_the_command_checks_files(tmp_path, capsys):
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(HEAD + CARD, encoding="utf-8")
    bad.write_text(HEAD + CARD.replace("curve", "bend"), encoding="utf-8")

    assert main([str(good)]) == 0
    assert "good.toml: a lesson of 1 card and" in capsys.readouterr().out
    assert main([str(bad), str(good), "--lang", "zh"]) == 1
    printed = capsys.readouterr()
    assert "bad.toml，第 1 张卡片" in printed.err
    assert "bend" in printed.err
    assert "good.toml" in printed.out


def test_the_command_writes_every_name_on_every_terminal(tmp_path):
    (tmp_path / "好.toml").write_text(HEAD + CARD, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.lessons", str(tmp_path / "好.toml")],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u597d.toml: a lesson of 1 card" in done.stdout


# ----------------------------------------------------------------------------------- the figures


def softmax(logits):
    powers = [np.exp(z - max(logits)) for z in logits]
    return [power / sum(powers) for power in powers]


def test_answers_and_entropies_of_single_examples_are_those_of_loops():
    found = recorded("recorded-mnist5k")
    values = {name: one["value"] for name, one in measured(found).items()}
    logits = found.start["teacher_watched"].astype(float).tolist()
    for example, at in (
        ("telling", most_telling_example(found.start)),
        ("ambiguous", most_ambiguous_example(found.start)),
    ):
        for temperature in (1, 4, 20):
            answer = softmax([z / temperature for z in logits[at]])
            entropy = -sum(p * np.log(p) for p in answer)
            assert values[f"{example}_entropy_t{temperature}"] == pytest.approx(entropy)
            assert values[f"{example}_share_t{temperature}"] == pytest.approx(100 * max(answer))
        first, second = sorted(range(10), key=lambda c: -logits[at][c])[:2]
        assert values[f"{example}_first"] == str(first)
        assert values[f"{example}_second"] == str(second)
    leads = [np.diff(sorted(softmax(row))[-2:])[0] for row in logits]
    assert most_ambiguous_example(found.start) == int(np.argmin(leads))


def test_the_gradient_is_that_of_the_divergence_by_finite_differences():
    found = recorded("recorded-mnist5k")
    few = {name: found.start[name][:3] for name in ("teacher_watched", "watched_labels")}
    before = {"distilled_watched": found.before["distilled_watched"][:3]}
    values = measured(Found(found.record, found.start | few, before))

    def divergence(student, teacher, temperature):
        p = softmax([z / temperature for z in teacher])
        q = softmax([z / temperature for z in student])
        return sum(a * (np.log(a) - np.log(b)) for a, b in zip(p, q, strict=True))

    for temperature in (1, 4):
        lengths = []
        for student, teacher in zip(
            before["distilled_watched"].astype(float), few["teacher_watched"].astype(float),
            strict=True,
        ):  # fmt: skip
            slope = [
                (divergence(student + step, teacher, temperature)
                 - divergence(student - step, teacher, temperature)) / 2e-4
                for step in 1e-4 * np.eye(10)
            ]  # fmt: skip
            lengths.append(np.sqrt(sum(x**2 for x in slope)))
        mean = sum(lengths) / 3
        assert values[f"gradient_t{temperature}"]["value"] == pytest.approx(mean, rel=1e-3)
        scaled = values[f"gradient_t{temperature}_scaled"]["value"]
        assert scaled == pytest.approx(temperature**2 * mean, rel=1e-3)


def test_shares_of_confident_and_of_unseen_examples_are_counted_from_the_last_snapshot():
    found = recorded("recorded-never-saw-3")
    values = {name: one["value"] for name, one in measured(found).items()}
    last = found.record.snapshots[10].learners
    for learner in ("teacher", "plain", "distilled"):
        surest = [one for at, one in enumerate(last[learner].bins) if at / 60 >= 0.9 - 1e-9]
        count, right = sum(one[0] for one in surest), sum(one[2] for one in surest)
        assert values[f"confident_count_{learner}"] == count
        assert values[f"confident_right_{learner}"] == pytest.approx(100 * right / count)
        threes = last[learner].confusion[3]
        share = 100 * threes[3] / sum(threes)
        assert values[f"dropped_right_{learner}"] == pytest.approx(share)
    assert values["dropped"] == "3"
    assert values["dropped_size"] == sum(last["plain"].confusion[3])


def test_differences_are_those_of_the_scores_and_chance_that_of_two_binomials():
    found = recorded("recorded-all-labels")
    values = {name: one["value"] for name, one in measured(found).items()}
    plain, distilled = (found.record.epochs[-1].students[name] for name in ("plain", "distilled"))
    size = found.record.started.test_size
    spread = sum(one.test_errors * (1 - one.test_errors / size) for one in (plain, distilled))
    noise = 1.96 * spread**0.5 / size * 100

    assert values["gain"] == pytest.approx(100 * (distilled.test_accuracy - plain.test_accuracy))
    assert values["gain_noise"] == pytest.approx(noise)
    assert values["gain_in_noise"] == pytest.approx(values["gain"] / noise)
    assert values["agreement_gain"] == pytest.approx(100 * (distilled.agreement - plain.agreement))
    assert values["ece_difference"] == pytest.approx(100 * (distilled.ece - plain.ece))


def test_the_students_are_compared_when_the_run_is_over_and_not_before():
    events = list(make.whole_run())
    record = RunRecord()
    record.fold(event for event in events if event.kind != "finished")
    early = measured(Found(record, {}, {}))
    record.fold(event for event in events if event.kind == "finished")

    assert "gain" not in early
    assert "confident_right_plain" not in early
    assert "accuracy_teacher" in early
    assert "gain" in measured(Found(record, {}, {}))


def test_nothing_is_measured_before_a_run_begins():
    assert measured(Found(RunRecord(), {}, {})) == {}


def test_every_figure_is_described_in_the_manual():
    manual = (Path(dashboard.__file__).parents[1] / "docs/lessons.md").read_text(encoding="utf-8")
    words_ = {*SHOWN, *EXAMPLES, *BOUNDS}

    assert [name for name in (*MEASURES, *words_) if f"`{name}`" not in manual] == []
