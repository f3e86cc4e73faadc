"""Which column of a table holds the classes."""

from collections.abc import Sequence

from kdcore.data.names import clean
from kdcore.data.table_format import TableFormat
from kdcore.errors import UserError, hint

NAMES = (("label", "labels", "标签", "类标"),
         ("class", "classes", "target", "targets", "category", "类别", "分类", "目标"),
         ("y",))  # fmt: skip
"""Names of label columns, the surest first."""
COORDINATE = "x"
"""Beside it a column y is the other coordinate."""


def label_column(table: TableFormat, asked: str, path: str) -> int:
    """The number of the column that holds the classes.

    Where none is asked for: ``label`` before ``class`` and ``target``, these before ``y``, of equal
    ones the last; then the last column. A last column of words goes before ``y``; the only column
    of words goes before a last one of measured values, and where nothing has a name.

    Args:
        table: how it is written.
        asked: the name of a column, or nothing.
        path: for messages.

    Raises:
        UserError: there is no column of the name that is asked for.
    """
    names = table.columns
    if asked:
        return _asked(asked, names, path)
    last = len(names) - 1
    lower = [name.lower() for name in names]
    *sure, doubtful = NAMES
    for group in sure:
        if found := [at for at, name in enumerate(lower) if name in group]:
            return next((at for at in reversed(found) if _is_words(table, at)), found[-1])
    if _is_words(table, last):
        return last
    for at, name in enumerate(lower):
        alone = COORDINATE not in lower or len(lower) == 2
        if name in doubtful and alone and (at == last or _may_be_classes(table, at)):
            return at
    words = [at for at in range(last) if _is_words(table, at) and _repeats(table, at)]
    nothing_named = len(table.nameless) == len(names)
    if len(words) == 1 and (nothing_named or not _may_be_classes(table, last)):
        return words[0]
    return last


def _asked(asked: str, names: Sequence[str], path: str) -> int:
    wanted = clean(asked)
    for same in (wanted.__eq__, lambda name: name.lower() == wanted.lower()):
        if found := [at for at, name in enumerate(names) if same(name)]:
            return found[0]
    raise UserError("label_column_missing", path=path, column=asked,
                    allowed=", ".join(names[:20]) + (" …" if len(names) > 20 else ""),
                    hint=hint(wanted, list(names)))  # fmt: skip


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
    return text.lstrip("+-").isdigit() or text.lower() in ("true", "false")
