"""What people read: ids and names whole at any width, nothing that somebody typed taken as markup.

Where stdout is no terminal nothing is fitted into a width, so that what is piped on is complete.
"""

import sys
from collections.abc import Collection, Iterable, Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kdcore.escapes import ESCAPES, readable

UNLIMITED = 10_000
"""Columns of what is no terminal."""


def console() -> Console:
    """Where commands print to people."""
    made = Console(highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = UNLIMITED
    return made


def plain(value: object) -> Text:
    """A value as it is, in characters that stdout can show."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return Text(readable(str(value)).encode(encoding, ESCAPES).decode(encoding))


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    whole: Collection[str] = (),
    right: Collection[str] = (),
    title: str = "",
) -> Table:
    """A table whose columns named in ``whole`` are never cut or wrapped.

    Args:
        columns: their headings.
        rows: a value a column.
        whole: ids and names, which people copy.
        right: columns of numbers, for the right edge.
        title: above the table.
    """
    cells = [[plain(value) for value in row] for row in rows]
    made = Table(box=SIMPLE, pad_edge=False, title=plain(title) if title else None)
    for at, name in enumerate(columns):
        kept = name in whole
        longest = max((row[at].cell_len for row in cells), default=0)
        made.add_column(
            plain(name),
            no_wrap=kept,
            min_width=longest if kept else None,
            overflow="fold",
            justify="right" if name in right else "left",
        )
    for row in cells:
        made.add_row(*row)
    return made


def show(what: Table | str) -> None:
    """Print a table or a line; what does not fit into the terminal runs on."""
    console().print(plain(what) if isinstance(what, str) else what, crop=False, soft_wrap=False)
