"""Programs that draw and compare the numbers of many runs, each through its own library.

A tracker is a file here with a class ``Tracker``, and a line in ``TRACKERS``. Its library is
imported only where it is asked for: ``pip install kdcore[NAME]``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from kdcore.errors import UserError
from kdcore.events import Event
from kdcore.exports.scalars import Scalars, scalars_of

TRACKERS = {
    "tensorboard": "TensorBoard",
    "wandb": "Weights & Biases",
    "mlflow": "MLflow",
    "trackio": "trackio",
}
"""What each is called; the key is the extra that installs it too."""


class Tracker(Protocol):
    """One run in a tracker."""

    def log(self, scalars: Scalars) -> None:
        """Add numbers of one moment."""

    def close(self) -> str:
        """Write what is left; where it lies now."""


def load_tracker(name: str) -> Callable[[str, Mapping[str, Any], Path], Tracker]:
    """What begins a run in a tracker, by ``open_tracker``; its library is imported here.

    Raises:
        UserError: there is no such tracker, or its library is not installed.
    """
    if name not in TRACKERS:
        raise UserError("unknown_tracker", name=name, allowed=", ".join(TRACKERS))
    try:
        module = import_module(f"kdcore.exports.trackers.{name}_tracker")
    except ImportError as error:
        raise UserError(
            "extra_missing", what=TRACKERS[name], extra=name, cause=str(error)
        ) from None
    begin: Callable[[str, Mapping[str, Any], Path], Tracker] = module.Tracker
    return begin


def open_tracker(name: str, run: str, settings: Mapping[str, Any], folder: Path) -> Tracker:
    """Begin a run in a tracker.

    Args:
        name: one of ``TRACKERS``.
        run: its id.
        settings: of the run, which the tracker shows beside it.
        folder: in which the tracker's files are written, where it writes files.

    Raises:
        UserError: there is no such tracker, or its library is not installed.
    """
    return load_tracker(name)(run, settings, folder)


def log_events(events: Iterable[Event], tracker: Tracker) -> Iterator[Event]:
    """Pass events on; a tracker gets their numbers."""
    for event in events:
        if scalars := scalars_of(event):
            tracker.log(scalars)
        yield event
