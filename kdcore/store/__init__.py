"""Runs on disk: a folder a run, and an index that can be rebuilt. Imports no torch."""

from kdcore.store.arrays import load_arrays, packed, write_whole
from kdcore.store.event_folder import recorded, state_of
from kdcore.store.folder import RunFolder, teacher_path
from kdcore.store.index import RunRow
from kdcore.store.runs import Store, default_root, new_run_id
from kdcore.store.sweep_folder import (
    CHOICE,
    SEARCH,
    SHRINK,
    SWEEP,
    CellsFolder,
    ChoiceFolder,
    JobConfig,
    JobFolder,
    SearchFolder,
    ShrinkFolder,
    SweepFolder,
    sweep_of,
)

__all__ = [
    "CHOICE",
    "SEARCH",
    "SHRINK",
    "SWEEP",
    "CellsFolder",
    "ChoiceFolder",
    "JobConfig",
    "JobFolder",
    "RunFolder",
    "RunRow",
    "SearchFolder",
    "ShrinkFolder",
    "Store",
    "SweepFolder",
    "default_root",
    "load_arrays",
    "new_run_id",
    "packed",
    "recorded",
    "state_of",
    "sweep_of",
    "teacher_path",
    "write_whole",
]
