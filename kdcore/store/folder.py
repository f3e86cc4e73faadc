"""One run on disk: ``config.json``, the append-only ``events.jsonl``, arrays and weights."""

from pathlib import Path

import numpy as np

from kdcore.jobs.run.config import RunConfig
from kdcore.store.arrays import load_arrays, write_whole
from kdcore.store.event_folder import EventFolder

CELLS = "cells"
"""Name of the folder inside a sweep's in which its runs lie."""


class RunFolder(EventFolder):
    """A run's folder, in the store or in a sweep."""

    @property
    def root(self) -> Path:
        """The store that the folder lies in."""
        return self.path.parents[3 if self.path.parent.name == CELLS else 1]

    @property
    def held(self) -> bool:
        """Whether a living process trains it, or the sweep that it belongs to."""
        if self.path.parent.name == CELLS:
            return EventFolder(self.path.parents[1]).held
        return super().held

    @property
    def config(self) -> RunConfig:
        """What was asked for; ``read_as`` says what may be raised."""
        return self.read_as(RunConfig.from_dict)

    def write(self, name: str, contents: bytes) -> None:
        """Write the file ``name`` of the folder, wholly or not at all."""
        write_whole(self.path / name, contents)

    def load_arrays(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of the file ``name``."""
        return load_arrays(self.path / name)[0]


def teacher_path(root: Path, key: str) -> Path:
    """Where the trained teacher of this content lies in the store ``root``."""
    return root / "teachers" / f"{key}.safetensors"
