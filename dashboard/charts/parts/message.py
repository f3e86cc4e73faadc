"""What a chart says in a sentence, for who cannot see it: texts ``message.NAME``."""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.text.names import learner_name
from dashboard.text.phrases import Words, phrase

SEMICOLON = "message.semicolon"


def message_text(words: Words, key: str, **values: Any) -> str:
    """The text ``message.KEY`` with its values."""
    return phrase(words, f"message.{key}", **values)


def list_values(words: Words, values: Iterable[tuple[str, str]], gap: str = "message.comma") -> str:
    """``Teacher 97.2%, Plain student 88.3%``: names with their values.

    Args:
        words: of the language.
        values: name and value.
        gap: key of what stands between two of them.
    """
    return words[gap].join(
        message_text(words, "of", name=title, value=value) for title, value in values
    )


def list_learners(words: Words, values: Mapping[str, str], gap: str = "message.comma") -> str:
    """The same of learners, by their ids."""
    return list_values(
        words, [(learner_name(words, learner), text) for learner, text in values.items()], gap
    )
