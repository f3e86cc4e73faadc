"""What other programs read of a job: its events as a table, its figures in a tracker.

No torch here; networks as files are ``kdcore.training.deployed``.
"""

from kdcore.exports.events_table import TABLES, events_table, write_table
from kdcore.exports.kinds import ARCHIVE, FILES, NETWORKS
from kdcore.exports.repeated import exported_settings
from kdcore.exports.scalars import Scalars, scalars_of
from kdcore.exports.trackers import TRACKERS, Tracker, log_events, open_tracker

__all__ = [
    "ARCHIVE",
    "FILES",
    "NETWORKS",
    "TABLES",
    "TRACKERS",
    "Scalars",
    "Tracker",
    "events_table",
    "exported_settings",
    "log_events",
    "open_tracker",
    "scalars_of",
    "write_table",
]
