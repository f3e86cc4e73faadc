"""What the cells of a column are: numbers, numbers with a unit, dates, or words of categories."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kdcore.data.table.numbers import (
    is_missing,
    is_number,
    plain_number,
    transposed,
    with_keyboard_signs,
)

NUMERAL = r"(?:\d{1,3}(?:[,.' ]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|\.\d+)"
WITH_UNIT = re.compile(
    rf"(?P<sign>[+-])?(?P<before>[€$£¥₹₩])?(?P<minus>-)? ?(?P<number>{NUMERAL}) ?"
    r"(?P<after>[%‰€$£¥₹₩°µ]?[^\W\d_]{0,6}(?:[/^·][^\W_]{1,4})?[²³]?)"
)
"""``12 kg``, ``-$5``, ``1,200 €``, ``35 %``, ``80 km/h``."""
TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
YEAR_FIRST = re.compile(rf"\d{{4}}([-/.])\d{{1,2}}\1\d{{1,2}}{TIME}")
YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2\d{{4}}{TIME}")
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Form:
    """How the cells of a column are to be read."""

    kind: str
    """``number``, ``category`` or ``date``."""
    unit: str = ""
    """That stands in every cell of a number."""
    day_first: bool = False
    """Of dates whose year stands last."""
    doubtful: bool = False
    """Whether those could have the month first as well as the day."""


def with_unit(cell: str) -> tuple[str, str] | None:
    """The number as it is written and its unit, where the cell is such a pair.

    Example:
        >>> with_unit("1,200 €"), with_unit("-$5"), with_unit("12")
        (('1,200', '€'), ('-5', '$'), None)
    """
    match = WITH_UNIT.fullmatch(with_keyboard_signs(cell))
    if not match or bool(match["before"]) == bool(match["after"]):
        return None
    sign = match["sign"] or match["minus"] or ""
    return sign + match["number"], match["before"] or match["after"]


def without_units(body: Sequence[list[str]]) -> list[list[str]]:
    """Rows whose columns of one unit have lost it; shorter rows are filled with nothing."""
    columns = []
    for column in transposed([row + [""] * (_width(body) - len(row)) for row in body]):
        if common_unit(column):
            pairs = [with_unit(cell) for cell in column]
            columns.append([pair[0] if pair else "" for pair in pairs])
        else:
            columns.append(column)
    return [list(row) for row in zip(*columns, strict=True)]


def _width(body: Sequence[list[str]]) -> int:
    return max(map(len, body), default=0)


def common_unit(column: Sequence[str]) -> str:
    """The unit that all cells of a column have that hold anything; else nothing."""
    unit = ""
    for cell in column:
        if is_missing(cell):
            continue
        pair = with_unit(cell)
        if pair is None or (unit and pair[1] != unit):
            return ""
        unit = pair[1]
    return unit


def form_of(column: Sequence[str], decimal: str, thousands: str | None) -> Form:
    """What a column is, by some of its cells; without any it is one of numbers.

    A few words among numbers make it no column of words: they are mistakes, of which the reader
    tells.
    """
    cells = [cell.strip() for cell in column if not is_missing(cell)]
    numbers = sum(is_number(cell, decimal, thousands) for cell in cells)
    if not cells or numbers * 2 >= len(cells):
        return Form("number")
    if unit := common_unit(cells):
        return Form("number", unit=unit)
    if all(YEAR_FIRST.fullmatch(cell) for cell in cells):
        return Form("date")
    found = [YEAR_LAST.fullmatch(cell) for cell in cells]
    if all(found):
        pairs = [(int(match[1]), int(match[3])) for match in found if match]
        firsts, seconds = zip(*pairs, strict=True)
        day_first = max(firsts) > MONTHS or any(match[2] == "." for match in found if match)
        doubtful = not day_first and max(seconds) <= MONTHS
        if not (day_first and max(seconds) > MONTHS):
            return Form("date", day_first=day_first, doubtful=doubtful)
    return Form("category")


def plain_with_unit(cell: str, unit: str, decimal: str, thousands: str | None) -> str:
    """The number of a cell with this unit as Python reads it; the cell itself where it has another.

    Example:
        >>> plain_with_unit("1.200 €", "€", ",", ".")
        '1200'
    """
    pair = with_unit(cell)
    return plain_number(pair[0], decimal, thousands) if pair and pair[1] == unit else cell
