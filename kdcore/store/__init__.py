"""Jobs on disk: a folder a job, and an index that can be rebuilt. Imports no torch."""

from kdcore.store.arrays import load_arrays, packed
from kdcore.store.files import write_whole
from kdcore.store.folder import JobFolder, RunFolder, teacher_path
from kdcore.store.log import recorded, state_of
from kdcore.store.pinned_notes import PinnedNote
from kdcore.store.places import kind_of, owner_of
from kdcore.store.row import JobRow
from kdcore.store.store import Store
from kdcore.store.trash import TrashRow

__all__ = [
    "JobFolder",
    "JobRow",
    "PinnedNote",
    "RunFolder",
    "Store",
    "TrashRow",
    "kind_of",
    "load_arrays",
    "owner_of",
    "packed",
    "recorded",
    "state_of",
    "teacher_path",
    "write_whole",
]
