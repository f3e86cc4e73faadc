"""Which column of a table holds the classes."""

from collections.abc import Sequence

from kdcore.data.names import clean
from kdcore.data.table.format import TableFormat
from kdcore.data.table.numbers import with_keyboard_signs
from kdcore.errors import UserError, hint

NAMES = (
    ("label", "labels", "标签", "类标"),
    ("class", "classes", "target", "targets", "category", "类别", "分类", "目标"),
    ("y",),
)
"""Names of label columns, the surest first."""
COORDINATE = "x"
"""Beside it a column y is the other coordinate."""


def label_column(table: TableFormat, asked: str, path: str) -> int:
    """The number of the column that holds the classes.

    Where none is asked for: ``label`` before ``class`` and ``target``, these before ``y``, of equal
    ones the last; then the last column. Columns without any value do not count, unless they alone
    are called ``label``, ``class`` or ``target``. A last column of words goes before ``y``; the
    only column of words goes before a last one of measured values, and where nothing has a name.

    Args:
        table: how it is written.
        asked: the name of a column, or nothing.
        path: for messages.

    Raises:
        UserError: there is no column of the name that is asked for.
    """
    names = table.columns
    if asked:
        return column_named(asked, names, path)
    columns = [at for at in range(len(names)) if _has_values(table, at)] or [*range(len(names))]
    last = columns[-1]
    lower = {at: names[at].lower() for at in columns}
    *sure, doubtful = NAMES
    for some in (columns, range(len(names))):
        for group in sure:
            if found := [at for at in some if names[at].lower() in group]:
                return next((at for at in reversed(found) if _is_words(table, at)), found[-1])
    if _is_words(table, last):
        return last
    for at, name in lower.items():
        alone = COORDINATE not in lower.values() or len(lower) == 2
        if name in doubtful and alone and (at == last or _may_be_classes(table, at)):
            return at
    words = [at for at in columns[:-1] if _is_words(table, at) and _repeats(table, at)]
    nothing_named = len(table.nameless) == len(names)
    if len(words) == 1 and (nothing_named or not _may_be_classes(table, last)):
        return words[0]
    return last


def column_named(asked: str, names: Sequence[str], path: str) -> int:
    """The number of the column of this name, in any case.

    Raises:
        UserError: there is none.
    """
    wanted = clean(asked)
    for same in (wanted.__eq__, lambda name: name.lower() == wanted.lower()):
        if found := [at for at, name in enumerate(names) if same(name)]:
            return found[0]
    raise UserError(
        "label_column_missing",
        path=path,
        column=asked,
        allowed=", ".join(names[:20]) + (" …" if len(names) > 20 else ""),
        hint=hint(wanted, list(names)),
    )


def _has_values(table: TableFormat, at: int) -> bool:
    """Whether anything stands in a column; a class may be called ``None``, a lone one is none."""
    return len({row[at].strip() for row in table.sample if at < len(row)} - {""}) > 1 or bool(
        table.values(at)
    )


def _is_words(table: TableFormat, at: int) -> bool:
    values = table.values(at)
    return bool(values) and not any(map(table.numeric, values))


def _repeats(table: TableFormat, at: int) -> bool:
    """Whether values come again, as classes do and names do not."""
    values = table.values(at)
    return len(set(values)) * 2 <= len(values)


def _may_be_classes(table: TableFormat, at: int) -> bool:
    """Whether the values look like classes rather than like something measured."""
    values = table.values(at)
    return _is_words(table, at) or (_repeats(table, at) and all(map(_is_whole, values)))


def _is_whole(text: str) -> bool:
    return with_keyboard_signs(text).lstrip("+-").isdigit() or text.lower() in ("true", "false")
