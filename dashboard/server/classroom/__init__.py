"""A class that follows: where its lecturer looks, who follows, raised hands, questions, votes.

One object for all browsers, kept in the store, so that a restart loses no vote. It is guarded:
what is called needs the right to it, see ``tiers.py``.
"""

from pathlib import Path
from threading import Lock
from typing import cast

from dashboard.server.classroom.room import Classroom
from dashboard.server.engine import store
from dashboard.server.guarded import Guarded

_rooms: dict[Path, Classroom] = {}
"""By the store's folder."""
_finding = Lock()


def is_open() -> bool:
    """Whether a class was read from its store before."""
    return bool(_rooms)


def classroom() -> Classroom:
    """The one of this store, with the rights of who asks; its file is read at the first call."""
    root = store().root
    with _finding:
        if root not in _rooms:
            _rooms[root] = Classroom(root)
        return cast(Classroom, Guarded("classroom", _rooms[root]))
