"""Where the lecturer looks: a page with its address, and the moment and values shown on it."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from dashboard.server.roots import PATHS, names_a_path
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig

PAGE = re.compile("[a-z_]{1,40}")
NAME = re.compile(r"[A-Za-z0-9_]{1,60}")
PERSONAL = frozenset({"lang", "projector", "lecturer", "chart"})
"""Parameters that are a viewer's own."""
BY_SCRIPTS = frozenset({"epoch"})
"""Parameters that the browser's scripts read and write; the moment goes along without them."""
SETTINGS = frozenset({"T", *(field.name for field in fields(RunConfig))})
"""Parameters that a run brings along itself; what the lecturer turns reaches all by its stream."""
VALUES = ("temperature", "example", "phase")
"""What a page shows besides a moment."""
MOST_PARAMETERS, LONGEST = 100, 2000


@dataclass(frozen=True, slots=True)
class Place:
    """A page and the query of its address, without what is a viewer's own or names a file."""

    page: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is shown of a run, and the values that a page shows."""

    run: str = ""
    position: float | None = None
    """In epochs; ``None`` for the newest."""
    page: str = ""
    """Whose values they are."""
    values: Mapping[str, float] | None = None
    """By the names in ``VALUES``."""


def read_place(values: Any) -> Place:
    """What a lecturer's browser sends.

    Raises:
        UserError: it is no place.
    """
    match values:
        case {"page": str(page), "query": dict(query)} if PAGE.fullmatch(page):
            brought = SETTINGS if query.get("run") else frozenset()
            kept = {
                name: text
                for name, text in query.items()
                if name not in brought and _is_shared(name, text)
            }
            if len(kept) <= MOST_PARAMETERS and sum(map(len, kept.values())) <= LONGEST:
                return Place(page, kept)
    raise UserError("class_unreadable")


def read_moment(values: Any) -> Moment:
    """What a lecturer's browser sends.

    Raises:
        UserError: it is no moment.
    """
    match values:
        case {"run": str(run), "position": position, "page": str(page), "values": dict(shown)}:
            if len(run) > LONGEST or not (page == "" or PAGE.fullmatch(page)):
                raise UserError("class_unreadable")
            numbers = {name: _finite(shown[name]) for name in VALUES if name in shown}
            known = {name: number for name, number in numbers.items() if number is not None}
            return Moment(run, _finite(position), page, known)
    raise UserError("class_unreadable")


def _is_shared(name: Any, text: Any) -> bool:
    if not (isinstance(name, str) and NAME.fullmatch(name) and isinstance(text, str)):
        return False
    if name in PERSONAL | BY_SCRIPTS or name.startswith("embed"):
        return False
    return not (name in PATHS and names_a_path(name, text))


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
