"""Jobs on disk: a folder a job, and an index that can be rebuilt. Imports no torch."""

from kdcore.store.arrays import load_arrays, packed, write_whole
from kdcore.store.event_folder import recorded, state_of
from kdcore.store.folder import RunFolder, teacher_path
from kdcore.store.kinds import (
    CHOICE,
    KINDS,
    SEARCH,
    SHRINK,
    SWEEP,
    JobConfig,
    JobFolder,
    owner_of,
    sweep_of,
)
from kdcore.store.outcome import RunRow
from kdcore.store.runs import Store, default_root, new_run_id
from kdcore.store.sweep_folder import (
    CellsFolder,
    ChoiceFolder,
    SearchFolder,
    ShrinkFolder,
    SweepFolder,
)
from kdcore.store.trash import TrashRow

__all__ = [
    "CHOICE",
    "KINDS",
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
    "TrashRow",
    "default_root",
    "load_arrays",
    "new_run_id",
    "owner_of",
    "packed",
    "recorded",
    "state_of",
    "sweep_of",
    "teacher_path",
    "write_whole",
]
