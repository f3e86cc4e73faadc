"""Transcripts as the characters that a recogniser writes."""

import unicodedata

APOSTROPHES = str.maketrans("’‘`´", "''''")


def characters(text: str) -> str:
    """A transcript in lower case: letters, digits, apostrophes within words, single spaces.

    What is neither said nor heard, such as punctuation, becomes a space.

    Example:
        >>> characters("“HE'S  gone”, she said.")
        "he's gone she said"
    """
    plain = unicodedata.normalize("NFKC", text).translate(APOSTROPHES).lower()
    kept = "".join(
        one if one == "'" or unicodedata.category(one)[0] in "LMN" else " " for one in plain
    )
    return " ".join(filter(None, (word.strip("'") for word in kept.split())))
