"""Text that its place cannot hold: written as JSON escapes it, or made readable.

A terminal that knows only ASCII cannot show λ, and a path whose bytes are no text of the system's
encoding is no Unicode text at all. Neither may end a run.
"""

import codecs
import io
import re
import sys

ESCAPES = "kdcore.escapes"
"""Name of the error handler that writes ``\\uXXXX``; JSON escaped so is read back as it was."""


def write_anything() -> None:
    """From now on stdout escapes what its encoding cannot hold, λ on an ASCII terminal say."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=ESCAPES)


BLANK = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""What a terminal obeys: a file's name may hold the codes that clear it."""


def readable(text: str) -> str:
    """``text`` as one line of valid Unicode: undecoded bytes of a path are read as UTF-8.

    Example:
        >>> readable("Z\\udcc3\\udcbcrich\\nand \\x1b[2J")
        'Zürich and �[2J'
    """
    try:
        given = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a character beyond the first 65,536
        given = text.encode("utf-8", "surrogatepass")
    return CONTROL.sub("�", BLANK.sub(" ", given.decode("utf-8", "replace")))


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(
        f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)
    ), error.end


codecs.register_error(ESCAPES, _escaped)
