"""All words of the dashboard: a folder a language, a file a page or subject, looked up by key.

What the engine already says in English (settings, catalogue, error messages) is taken from
there, so that it is written once; ``engine.toml`` of another language translates it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kdcore.catalogue import CORRUPTIONS, DATASETS, METHODS, MODELS, SCHEMES, SHIFTS
from kdcore.errors import MESSAGES
from kdcore.jobs.kind import KINDS
from kdcore.jobs.run.config import RunConfig
from kdcore.notes import NOTES
from kdcore.recipes import READINGS, RECIPES, SCORES, texts_of

LANGUAGES = {"en": "English", "zh": "简体中文"}


@cache
def words(language: str) -> Mapping[str, str]:
    """Every text of ``language`` by dotted key; ``KEY.one`` is the form of ``KEY`` for one."""
    engine = _words_of_the_engine() if language == "en" else {}
    found = texts_in(Path(__file__).parent / language)
    return MappingProxyType(_alike_in_all_languages() | engine | found)


def texts_in(folder: Path) -> dict[str, str]:
    """What the files of a folder say, by dotted key.

    Raises:
        ValueError: two files have a text of the same key.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        texts = dict(flatten(tomllib.loads(path.read_text(encoding="utf-8"))))
        if twice := found.keys() & texts.keys():
            raise ValueError(f"{path.name} repeats {', '.join(sorted(twice))} of another file")
        found |= texts
    return found


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
        | {f"shift.{name}": shift.title for name, shift in SHIFTS.items()}
        | {
            f"model.{name}": family.title
            for name, family in MODELS.items()
            if not family.registered
        }
        | {f"corruption.{name}": one.title for name, one in CORRUPTIONS.items()}
        | {f"corruption_unit.{name}": one.unit for name, one in CORRUPTIONS.items()}
        | {f"kind.{name}": kind.title for name, kind in KINDS.items()}
        | {f"kinds.{name}": kind.titles for name, kind in KINDS.items()}
        | {f"reading.{code}": sentence for code, sentence in READINGS.items()}
        | {f"recipe_score.{name}": _sentence(score.title) for name, score in SCORES.items()}
        | {key: text for name, one in RECIPES.items() for key, text in texts_of(name, one).items()}
    )


def _alike_in_all_languages() -> dict[str, str]:
    """Citations, licences, symbols, and what others call their models.

    A language translates those that hold words of their own.
    """
    return (
        {f"method_source.{name}": method.source for name, method in METHODS.items()}
        | {f"scheme_source.{name}": scheme.source for name, scheme in SCHEMES.items()}
        | {f"model.{name}": family.title for name, family in MODELS.items() if family.registered}
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


def flatten(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested tables as ``(dotted key, text)``; a table of ``one`` and ``other`` is one text."""
    pairs: list[tuple[str, str]] = []
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if not isinstance(value, dict):
            pairs.append((key, value))
        elif value.keys() == {"one", "other"}:
            pairs += [(key, value["other"]), (f"{key}.one", value["one"])]
        else:
            pairs += flatten(value, f"{key}.")
    return pairs
