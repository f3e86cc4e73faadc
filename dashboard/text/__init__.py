"""All words of the dashboard: one file a language, looked up by dotted key.

What the engine already says in English (settings, catalogue, error messages) is taken from
there, so that it is written once; ``zh.toml`` translates it under the same keys.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import streamlit as st

from kdcore.catalogue import DATASETS, METHODS, MODELS, SCHEMES
from kdcore.config import RunConfig
from kdcore.errors import MESSAGES
from kdcore.notes import NOTES, Note

PATHS = ("path", "images_path", "labels_path")
"""Values of messages that say where a file lies."""
LANGUAGES = {"en": "English", "zh": "简体中文"}


def language() -> str:
    """The viewer's language: chosen in the header, named in the URL, or the browser's."""
    chosen = st.session_state.get("lang") or st.query_params.get("lang")
    return chosen if chosen in LANGUAGES else browser_language()


def browser_language() -> str:
    """``zh`` where the browser asks for Chinese, else ``en``."""
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


@cache
def words(language: str) -> Mapping[str, str]:
    """Every text of ``language`` by dotted key."""
    text = Path(__file__).with_name(f"{language}.toml").read_text(encoding="utf-8")
    found = dict(_flat(tomllib.loads(text)))
    return MappingProxyType(_words_of_the_engine() | found if language == "en" else found)


def t(key: str, **values: Any) -> str:
    """The text of ``key`` in the viewer's language, with ``values`` filled in.

    Raises:
        KeyError: there is no such text; a test looks up every key that the code names.
    """
    text = words(language())[key]
    return text.format(**values) if values else text


def tell(sentences: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    """Several texts with their values, one after the other as the language writes them."""
    return (" " if language() == "en" else "").join(t(key, **values) for key, values in sentences)


def explain(code: str, values: Mapping[str, Any], english: str) -> str:
    """A ``UserError`` in the viewer's language; ``english`` where its code is not known.

    Files are called by their names: where they lie on the server is nobody's business.
    """
    spoken = words(language())
    template = spoken.get(f"error.{code}")
    paths = {key: Path(values[key]).name or values[key] for key in PATHS if key in values}
    if template is None or (language() == "en" and not paths):
        return english
    named = dict(values) | paths
    try:
        return template.format(**(named if language() == "en" else _spoken(named, spoken)))
    except KeyError:  # recorded by another version, which named other values
        return english


def explain_note(note: Note) -> str:
    """What was decided about data, in the viewer's language; English where it is not known."""
    template = words(language()).get(f"note.{note.code}")
    return template.format(**note.values) if template else note.text


def _spoken(values: Mapping[str, Any], spoken: Mapping[str, str]) -> dict[str, Any]:
    """``values`` with the name of a setting and the hint translated."""
    told = dict(values)
    if (label := spoken.get(f"setting.{values.get('name')}.label")) is not None:
        told["name"] = label
    if near := re.search(r"'(.+)'", str(values.get("hint", ""))):
        told["hint"] = spoken["error_hint"].format(near=near[1])
    return told


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


def _sentence(phrase: str) -> str:
    """A phrase of the command line's help, beginning like a sentence."""
    return phrase[:1].upper() + phrase[1:]


def _flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested tables as ``(dotted key, text)``."""
    pairs: list[tuple[str, str]] = []
    for name, value in tree.items():
        key = f"{prefix}{name}"
        pairs += _flat(value, f"{key}.") if isinstance(value, dict) else [(key, value)]
    return pairs
