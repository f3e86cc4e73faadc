"""In which settings jobs differ, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.text.languages import words
from dashboard.text.values import label_of, value_of
from dashboard.text.viewer import language, t
from kdcore.jobs.kind import RUN
from kdcore.store import JobRow

BASE = "base."
"""Before the name of a setting that all runs of a job share."""
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
    """What tells jobs of a kind apart in few words: their names, else the settings that differ.

    Where neither does, or two would be called the same, the id stands behind.

    Args:
        rows: of the jobs.
        differing: of ``Store.compare``.
    """
    spoken, found = words(language()), []
    for at, row in enumerate(rows):
        parts = [
            f"{setting_label(name, row.kind)} {setting_text(name, values[at])}"
            for name, *values in differing[:MOST_APART]
        ]
        found.append(row.name or spoken["app.comma"].join(parts) or row.id)
    return [
        title if found.count(title) == 1 else f"{title} · {row.id}"
        for title, row in zip(found, rows, strict=True)
    ]
