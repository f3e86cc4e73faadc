"""Values inside Markdown, shown as they are: what people type is no markup."""

import re
from typing import Any

from dashboard.text.phrases import Filler

MARKS = re.compile(r"[\\`*_{}\[\]()<>#|~$&!^]")
"""Characters that mean something to Markdown wherever they stand."""
NAMED = re.compile(r":[A-Za-z+_-]|:.*:")
"""A colon that begins a name of Streamlit's, such as ``:red[…]`` or ``:smile:``."""
ADDRESS = re.compile(r"(?i)https?:(?=//)|www(?=\.)|(?<=[-.\w+])@(?=[-\w]+\.)")
"""What makes a link of a text by itself: up to where its beginning is cut off."""
WORD_JOINER = "\u2060"
"""Is not seen; an escape would not help, as addresses are looked for in the finished text."""
AT_THE_BEGINNING = re.compile(r"^(\d+(?=\.(?: |$))|(?=[-+=]))")
"""What would begin a list or underline a heading."""


class Markdown(str):
    """A text that is Markdown already: it is filled into another as it is."""

    __slots__ = ()


def markdown_text(value: Any) -> Markdown:
    r"""``value`` as Markdown that shows it literally, on one line.

    Example:
        >>> print(markdown_text("100*hint + 0.5*dkd:beta=2"))
        100\*hint + 0.5\*dkd\:beta=2
        >>> print(markdown_text("1. a_b"))
        1\. a\_b
    """
    if isinstance(value, Markdown):
        return value
    text = " ".join(_escape(word) for word in str(value).split())
    return Markdown(AT_THE_BEGINNING.sub(r"\1\\", text))


def _escape(word: str) -> str:
    """A text without blanks."""
    escaped = MARKS.sub(r"\\\g<0>", ADDRESS.sub(rf"\g<0>{WORD_JOINER}", word))
    return escaped.replace(":", r"\:") if NAMED.search(word) else escaped


class MarkdownFiller(Filler):
    """Fills a Markdown text with values that are shown literally."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """One value as its format says; numbers have nothing to escape."""
        text = super().format_field(value, format_spec)
        return text if isinstance(value, int | float | Markdown) else markdown_text(text)
