"""How a table writes numbers, and that there is none."""

import re
from collections.abc import Sequence

from kdcore.errors import UserError

MISSING = frozenset(
    {"", "#n/a", "#na", "-", "--", "<na>", "?", "n/a", "na", "nan", "none", "null", "missing"}
)
"""What stands, in lower case, for a feature that nobody measured."""
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?|true|false", re.I)
COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
"""A decimal comma, or one comma between thousands."""
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}([,.' ])\d{3}(?:\1\d{3})*(?:([.,])\d*)?")
"""Blocks of three digits, perhaps with decimals behind another sign."""
KEYBOARD_SIGNS = str.maketrans("\u00a0\u2007\u2009\u202f\u2212", "    -")
"""What publishers put in place of a blank and a minus."""


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return with_keyboard_signs(cell).lower() in MISSING


def with_keyboard_signs(cell: str) -> str:
    """A cell with the blanks and the minus of a keyboard, without those at its ends.

    Example:
        >>> with_keyboard_signs("\u22124\u202f687\u00a0")
        '-4 687'
    """
    return cell.translate(KEYBOARD_SIGNS).strip()


def number_style(body: Sequence[list[str]], separator: str, path: str) -> tuple[str, str | None]:
    """What stands before decimals, and what between thousands.

    Raises:
        UserError: it cannot be decided whether a comma is the one or the other.
    """
    columns = [
        [with_keyboard_signs(cell) for cell in column if not is_missing(cell)]
        for column in transposed(body)
    ]
    cells = [
        cell
        for column in columns
        if all(
            NUMBER.fullmatch(cell) or COMMA.fullmatch(cell) or GROUPED.fullmatch(cell)
            for cell in column
        )
        for cell in column
        if not cell.isdigit()
    ]
    grouped = [match for cell in cells if (match := GROUPED.fullmatch(cell))]
    point = any(
        NUMBER.fullmatch(cell) and not GROUPED.fullmatch(cell) and "." in cell for cell in cells
    )
    comma = any(COMMA.fullmatch(cell) and not GROUPED.fullmatch(cell) for cell in cells)
    between = {
        match[1]
        for match in grouped
        if match[2] or len(re.findall(re.escape(match[1]), match[0])) > 1 or match[1] not in ",."
    }
    if comma or any(match[2] == "," for match in grouped):
        return ("," if not point else "."), next(iter(between - {","}), None)
    if between:
        return ".", next(iter(between - {"."}), None)
    doubtful = next((match[0] for match in grouped if match[1] == ","), None)
    if doubtful is None:
        return ".", None
    if separator == "," and not point:
        raise UserError("table_comma", path=path, value=doubtful)
    return (".", ",") if point else (",", None)


def is_number(text: str, decimal: str, thousands: str | None) -> bool:
    """Whether a cell is a number in a table with these signs."""
    return NUMBER.fullmatch(plain_number(text, decimal, thousands)) is not None


def plain_number(text: str, decimal: str, thousands: str | None) -> str:
    """A number with a decimal point and nothing between thousands."""
    plain = with_keyboard_signs(text)
    if thousands:
        plain = plain.replace(thousands, "")
    if decimal == ",":
        plain = plain.replace(",", ".") if "." not in plain else "no"
    return plain


def transposed(body: Sequence[list[str]]) -> list[list[str]]:
    """The columns of rows, some of which may be shorter than others."""
    width = max(map(len, body), default=0)
    return [[cells[at] for cells in body if at < len(cells)] for at in range(width)]
