"""All words of the dashboard: one file a language, looked up by dotted key.

What the engine already says in English (settings, catalogue, error messages) is taken from
there, so that it is written once; ``zh.toml`` translates it under the same keys.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import streamlit as st

from dashboard.phrases import form, phrase
from dashboard.text.errors import sentence
from dashboard.text.escape import Markdown, MarkdownFiller, markdown_text
from kdcore.catalogue import DATASETS, METHODS, MODELS, SCHEMES
from kdcore.errors import MESSAGES
from kdcore.jobs.run.config import RunConfig
from kdcore.notes import NOTES, Note

LANGUAGES = {"en": "English", "zh": "简体中文"}
PLAIN = (
    "dataset.",
    "dataset_licence.",
    "error.",
    "method.",
    "method_setting.",
    "method_source.",
    "model.",
    "note.",
    "scheme.",
    "scheme_source.",
    "setting.",
)
"""What the keys of the engine's own texts begin with: they are for the command line too, where an
asterisk is an asterisk."""


def language() -> str:
    """The viewer's language: chosen in the header, named in the URL, or the browser's."""
    chosen = st.session_state.get("lang") or st.query_params.get("lang")
    return chosen if chosen in LANGUAGES else browser_language()


def browser_language() -> str:
    """``zh`` where the browser asks for Chinese, else ``en``."""
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


@cache
def words(language: str) -> Mapping[str, str]:
    """Every text of ``language`` by dotted key; ``KEY.one`` is the form of ``KEY`` for one."""
    folder = Path(__file__).parent
    files = [folder / f"{language}.toml", *sorted((folder / language).glob("*.toml"))]
    found = {
        key: text
        for file in files
        for key, text in _flat(tomllib.loads(file.read_text(encoding="utf-8")))
    }
    engine = _words_of_the_engine() if language == "en" else {}
    return MappingProxyType(_alike_in_all_languages() | engine | found)


def t(key: str, **values: Any) -> str:
    """The text of ``key`` in the viewer's language, with ``values`` filled in, as plain text.

    For what is no Markdown: options of a select box, cells of a data frame, the words of charts
    and components.

    Raises:
        KeyError: there is no such text; a test looks up every key that the code names.
    """
    return phrase(words(language()), key, **values)


def md(key: str, **values: Any) -> Markdown:
    """The same as Markdown, for all that Streamlit renders; ``values`` are shown literally.

    A value that is Markdown itself, from here or from ``markdown_text``, is kept as it is.

    Raises:
        KeyError: there is no such text.
    """
    spoken = words(language())
    if key.startswith(PLAIN):
        return markdown_text(phrase(spoken, key, **values))
    template = form(spoken, key, values)
    return Markdown(MarkdownFiller().vformat(template, (), values) if values else template)


def tell(sentences: Iterable[tuple[str, Mapping[str, Any]]]) -> Markdown:
    """Several texts with their values as Markdown, one after the other."""
    between = gap(words(language()))
    return Markdown(between.join(md(key, **values) for key, values in sentences))


def join(words: Mapping[str, str], sentences: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """Several of ``words`` with their values as plain text, one after the other."""
    return gap(words).join(phrase(words, key, **values) for key, values in sentences)


def gap(words: Mapping[str, str]) -> str:
    """What stands between two sentences; nothing in Chinese."""
    return "" if words["app.language_tag"].startswith("zh") else " "


def explain(code: str, values: Mapping[str, Any], english: str) -> Markdown:
    """A ``UserError`` as the page says it; ``english`` where its code is not known."""
    return markdown_text(sentence(words(language()), f"error.{code}", values) or english)


def explain_note(note: Note) -> Markdown:
    """What was decided about data, as the page says it; English where it is not known."""
    return markdown_text(sentence(words(language()), f"note.{note.code}", note.values) or note.text)


def _words_of_the_engine() -> dict[str, str]:
    """What settings, catalogue and error messages say in English."""
    return (
        {f"error.{code}": message for code, message in MESSAGES.items()}
        | {f"note.{code}": message for code, message in NOTES.items()}
        | {
            f"setting.{item.name}.help": _sentence(item.metadata["help"])
            for item in fields(RunConfig)
        }
        | {f"dataset.{name}": source.title for name, source in DATASETS.items()}
        | {f"method.{name}": method.title for name, method in METHODS.items()}
        | {
            f"method_setting.{name}.{own}": _sentence(about.help)
            for name, method in METHODS.items()
            for own, about in method.settings.items()
        }
        | {f"scheme.{name}": scheme.title for name, scheme in SCHEMES.items()}
        | {f"model.{name}": family.title for name, family in MODELS.items()}
    )


def _alike_in_all_languages() -> dict[str, str]:
    """Citations, licences and symbols; a language translates those that hold words of their own."""
    return (
        {f"method_source.{name}": method.source for name, method in METHODS.items()}
        | {f"scheme_source.{name}": scheme.source for name, scheme in SCHEMES.items()}
        | {f"dataset_licence.{name}": source.licence for name, source in DATASETS.items()}
        | {
            f"method_symbol.{own}": about.symbol
            for method in METHODS.values()
            for own, about in method.settings.items()
        }
    )


def _sentence(phrase: str) -> str:
    """A phrase of the command line's help, beginning like a sentence."""
    return phrase[:1].upper() + phrase[1:]


def _flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested tables as ``(dotted key, text)``; a table of ``one`` and ``other`` is one text."""
    pairs: list[tuple[str, str]] = []
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if not isinstance(value, dict):
            pairs.append((key, value))
        elif value.keys() == {"one", "other"}:
            pairs += [(key, value["other"]), (f"{key}.one", value["one"])]
        else:
            pairs += _flat(value, f"{key}.")
    return pairs
