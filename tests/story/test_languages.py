"""Both languages say everything, and alike."""

import ast
from pathlib import Path
from string import Formatter

import pytest

import dashboard
from dashboard.text import LANGUAGES, words
from kdcore.catalogue import DATASETS, METHODS, MODELS
from kdcore.config import RunConfig
from kdcore.errors import MESSAGES

CODE = Path(dashboard.__file__).parent


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def calls_of(function):
    """Every first argument of ``function("literal", …)`` in the dashboard's Python files."""
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == function
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield path.name, node.args[0].value


def test_both_languages_have_the_same_keys():
    english, chinese = words("en").keys(), words("zh").keys()

    assert sorted(english ^ chinese) == []


def test_a_text_has_the_same_placeholders_in_both_languages():
    different = [
        key
        for key, text in words("en").items()
        if placeholders(text) != placeholders(words("zh")[key])
    ]

    assert different == []


def test_no_text_is_empty():
    assert [
        key for name in LANGUAGES for key, text in words(name).items() if not text.strip()
    ] == []


def test_every_text_that_the_code_names_exists():
    missing = [(file, key) for file, key in calls_of("t") if key not in words("en")]

    assert missing == []


def test_every_text_that_a_sentence_names_exists():
    missing = [(file, key) for file, key in calls_of("Sentence") if key not in words("en")]

    assert missing == []


def test_every_panel_has_a_question_an_explanation_and_something_to_try():
    names = {name for function in ("panel", "chart_panel") for _, name in calls_of(function)}
    missing = [
        f"panel.{name}.{part}"
        for name in names
        for part in ("title", "what", "try")
        if f"panel.{name}.{part}" not in words("en")
    ]

    assert names
    assert missing == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_the_engine_offers_has_words(name):
    wanted = [
        *(f"method.{method}" for method in METHODS),
        *(f"method_setting.{method}.{own}" for method, about in METHODS.items()
          for own in about.settings),
        *(f"dataset.{dataset}" for dataset in DATASETS),
        *(f"model.{family}" for family in MODELS),
        *(f"setting.{field}.{part}" for field in RunConfig.__dataclass_fields__
          for part in ("label", "help")),
        *(f"error.{code}" for code in MESSAGES),
    ]  # fmt: skip

    assert [key for key in wanted if key not in words(name)] == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_choice_of_a_setting_has_words(name):
    wanted = [
        f"choice.{field}.{choice}"
        for field, about in RunConfig.__dataclass_fields__.items()
        for choice in about.metadata["choices"]
    ]

    assert [key for key in wanted if key not in words(name)] == []
