"""The terms of the field in both languages, as a bridge to the literature."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def glossary() -> tuple[dict[str, str], ...]:
    """One entry a term: ``en`` and ``zh`` name it, ``en_meaning`` and ``zh_meaning`` explain it.

    The meanings are Markdown.
    """
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["term"])
