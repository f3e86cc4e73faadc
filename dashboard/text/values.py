"""Names and values of settings as the page shows them."""

from typing import Any

from dashboard.text.names import method_title
from dashboard.text.phrases import Words, phrase
from kdcore.catalogue import METHODS, method_name

LABELS = (
    "setting.{}.label",
    "landscape.{}",
    "shrink.{}",
    "method_symbol.{}",
    "recognition.setting.{}",
)
"""Where the label of a widget stands: of a run's setting, a sweep's axis, an amount, a method, a
recognition's own."""
LABELS = ("setting.{}.label", "landscape.{}", "shrink.{}", "method_symbol.{}", "regression.{}")
"""Where the label of a widget stands: of a run's setting, a sweep's axis, an amount, a method, a
regression's number of networks."""


def label_of(words: Words, name: str) -> str:
    """The label on the widget of a setting, of an axis or of an amount; else its name."""
    return next(
        (words[key] for key in (place.format(name) for place in LABELS) if key in words), name
    )


def value_of(words: Words, name: str, value: Any) -> str:
    """The value of the setting ``name``: choices by their titles, numbers in short."""
    text = str(value)
    if name in ("method", "methods") and method_name(text) in METHODS:
        return method_title(words, text)
    for key in (f"choice.{name}.{text}", f"{name}.{text}"):
        if key in words:
            return words[key]
    if isinstance(value, float):
        text = as_text(value)
    return text.replace("-", "−") if isinstance(value, int | float) else text


def label_and_value(words: Words, name: str, value: Any) -> str:
    """Label and value, such as ``Augmentation: none``."""
    return phrase(
        words, "app.labelled", label=label_of(words, name), value=value_of(words, name, value)
    )


def as_text(value: Any) -> str:
    """A value as the address has it."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)
