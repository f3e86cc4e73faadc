"""Both languages say everything, and alike."""

import ast
import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

import dashboard
from dashboard.text.glossary import glossary
from dashboard.text.languages import LANGUAGES, flatten, texts_in, words
from kdcore.catalogue import CORRUPTIONS, DATASETS, METHODS, MODELS
from kdcore.errors import MESSAGES
from kdcore.jobs.kind import KINDS
from kdcore.jobs.run.config import RunConfig

CODE = Path(dashboard.__file__).parent
TEXTS = CODE / "text"


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


def of_one(key):
    """Whether a key is the form for one of another."""
    return key.endswith(".one") and key.removesuffix(".one") in words("en")


def in_chinese(key):
    """The Chinese text of an English key; one form serves all counts."""
    return words("zh")[key.removesuffix(".one") if of_one(key) else key]


def test_both_languages_have_the_same_keys():
    english = {key for key in words("en") if not of_one(key)}

    assert sorted(english ^ words("zh").keys()) == []


def files_of(language):
    """The texts by file, in their order; the engine's own stand in its code."""
    return {
        path.name: list(keys_of(path))
        for path in sorted((TEXTS / language).glob("*.toml"))
        if path.name != "engine.toml"
    }


def keys_of(path):
    """The keys of a file in the order in which they stand."""
    for key, _ in flatten(tomllib.loads(path.read_text(encoding="utf-8"))):
        if not of_one(key):
            yield key


def test_both_languages_have_the_same_files_with_the_keys_in_the_same_order():
    english = files_of("en")

    assert any(english.values())
    assert files_of("zh") == english


def test_a_key_that_two_files_have_is_an_error(tmp_path):
    for name in ("one", "other"):
        (tmp_path / f"{name}.toml").write_text('[nav]\nstart = "Start"\n', encoding="utf-8")

    with pytest.raises(ValueError, match=r"nav\.start"):
        texts_in(tmp_path)


def test_a_text_has_the_same_placeholders_in_both_languages():
    different = [
        key
        for key, text in words("en").items()
        if placeholders(text) != placeholders(in_chinese(key))
    ]

    assert different == []


def test_every_counted_text_has_its_count():
    counted = {key: text for key, text in words("en").items() if of_one(key)}

    assert counted
    assert [key for key, text in counted.items() if "count" not in placeholders(text)] == []


def test_no_text_is_empty():
    assert [
        key for name in LANGUAGES for key, text in words(name).items() if not text.strip()
    ] == []


@pytest.mark.parametrize("function", ["t", "md"])
def test_every_text_that_the_code_names_exists(function):
    missing = [(file, key) for file, key in calls_of(function) if key not in words("en")]

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
        *(
            f"method_setting.{method}.{own}"
            for method, about in METHODS.items()
            for own in about.settings
        ),
        *(f"dataset.{dataset}" for dataset in DATASETS),
        *(f"model.{family}" for family in MODELS),
        *(
            f"setting.{field}.{part}"
            for field in RunConfig.__dataclass_fields__
            for part in ("label", "help")
        ),
        *(f"corruption{what}.{one}" for one in CORRUPTIONS for what in ("", "_unit")),
        *(f"error.{code}" for code in MESSAGES),
        *(f"{form}.{kind}" for form in ("kind", "kinds") for kind in KINDS),
    ]

    assert [key for key in wanted if key not in words(name)] == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_choice_of_a_setting_has_words(name):
    wanted = [
        f"choice.{field}.{choice}"
        for field, about in RunConfig.__dataclass_fields__.items()
        for choice in about.metadata["choices"]
    ]

    assert [key for key in wanted if key not in words(name)] == []


METAPHORS = re.compile(
    r"\b(told|tells|hears?|listens?|voices?|judges?|melts?|melting|(?:un)?shrunk|shrinking|"
    r"diary|places?|nobody|mended|mends|looking back|distill?(?:ed|ing) again)\b"
)
"""What the field does not say; ``place`` is a cell of a grid."""


def test_no_english_text_speaks_in_private_metaphors():
    assert {
        key: found[0]
        for key, text in words("en").items()
        if (found := METAPHORS.search(re.sub(r"{.*?}", "", text)))
    } == {}


@pytest.mark.parametrize("name", LANGUAGES)
def test_per_cent_is_written_without_a_blank(name):
    assert [key for key, text in words(name).items() if re.search(r"[\d}] %(?![{\w])", text)] == []


def test_chinese_has_its_own_punctuation():
    han = "[\u4e00-\u9fff]"
    narrow = re.compile(rf"{han} ?[,:;?!()]|[,:;?!()] ?{han}")
    formulas = (
        "setting.mixing.help",
        "help.guide",
        "component.temperature_lab.ratio",
        "panel.fidelity.what",
    )
    citations = ("method_source.", "scheme_source.")

    assert {
        key: found[0]
        for key, text in words("zh").items()
        if (found := narrow.search(text)) and key not in formulas and not key.startswith(citations)
    } == {}


def test_no_chinese_text_is_in_italics():
    slanted = re.compile(r"(?<![*\w])\*(?![*\s])[^*]+(?<!\s)\*(?!\*)|(?<!\w)_[^_]+_(?!\w)")
    plain = ("setting.", "error.")  # an asterisk is an asterisk there

    assert [
        key
        for key, text in words("zh").items()
        if slanted.search(text) and not key.startswith(plain)
    ] == []


def test_the_glossary_explains_each_term_once_in_both_languages():
    terms = glossary()
    fields = {"en", "zh", "en_meaning", "zh_meaning"}

    assert 20 <= len(terms) <= 60
    assert all(term.keys() == fields and all(term.values()) for term in terms)
    for language in LANGUAGES:
        assert len({term[language] for term in terms}) == len(terms)
