"""The states of a job, as the hub names them."""

from typing import Any

LIVE_STATES = ("queued", "running", "paused")
"""In which a job still takes commands."""

STATE_COLOURS: dict[str, Any] = {
    "queued": "gray",
    "running": "green",
    "paused": "orange",
    "finished": "blue",
    "stopped": "gray",
    "failed": "red",
    "interrupted": "red",
    "crashed": "red",
}
