"""A mistake in the words of the page: labels and titles where the command line has names."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dashboard.text.languages import LANGUAGES, words
from dashboard.text.phrases import Filler, Words, phrase
from dashboard.text.values import label_and_value, label_of, value_of
from kdcore.catalogue import METHODS, method_name

CHOICES = {
    "augment": "augment",
    "teacher_mixing": "teacher_mixing",
    "mixing": "mixing",
    "stage": "stage",
    "stages": "stage",
}
"""Setting whose choice a value is, by the value's name in a message."""
OPTIONS: dict[str, Callable[[Words, Mapping[str, Any], str], str]] = {
    "not_a_choice": lambda words, values, option: value_of(
        words, CHOICES.get(values["name"], values["name"]), option
    ),
    "unknown_dataset": lambda words, _, option: value_of(words, "dataset", option),
    "stage_unsuited": lambda words, _, option: value_of(words, "stage", option),
    "not_retunable": lambda words, _, option: label_of(words, option),
}
"""What the page calls an allowed value, by message; in others they are names of people's own."""


class _Quoting(Filler):
    """Fills a message in; what the command line shows by ``repr`` stands in quotation marks."""

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        """``{value!r}`` is what somebody typed."""
        if conversion == "r":
            return quote(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        """A number without a format of its own is shown in short."""
        return super().format_field(
            value, format_spec or (".12g" if isinstance(value, float) else "")
        )


class _Lookup:
    """``{setting[augment]}`` of a message: what stands on the page for it."""

    def __init__(self, shown: Callable[[str], str]) -> None:
        self._shown = shown

    def __getitem__(self, name: str) -> str:
        return quote(self._shown(name))


def quote(text: object) -> str:
    """In the quotation marks that both languages have."""
    return f"“{text}”"


def sentence(words: Words, key: str, values: Mapping[str, Any]) -> str | None:
    """The message of a ``UserError`` or a ``Note`` as plain text.

    Files are called by their names: where they lie on the server is nobody's business.

    Args:
        words: of the viewer's language.
        key: ``error.CODE`` or ``note.CODE``.
        values: what the message names.

    Returns:
        ``None`` where the code is unknown, or where the values are those of an earlier version
        that stored them.
    """
    template = words.get(key)
    if template is None:
        return None
    code = key.partition(".")[2]
    shown = {field: _shown_value(words, code, field, values) for field in values}
    shown["setting"] = _Lookup(lambda name: label_of(words, name))
    shown["choice"] = _Lookup(lambda pair: label_and_value(words, *pair.split("=")))
    shown["option"] = _Lookup(lambda pair: value_of(words, *pair.split("=")))
    try:
        return _Quoting().vformat(template, (), shown)
    except (KeyError, ValueError):
        return None


def in_all_languages(code: str) -> str:
    """The message of a ``UserError`` that names nothing, a line a language: for who has none."""
    said = (sentence(words(language), f"error.{code}", {}) for language in LANGUAGES)
    return "\n".join(filter(None, said))


def _shown_value(words: Words, code: str, field: str, values: Mapping[str, Any]) -> Any:
    """One of the values that a message names."""
    value = values[field]
    match field:
        case "path" | "images_path" | "labels_path":
            return Path(str(value)).name or value
        case "name" | "axis":
            return quote(_label(words, str(value)))
        case "axes":
            return _list(words, value, lambda name: label_of(words, name))
        case "method":
            return quote(value_of(words, "method", value))
        case "kind" | "kinds":
            return _list(words, value, lambda one: words.get(f"input_kind.{one}", one))
        case "command" | "term":
            return words.get(f"error_{field}.{value}", value)
        case "state":
            return words.get(f"state.{value}", value)
        case "learner":
            return _learner(words, str(value))
        case "allowed" if code in OPTIONS:
            return _list(words, value, lambda one: OPTIONS[code](words, values, one))
        case "hint":
            return _hint(words, code, values)
        case _ if field in CHOICES:
            return _list(words, value, lambda one: quote(value_of(words, CHOICES[field], one)))
    return value


def _label(words: Words, name: str) -> str:
    """Of a setting; ``also (hint)`` is the weight of one of its terms."""
    outer, _, inner = name.removesuffix(")").partition(" (")
    if method_name(inner) in METHODS:
        return phrase(
            words,
            "app.with_details",
            title=label_of(words, outer),
            details=value_of(words, "method", inner),
        )
    return label_of(words, name)


def _hint(words: Words, code: str, values: Mapping[str, Any]) -> str:
    near = re.search(r"'(.+)'", str(values["hint"]))
    if near is None:
        return ""
    option = OPTIONS[code](words, values, near[1]) if code in OPTIONS else near[1]
    return phrase(words, "error_hint", near=quote(option))


def _learner(words: Words, name: str) -> str:
    """``plain student``, ``assistant 1`` or ``stage pruned``."""
    first, _, rest = name.partition(" ")
    if first == "stage":
        return quote(value_of(words, "stage", rest))
    known = words.get(f"learner.{first}", name)
    return known if rest in ("", "student") else f"{known} {rest}"


def _list(words: Words, names: Any, shown: Callable[[str], str]) -> str:
    return words["app.comma"].join(shown(name) for name in str(names).split(", "))
