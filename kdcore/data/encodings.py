"""In which encoding a text or a file's name was written, where nothing says so.

UTF-8 is tried first. Then the encodings of East Asia are told apart by how many of their
characters are common ones: text in another encoding falls on rare characters or on none.
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

PIECE = 1 << 20
LEAST_COMMON = 0.6
"""Share of common characters from which a text counts as written in an encoding."""
SHORT = 2
"""Characters in a row of which one cannot be sure beside other letters."""
SHOWN = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "gb18030": "GB18030",
    "cp932": "Shift JIS",
    "big5": "Big5",
    "cp1252": "Windows-1252",
    "cp437": "CP437",
}
"""What people call an encoding."""


@dataclass(frozen=True, slots=True)
class MultiByte:
    """Byte patterns of the characters of an encoding beyond ASCII."""

    common: bytes
    """Those of everyday texts."""
    rare: bytes
    doubtful: bool = True
    """Whether accented letters of the West, beside other letters, look like common characters."""


MULTI_BYTE = {
    "gb18030": MultiByte(
        rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]",
        rb"[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[0-9][\x81-\xfe][0-9])",
        doubtful=False,
    ),
    "cp932": MultiByte(
        rb"[\x81-\x83\x88-\x97][\x40-\x7e\x80-\xfc]",
        rb"[\x84-\x87\x98-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\xa1-\xdf]",
    ),
    "big5": MultiByte(
        rb"[\xa1\xa4-\xc6][\x40-\x7e\xa1-\xfe]", rb"[\xa2\xa3\xc7-\xf9][\x40-\x7e\xa1-\xfe]"
    ),
}
LETTERS_437 = frozenset([*range(0x80, 0xA6), 0xE1])
"""Bytes that are letters of Western Europe in the code page of DOS, which zip programs use."""


def text_encoding(file: IO[bytes]) -> str:
    """The encoding of a text file, by all of its contents; the file is left at its beginning.

    Raises:
        UnicodeError: it is no text.
    """
    try:
        return _text_encoding(file)
    finally:
        file.seek(0)


def _text_encoding(file: IO[bytes]) -> str:
    piece = file.read(PIECE)
    if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if wide := _without_mark(piece):
        return wide
    decoder = codecs.getincrementaldecoder("utf-8")()
    while piece:
        if b"\0" in piece:
            raise UnicodeError("it is no text")
        try:
            decoder.decode(piece)
        except UnicodeDecodeError:
            return legacy_encoding(_whole_lines(piece), text=True)
        piece = file.read(PIECE)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        file.seek(0)
        return legacy_encoding(_whole_lines(file.read(PIECE)), text=True)
    return "utf-8-sig"


def _without_mark(piece: bytes) -> str:
    """UTF-16 without a mark at its beginning: every other byte of its separators is zero."""
    for encoding, zeros in (("utf-16-le", piece[1::2]), ("utf-16-be", piece[::2])):
        if len(piece) >= 4 and zeros.count(0) > len(zeros) / 2:
            return encoding
    return ""


def _whole_lines(piece: bytes) -> bytes:
    """Without the last line, which may end within a character."""
    return piece[: piece.rfind(b"\n") + 1] or piece


def legacy_encoding(contents: bytes, *, text: bool = False) -> str:
    """The encoding of bytes that are not UTF-8.

    Args:
        contents: the more of them, the surer the guess.
        text: whether they are of a text file, which the code page of DOS is not expected in.

    Example:
        >>> legacy_encoding("猫,狗".encode("gbk"))
        'gb18030'
        >>> legacy_encoding("größe".encode("cp1252"), text=True)
        'cp1252'
    """
    shares = {encoding: _common_share(contents, each) for encoding, each in MULTI_BYTE.items()}
    best = max(shares, key=lambda encoding: shares[encoding])
    if shares[best] >= LEAST_COMMON:
        return best
    high = {byte for byte in contents if byte >= 0x80}
    return "cp437" if not text and high <= LETTERS_437 else "cp1252"


def _common_share(contents: bytes, encoding: MultiByte) -> float:
    """Of the characters beyond ASCII those that are common; 0 where the bytes are no such text."""
    character = rb"(%s)|%s" % (encoding.common, encoding.rare)
    read = beyond = common = 0
    for run in re.finditer(rb"(?:%s)+|[\x00-\x7f]+" % character, contents):
        read += len(run[0])
        if run[0][0] < 0x80:
            continue
        each = re.findall(character, run[0])
        beyond += len(each)
        beside = (
            contents[max(run.start() - 1, 0) : run.start()] + contents[run.end() : run.end() + 1]
        )
        if not (encoding.doubtful and len(each) <= SHORT and any(map(_is_letter, beside))):
            common += sum(map(bool, each))
    return common / beyond if beyond and read == len(contents) else 0.0


def _is_letter(byte: int) -> bool:
    return chr(byte).isascii() and chr(byte).isalpha()


def repaired(names: Iterable[str]) -> dict[str, str]:
    """The names that were not UTF-8, whose bytes Python keeps as surrogates, as they were meant.

    All are looked at together: one alone is short, and may be UTF-8 by accident.

    Returns:
        By the name as it was; the others are left out.
    """
    every = set(names)
    if not any(map(_is_broken, every)):
        return {}
    meant = {
        name: name.encode("utf-8", "surrogateescape")
        for name in every
        if _is_broken(name) or _may_be_accident(name)
    }
    encoding = legacy_encoding(b"/".join(meant.values()))
    return {name: contents.decode(encoding, "replace") for name, contents in meant.items()}


def _is_broken(name: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in name)


def _may_be_accident(name: str) -> bool:
    """Whether two bytes of another encoding may have looked like each character beyond ASCII."""
    return not name.isascii() and all(character < "\u0800" for character in name)
