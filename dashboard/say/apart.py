"""In which settings jobs differ, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.say.titles import short_text
from dashboard.text.languages import words
from dashboard.text.values import label_of, value_of
from dashboard.text.viewer import language, t
from kdcore.jobs.changed import BASE
from kdcore.jobs.kind import RUN
from kdcore.store import JobRow
from kdcore.titles import FIRST

MOST_APART = 3
"""Settings that a short title names."""
ONE_OF = {"stages": "stage", "methods": "method"}
"""What one value of a list is, where it has a title."""


def setting_label(name: str, kind: str) -> str:
    """Of a setting; ``students`` is one of a run, and in a search the models to try."""
    spoken = words(language())
    own = f"searches.setting.{name}"
    if kind != RUN.name and own in spoken:
        return spoken[own]
    return label_of(spoken, name.removeprefix(BASE))


def setting_text(name: str, value: Any) -> str:
    """A setting's value, the values of an axis, or the ends of a range."""
    name = name.removeprefix(BASE)
    if value is None:
        return "–"
    if isinstance(value, Mapping):
        return "–".join(setting_text(name, end) for end in value.values())
    if isinstance(value, list | tuple):
        return t("app.comma").join(setting_text(ONE_OF.get(name, name), one) for one in value)
    return value_of(words(language()), name, value)


def titles_apart(rows: Sequence[JobRow], differing: Sequence[tuple[Any, ...]]) -> list[str]:
    """What tells jobs of a kind apart in few words: their names, else settings that differ.

    Of these as few as tell the nameless ones apart. Where neither does, or two would be called the
    same, the id stands behind.

    Args:
        rows: of the jobs.
        differing: of ``Store.compare``.
    """
    nameless = [at for at, row in enumerate(rows) if not row.name]
    telling, found = _telling(differing, nameless), []
    for at, row in enumerate(rows):
        parts = [_part(name, values[at], row.kind) for name, *values in telling]
        found.append(row.name or " · ".join(parts) or row.id)
    return [
        title if found.count(title) == 1 else f"{title} · {row.id}"
        for title, row in zip(found, rows, strict=True)
    ]


def _telling(
    differing: Sequence[tuple[Any, ...]], jobs: Sequence[int]
) -> Sequence[tuple[Any, ...]]:
    """The few settings that tell most of these jobs apart; one by one, what tells most is added."""
    left = sorted(differing, key=_rank)
    telling: list[tuple[Any, ...]] = []
    apart = 0
    while left and apart < len(jobs) and len(telling) < MOST_APART:
        best = max(left, key=lambda row: _groups([*telling, row], jobs))
        if telling and _groups([*telling, best], jobs) == apart:
            break
        telling.append(best)
        left.remove(best)
        apart = _groups(telling, jobs)
    return sorted(telling, key=_rank)


def _groups(rows: Sequence[tuple[Any, ...]], jobs: Sequence[int]) -> int:
    """How many different jobs these settings make of ``jobs``."""
    return len({repr([row[1 + job] for row in rows]) for job in jobs})


def _rank(row: tuple[Any, ...]) -> int:
    name = row[0].removeprefix(BASE)
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _part(name: str, value: Any, kind: str) -> str:
    if kind == RUN.name and value is not None:
        return short_text(name, value)
    return f"{setting_label(name, kind)} {setting_text(name, value)}"
