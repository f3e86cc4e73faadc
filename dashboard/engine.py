"""The one hub and the one store of this process; the pages and the routes share them."""

from functools import cache
from pathlib import Path
from threading import Lock

from kdcore.hub import Hub
from kdcore.store import Store

RECORDED = "recorded-mnist5k"
"""Id of the run that comes with the program."""

_making = Lock()


def hub() -> Hub:
    """The hub, made at the first call."""
    with _making:
        return _hub()


def store() -> Store:
    """The store of the hub."""
    return hub().store


@cache
def _hub() -> Hub:
    recordings = Path(__file__).with_name("recordings")
    return Hub(Store(recordings=[recordings / RECORDED]))
