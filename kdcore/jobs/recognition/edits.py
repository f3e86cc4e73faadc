"""How a recognised text differs from what was said: Levenshtein's distance and its edits."""

from dataclasses import dataclass
from itertools import groupby

import numpy as np

KEPT, REPLACED, MISSING, ADDED = "kept", "replaced", "missing", "added"


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of a text that is alike, or differs in one way."""

    kind: str
    """``kept``, ``replaced``, ``missing`` (said but not recognised) or ``added``."""
    said: str
    recognised: str


def edit_distance(said: str, recognised: str) -> int:
    """The fewest characters to replace, add or leave out that make one text of the other.

    Example:
        >>> edit_distance("kitten", "sitting")
        3
    """
    return int(_distances(said, recognised)[-1, -1])


def edits(said: str, recognised: str) -> list[Edit]:
    """The stretches of which both texts consist, in their order; of equally few edits as much kept.

    Example:
        >>> [(one.kind, one.said, one.recognised) for one in edits("seven", "sevn!")]
        [('kept', 'sev', 'sev'), ('missing', 'e', ''), ('kept', 'n', 'n'), ('added', '', '!')]
    """
    distances = _distances(said, recognised)
    row, column = len(said), len(recognised)
    steps: list[tuple[str, str, str]] = []
    while row or column:
        here = distances[row, column]
        if row and column and said[row - 1] == recognised[column - 1]:
            row, column = row - 1, column - 1
            steps.append((KEPT, said[row], recognised[column]))
        elif row and distances[row - 1, column] + 1 == here:
            row -= 1
            steps.append((MISSING, said[row], ""))
        elif column and distances[row, column - 1] + 1 == here:
            column -= 1
            steps.append((ADDED, "", recognised[column]))
        else:
            row, column = row - 1, column - 1
            steps.append((REPLACED, said[row], recognised[column]))
    steps.reverse()
    found = []
    for kind, group in groupby(steps, key=lambda step: step[0]):
        own = list(group)
        found.append(Edit(kind, "".join(one[1] for one in own), "".join(one[2] for one in own)))
    return found


def _distances(said: str, recognised: str) -> np.ndarray:
    """Distances of all beginnings of both texts, ``[len(said) + 1, len(recognised) + 1]``.

    A row at once: what comes from the left adds one a step, so that the least of it is a running
    minimum of the distances less their columns.
    """
    columns = np.arange(len(recognised) + 1)
    letters = np.array([ord(one) for one in recognised], dtype=np.int64)
    found = np.empty((len(said) + 1, len(columns)), dtype=np.int64)
    found[0] = columns
    for row, letter in enumerate(said, 1):
        before = found[row - 1]
        best = before + 1
        best[1:] = np.minimum(best[1:], before[:-1] + (letters != ord(letter)))
        found[row] = np.minimum.accumulate(best - columns) + columns
    return found
