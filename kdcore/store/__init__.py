"""Runs on disk: a folder a run, and an index that can be rebuilt. Imports no torch."""

from kdcore.store.arrays import load_weights, save_weights
from kdcore.store.folder import RunFolder, recorded
from kdcore.store.index import RunRow
from kdcore.store.runs import Store, default_root, new_run_id

__all__ = [
    "RunFolder",
    "RunRow",
    "Store",
    "default_root",
    "load_weights",
    "new_run_id",
    "recorded",
    "save_weights",
]
