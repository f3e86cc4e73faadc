"""Texts filled with values, in the form for one or for several; knows nothing of Streamlit."""

from collections.abc import Iterable, Mapping
from string import Formatter
from typing import Any, NamedTuple

Words = Mapping[str, str]
"""Every text of a language by dotted key; ``KEY.one`` is the form of ``KEY`` for a count of 1."""


class Sentence(NamedTuple):
    """A text's key and what fills it."""

    key: str
    values: Mapping[str, Any]


class Filler(Formatter):
    """``str.format`` with a true minus sign in front of negative numbers."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """One value as its format says."""
        text = str(super().format_field(value, format_spec))
        return text.replace("-", "−") if isinstance(value, int | float) else text


def form(words: Words, key: str, values: Mapping[str, Any]) -> str:
    """The text of ``key`` before it is filled in: the form for one where ``count`` is 1.

    Raises:
        KeyError: there is no such text.
    """
    one = f"{key}.one"
    return words[one] if values.get("count") == 1 and one in words else words[key]


def phrase(words: Words, key: str, **values: Any) -> str:
    """The text of ``key`` with ``values`` filled in.

    Example:
        >>> words = {"runs": "{count} runs", "runs.one": "{count} run"}
        >>> phrase(words, "runs", count=1), phrase(words, "runs", count=2)
        ('1 run', '2 runs')
    """
    template = form(words, key, values)
    return Filler().vformat(template, (), values) if values else template


def join_sentences(words: Words, sentences: Iterable[Sentence]) -> str:
    """Several of ``words`` with their values as plain text, one after the other."""
    return sentence_gap(words).join(phrase(words, key, **values) for key, values in sentences)


def sentence_gap(words: Words) -> str:
    """What stands between two sentences; nothing in Chinese."""
    return "" if words["app.language_tag"].startswith("zh") else " "
