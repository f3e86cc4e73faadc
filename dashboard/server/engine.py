"""The one hub and the one store of this process; the pages and the routes share them.

Both are guarded: what is called needs the right to it, see ``tiers.py``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import cast

from dashboard.server.guarded import Guarded, GuardedHub
from kdcore.hub import Hub
from kdcore.store import Store

RECORDED = "recorded-mnist5k"
"""Id of the run that comes with the program and that pages show where there is no other."""
RECORDED_RUNS = (RECORDED, "recorded-never-saw-3", "recorded-all-labels")
"""All runs that come with the program, for the lessons."""
RECORDINGS = Path(__file__).parents[1] / "recordings"
LIVE_STATES = ("queued", "running", "paused")
"""In which a job still takes commands."""

_hub: Hub | None = None
_lock = Lock()


def hub() -> Hub:
    """The hub, made at the first call, with the rights of who asks."""
    return cast(Hub, GuardedHub(_one_hub()))


def store() -> Store:
    """The store of the hub, with the rights of who asks."""
    return cast(Store, Guarded("store", _one_hub().store))


def _one_hub() -> Hub:
    global _hub
    with _lock:
        if _hub is None:
            recorded = [RECORDINGS / name for name in RECORDED_RUNS]
            recipes = sorted((RECORDINGS / "recipes").glob("recipe-*"))
            _hub = Hub(Store(recordings=[*recorded, *recipes]))
        return _hub


def is_live(job: str) -> bool:
    """Whether a job still takes commands; ``""`` is none."""
    return job not in ("", *RECORDED_RUNS) and hub().state(job) in LIVE_STATES


@contextmanager
def use(other: Hub) -> Iterator[None]:
    """All pages and routes have another hub meanwhile, such as one that trains nothing."""
    global _hub
    before, _hub = _hub, other
    try:
        yield
    finally:
        _hub = before
