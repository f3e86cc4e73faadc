"""Names that people gave to classes and columns: cleaned, cut and made unique."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

LONGEST = 64
"""Characters of a class name."""
SHOWN = 5
"""Names in a list; the others are counted."""
JOINERS = "\u200c\u200d"
"""Invisible, but letters of Persian and Hindi and many emoji need them."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


def clean(name: str) -> str:
    """One line in NFC: equal to the eye, equal as text.

    Letters, marks and symbols stay; line breaks become blanks and control characters go.

    Example:
        >>> clean("cafe\\u0301\\n(large)")
        'café (large)'
    """
    composed = unicodedata.normalize("NFC", " ".join(name.split()))
    return "".join(
        character
        for character in composed
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs") or character in JOINERS
    ).strip()


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names cleaned and cut to 64 characters; where two became equal, the later has a number.

    Example:
        >>> distinct(["cat", "cat ", "dog"])
        ('cat', 'cat (2)', 'dog')
    """
    shown: dict[str, None] = {}
    for name in names:
        whole = clean(name) or "?"
        candidate, number = whole[:LONGEST].rstrip(), 1
        while candidate in shown:
            number += 1
            ending = f" ({number})"
            candidate = whole[: LONGEST - len(ending)].rstrip() + ending
        shown[candidate] = None
    return tuple(shown)


def numbered(names: Sequence[str], shown: Sequence[str]) -> list[str]:
    """Those of ``shown`` that ``distinct`` had to tell apart from another by a number."""
    return [
        new
        for old, new in zip(names, shown, strict=True)
        if new != (clean(old) or "?")[:LONGEST].rstrip()
    ]


def listed(names: Sequence[str]) -> str:
    """A few names in a row, and how many more there are.

    Example:
        >>> listed(["a", "b", "c", "d", "e", "f", "g"])
        'a, b, c, d, e … (+2)'
    """
    more = f" … (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def is_number(text: str) -> bool:
    """Whether ``text`` is a finite decimal number, as people write it."""
    return NUMBER.fullmatch(text.strip()) is not None


def natural_order(name: str) -> tuple[bool, float, str]:
    """Key for sorting: numbers by value, then words."""
    if is_number(name):
        return False, float(name), name
    return True, 0.0, name
