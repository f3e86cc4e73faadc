"""Many runs that belong together on disk: settings, events, and a run's folder for each cell."""

from pathlib import Path

from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.store.event_folder import EventFolder
from kdcore.store.folder import CELLS, RunFolder


class CellsFolder(EventFolder):
    """A folder with the runs of many cells."""

    @property
    def root(self) -> Path:
        """The store that the folder lies in."""
        return self.path.parents[1]

    def cell_id(self, cell: int) -> str:
        """The id of a cell's run: the folder's with a number."""
        return f"{self.id}.{cell:04d}"

    def cell(self, cell: int) -> RunFolder:
        """The folder of a cell's run, made when it begins."""
        return RunFolder(self.path / CELLS / self.cell_id(cell))


class SweepFolder(CellsFolder):
    """A sweep's folder."""

    @property
    def config(self) -> SweepConfig:
        """What was asked for; ``read_as`` says what may be raised."""
        return self.read_as(SweepConfig.from_dict)


class SearchFolder(CellsFolder):
    """A search's folder; a cell is a training of a trial."""

    @property
    def config(self) -> SearchConfig:
        """What was asked for; ``read_as`` says what may be raised."""
        return self.read_as(SearchConfig.from_dict)

    @property
    def trials(self) -> Path:
        """The SQLite file of all trials, which Optuna and its dashboard can open."""
        return self.path / "optuna.sqlite"


class ChoiceFolder(CellsFolder):
    """The folder of a choice of teacher; a cell is a student of one of them."""

    @property
    def config(self) -> TeacherSelectionConfig:
        """What was asked for; ``read_as`` says what may be raised."""
        return self.read_as(TeacherSelectionConfig.from_dict)


class ShrinkFolder(EventFolder):
    """A shrinking's folder, with the weights of every stage; it has no cells."""

    @property
    def root(self) -> Path:
        """The store that the folder lies in."""
        return self.path.parents[1]

    @property
    def config(self) -> CompressionConfig:
        """What was asked for; ``read_as`` says what may be raised."""
        return self.read_as(CompressionConfig.from_dict)
