"""One sweep on disk: its settings and events, and a run's folder for each cell."""

from pathlib import Path

from kdcore.store.event_folder import EventFolder
from kdcore.store.folder import CELLS, RunFolder
from kdcore.sweep_config import SweepConfig

SWEEP = "sweep-"
"""What the id of a sweep begins with."""


class SweepFolder(EventFolder):
    """A sweep's folder."""

    @property
    def root(self) -> Path:
        """The store that the folder lies in."""
        return self.path.parents[1]

    @property
    def config(self) -> SweepConfig:
        """What was asked for."""
        return SweepConfig.from_dict(self.settings)

    def cell_id(self, cell: int) -> str:
        """The id of a cell's run: the sweep's with a number."""
        return f"{self.id}.{cell:04d}"

    def cell(self, cell: int) -> RunFolder:
        """The folder of a cell's run, made when it begins."""
        return RunFolder(self.path / CELLS / self.cell_id(cell))


def sweep_of(run: str) -> str:
    """The sweep that a cell's run belongs to; empty for any other run."""
    sweep, _, cell = run.rpartition(".")
    return sweep if run.startswith(SWEEP) and cell.isdigit() else ""
